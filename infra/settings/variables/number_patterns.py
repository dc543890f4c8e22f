"""Whole numbers of a range as a regular expression: JSON Schema has no other way to bound a number that is a text."""

import itertools


def whole_numbers(least: int, most: int) -> str:
    r"""A pattern of exactly the numbers from `least` to `most`, in decimal without leading zeros.

    The range is cut where a digit starts to run freely: 8 to 120 is `8`, `9`, `[1-9]\d`, `1[0-1]\d`, `120`.

    Raises:
        ValueError: the range is empty or begins below 0.
    """
    if not 0 <= least <= most:
        raise ValueError(f"{least} to {most} is no range of whole numbers")
    return f"^({'|'.join(itertools.starmap(_run, _cut(least, most)))})$"


def _cut(least: int, most: int) -> list[tuple[int, int]]:
    """Ranges in which every digit runs over a range of its own."""
    runs = []
    while least <= most:
        size = 1
        # Ten times as many numbers, as long as they begin at a round one, keep their length and end inside.
        while least % (size * 10) == 0 and least >= size * 10 and least + size * 10 - 1 <= most:
            size *= 10
        end = least + size - 1
        while end + size <= most and (end // size) % 10 != 9:  # noqa: PLR2004 - the last digit
            end += size
        runs.append((least, end))
        least = end + 1
    return runs


def _run(least: int, most: int) -> str:
    return "".join(_digit(a, b) for a, b in zip(str(least), str(most), strict=True))


def _digit(least: str, most: str) -> str:
    return least if least == most else f"[{least}-{most}]"
