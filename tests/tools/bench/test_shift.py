"""A shift is measured by one rehearsal against itself, and by none that went wrong."""

from dataclasses import replace

import pytest

from tests.sandbox.rehearsal.test_result import GOOD
from tools.bench.processes import MeasuringError
from tools.bench.shift import pair


def test_the_minute_of_the_shift_is_compared_with_before() -> None:
    assert pair(GOOD).ratio == pytest.approx(0.59 / 0.09)


def test_a_rehearsal_that_missed_something_or_shifted_nothing_is_no_measure() -> None:
    for result in (replace(GOOD, walked=("STOPPED",)), replace(GOOD, entries=())):
        with pytest.raises(MeasuringError, match="the rehearsal test failed"):
            pair(result)
