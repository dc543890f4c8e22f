import re

import pytest

from runtime.common.logging import Redactor
from sandbox.rehearsal.report.document import Told, document
from sandbox.rehearsal.report.plots import Figure, figure
from sandbox.rehearsal.report.scales import Scale, decades, even, step
from tests.sandbox.rehearsal.invented import BEGUN, Entry, Request, quiet, told


def drawn(scenario: Told) -> Figure:
    return figure(document([scenario], BEGUN, Redactor())["scenarios"][0])


def paths(found: Figure, panel: int) -> dict[str, str]:
    return dict(found.panels[panel].paths)


def x(found: Figure, second: float, first: float = -60.0, last: float = 199.9) -> float:
    return Scale(first, last, found.left, found.right)(second)


def test_greens_requests_stand_on_blues_and_begin_where_green_got_traffic() -> None:
    found = drawn(told())
    requests = paths(found, 0)
    assert list(requests) == ["area blue", "area green", "area nobody"]
    assert requests["area green"].startswith(f"M{x(found, 60)} "), "the bucket of the shift is the first one with green"
    assert f"M{x(found, 0)} " not in requests["area green"]


def test_failed_requests_are_drawn_by_who_failed_and_no_mark_lies_between_two_requests() -> None:
    found = drawn(told())
    assert list(paths(found, 1)) == ["area green", "area nobody"]
    assert all("." not in mark.text for mark in found.panels[1].marks)


def test_the_weight_goes_up_and_down_at_the_second_of_the_journal() -> None:
    found = drawn(told())
    top, bottom = found.panels[2].y, found.panels[2].y + found.panel
    up, down = x(found, 62), x(found, 131)
    assert paths(found, 2)["line green"] == f"M{found.left} {bottom}H{up}V{top}H{down}V{bottom}H{found.right}"


def test_a_bucket_without_requests_breaks_the_lines_of_latency() -> None:
    found = drawn(quiet([Request(5000.0 + second) for second in (0, 6, 21, 26)]))
    assert len(re.findall("M", paths(found, 3)["line p99"])) == 2


def test_stages_are_bands_without_gaps_behind_everything() -> None:
    found = drawn(told())
    assert [band.number for band in found.bands] == ["1", "2", "3", "4", "5", "6"]
    for band, following in zip(found.bands, found.bands[1:], strict=False):
        assert band.x + band.width == pytest.approx(following.x, abs=0.11)
    assert "PRODUCTION_TRAFFIC_SHIFT, from 60 s, 70.5 s long" in found.bands[3].title


def test_numbers_of_stages_that_lie_too_close_are_left_out_and_their_titles_stay() -> None:
    close = [Entry(BEGUN, f"S{index}", 0.0, "w") for index in range(5)]
    found = drawn(told(entries=close))
    assert [band.number for band in found.bands] == ["1", "2", "", "", "", ""]
    assert found.bands[4].title.startswith("5: S3,")


def test_a_bucket_tells_its_numbers_with_units() -> None:
    found = drawn(told())
    slot = next(slot for slot in found.slots if slot.title.startswith("60 to 65 s"))
    assert slot.title.splitlines()[:2] == ["60 to 65 s: 50 requests", "(blue 20, green 30), 0 failed"]
    assert re.search(r"^p99 \d+ ms$", slot.title, re.MULTILINE)


def test_panels_say_why_they_are_empty() -> None:
    assert [panel.note for panel in drawn(quiet()).panels] == [
        "no request was made",
        "no request was made",
        "",
        "no request was made",
    ]
    assert drawn(quiet([Request(5000.0)])).panels[1].note == "none failed"


def test_everything_lies_inside_the_picture() -> None:
    found = drawn(told(requests=[Request(4000.0, seconds=0.0), Request(9000.0, 0, "", 30.0)]))
    for panel in found.panels:
        for _, path in panel.paths:
            for place_x, place_y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path):
                assert found.left <= float(place_x) <= found.right
                assert panel.y <= float(place_y) <= panel.y + found.panel


@pytest.mark.parametrize(("span", "expected"), [(100.0, 10.0), (101.0, 20.0), (0.3, 0.05), (7.0, 1.0)])
def test_axes_have_round_steps(span: float, expected: float) -> None:
    assert step(span, 10) == pytest.approx(expected)


def test_axes_reach_over_what_they_show() -> None:
    assert even(10.0, 3) == [0.0, 5.0, 10.0]
    assert even(1.0, 3, least=1.0) == [0.0, 1.0]
    assert decades([0.02, 0.3]) == pytest.approx([0.01, 0.1, 1.0])
    assert decades([0.01]) == pytest.approx([0.01, 0.1])
