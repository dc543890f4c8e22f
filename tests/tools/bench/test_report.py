import json

import pytest

from tools.bench import report
from tools.bench.ratios import Measure, Pair


def measure(ratio: float, target: float | None = 1.15) -> Measure:
    return Measure(name="up", against="flat", pairs=(Pair(ours=ratio, baseline=1.0),), target=target)


def test_a_missed_target_is_said_plainly_in_the_table_and_in_the_file() -> None:
    missed = measure(1.5)
    assert "target missed" in [str(cell) for cell in report.table([missed]).columns[4].cells]
    (entry,) = report.document([missed])["measures"]
    assert entry["verdict"] == "target missed"
    assert entry["ratio"] == {"least": 1.5, "median": 1.5, "most": 1.5}


def test_the_file_holds_every_pair_and_the_machine() -> None:
    read = json.loads(report.lines(report.document([measure(1.0), measure(1.2)])))
    assert [entry["pairs"] for entry in read["measures"]] == [
        [{"ours": 1.0, "baseline": 1.0}],
        [{"ours": 1.2, "baseline": 1.0}],
    ]
    assert read["machine"]["cores"] >= 1


@pytest.mark.parametrize(("ratio", "place"), [(0.1, 0), (0.8, 0), (1.6, 39), (7.0, 39)])
def test_a_strip_shows_the_median_where_it_is_or_at_its_edge(ratio: float, place: int) -> None:
    strip = report.strip(measure(ratio, target=None))
    assert len(strip) == report.STRIP_CELLS
    assert strip.index("●") == place


def test_the_median_is_seen_even_where_it_meets_the_target() -> None:
    assert "●" in report.strip(measure(1.15))
    assert "┃" in report.strip(measure(1.0))
