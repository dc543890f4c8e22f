"""Axes: where a number stands on a plot, and which numbers are written beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """From numbers to places: `least` stands at `at_least`, `most` at `at_most`; logarithmic if asked for."""

    least: float
    most: float
    at_least: float
    at_most: float
    logarithmic: bool = False

    def __call__(self, number: float) -> float:
        """Where the number stands; what lies outside stands at the edge."""
        bend = math.log10 if self.logarithmic else float
        inside = min(max(number, self.least), self.most)
        share = (bend(inside) - bend(self.least)) / (bend(self.most) - bend(self.least))
        return round(self.at_least + share * (self.at_most - self.at_least), 1)


def step(span: float, parts: int) -> float:
    """The least of 1, 2, 5, 10, 20, 50 and so on of which at most `parts` fit into the span."""
    least = span / parts
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def even(most: float, parts: int, least: float = 0.0) -> list[float]:
    """Round numbers from 0 to `most`, which is above 0, or a little beyond; at least `least` apart."""
    one = max(step(most, parts), least)
    return [one * index for index in range(math.ceil(most / one - 1e-9) + 1)]


def decades(numbers: Sequence[float]) -> list[float]:
    """Powers of ten around the numbers, at least two; the numbers are above 0."""
    low = math.floor(math.log10(min(numbers)))
    high = max(math.ceil(math.log10(max(numbers))), low + 1)
    return [10.0**power for power in range(low, high + 1)]
