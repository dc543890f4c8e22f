import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bench.ratios import Measure, Pair, Side, interleaved, measured

SECONDS = st.floats(min_value=0.01, max_value=1000)
PAIRS = st.lists(st.builds(Pair, ours=SECONDS, baseline=SECONDS), min_size=1, max_size=9).map(tuple)


def measure(*pairs: tuple[float, float], target: float | None = 1.15) -> Measure:
    return Measure(
        name="a", against="b", pairs=tuple(Pair(ours=ours, baseline=base) for ours, base in pairs), target=target
    )


def test_the_ratio_of_a_measure_is_the_median_of_its_pairs_and_its_spread_their_extremes() -> None:
    found = measure((1.0, 1.0), (3.0, 2.0), (1.1, 1.0))
    assert found.median == pytest.approx(1.1)
    assert found.spread == pytest.approx((1.0, 1.5))


def test_a_ratio_compares_only_runs_of_the_same_pair() -> None:
    """The medians of the sides would give 1.0 here: the machine became ten times slower half way, for both alike."""
    found = measure((1.2, 1.0), (12.0, 10.0), (12.0, 10.0))
    assert found.spread == pytest.approx((1.2, 1.2))


@given(PAIRS)
def test_the_median_lies_within_the_spread_and_turning_the_sides_round_inverts_it(pairs: tuple[Pair, ...]) -> None:
    found = Measure(name="a", against="b", pairs=pairs)
    turned = Measure(name="b", against="a", pairs=tuple(Pair(ours=p.baseline, baseline=p.ours) for p in pairs))
    assert found.spread[0] <= found.median <= found.spread[1]
    assert turned.spread == pytest.approx((1 / found.spread[1], 1 / found.spread[0]))


@pytest.mark.parametrize(
    ("ours", "target", "verdict"),
    [(1.15, 1.15, "met"), (1.16, 1.15, "target missed"), (9.0, None, "no target")],
)
def test_a_target_is_met_up_to_itself_and_without_one_nothing_is_judged(
    ours: float, target: float | None, verdict: str
) -> None:
    assert measure((ours, 1.0), target=target).verdict == verdict


def test_nothing_measured_is_no_measure() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        measure()


def test_the_sides_run_in_turn_and_every_second_pair_the_other_way_round() -> None:
    ours, base = Side.OURS, Side.BASELINE
    assert list(itertools.chain(*interleaved(4))) == [ours, base, base, ours, ours, base, base, ours]


def test_a_machine_that_slows_down_steadily_favours_neither_side() -> None:
    clock = itertools.count(1)
    pairs = measured(lambda _: float(next(clock)), 4)
    assert sum(pair.ours for pair in pairs) == sum(pair.baseline for pair in pairs)
