"""Requests by buckets of the rehearsal's clock: few numbers that a plot can show, out of many thousand requests."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol

# Longer scenarios have longer buckets, so that a plot stays readable and a report small.
SHORT_BUCKET, LONG_BUCKET, LONG_SCENARIO = 5, 10, 600
PERCENTS = (50, 95, 99)
# Who answered: a task of either colour, or none (the load balancer itself did, or no answer came at all).
BLUE, GREEN, NOBODY = "blue", "green", "nobody"
COLOURS = (BLUE, GREEN, NOBODY)
BEFORE = "before the deployment"


class Asked(Protocol):
    """One request of the load generator. `sent` is of the steady clock, `seconds` of the wall, `version` empty where no task answered."""

    @property
    def sent(self) -> float: ...  # noqa: D102 - the members are told above
    @property
    def status(self) -> int: ...  # noqa: D102
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def upload(self) -> bool: ...  # noqa: D102
    @property
    def failed(self) -> bool: ...  # noqa: D102


def colour(version: str, green: str) -> str:
    """Who answered with this version, where `green` is green's."""
    if not version:
        return NOBODY
    return GREEN if version == green else BLUE


def totals(requests: Sequence[Asked], green: str) -> dict[str, Any]:
    """What came of all of them: counts, and the wall's seconds of those that are no uploads."""
    return {
        "requests": len(requests),
        "uploads": sum(request.upload for request in requests),
        "statuses": dict(sorted(Counter(str(request.status) for request in requests).items())),
        **_counts(requests, green),
    }


def series(requests: Sequence[Asked], zero: float, green: str) -> dict[str, Any]:
    """Buckets of `bucket_seconds` of the clock, without a gap from the first request to the last.

    `second` is where a bucket begins, counted from `zero`; `seconds` is how much of it lies between the first request and the last one.
    """
    if not requests:
        return {"bucket_seconds": SHORT_BUCKET, "buckets": []}
    first, last = (pick(request.sent for request in requests) - zero for pick in (min, max))
    size = LONG_BUCKET if last - first > LONG_SCENARIO else SHORT_BUCKET
    found: dict[int, list[Asked]] = {
        index: [] for index in range(math.floor(first / size), math.floor(last / size) + 1)
    }
    # The last request stands for the time until a next one would have come.
    end = last + (last - first) / max(1, len(requests) - 1)
    for request in requests:
        found[math.floor((request.sent - zero) / size)].append(request)
    return {
        "bucket_seconds": size,
        "buckets": [
            {
                "second": index * size,
                "seconds": round(max(1.0, min((index + 1) * size, end) - max(index * size, first)), 3),
                **_counts(members, green),
            }
            for index, members in found.items()
        ],
    }


def _counts(requests: Sequence[Asked], green: str) -> dict[str, Any]:
    asked = Counter(colour(request.version, green) for request in requests)
    failed = Counter(colour(request.version, green) for request in requests if request.failed)
    # An upload takes as long as the load generator tells the target to take.
    seconds = sorted(request.seconds for request in requests if not request.upload)
    return {
        "by": {name: asked[name] for name in COLOURS},
        "failed": failed.total(),
        "failed_by": {name: failed[name] for name in COLOURS},
        **{f"p{percent}_seconds": percentile(seconds, percent) for percent in PERCENTS},
    }


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The least value that so many percent do not exceed (nearest rank); None of nothing."""
    return round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 6) if ordered else None


class Noted(Protocol):
    """One entry of the journal; `at` is by the rehearsal's clock, `share` green's percent of production traffic."""

    @property
    def stage(self) -> str: ...  # noqa: D102 - the members are told above
    @property
    def share(self) -> float: ...  # noqa: D102
    @property
    def what(self) -> str: ...  # noqa: D102


def stages(entries: Iterable[tuple[float, Noted]], first: float, last: float) -> list[dict[str, Any]]:
    """What the deployment went through, one after the other, from `first` to `last`; entries come with their second, in order.

    Before the first entry nothing is deployed; the last stage is the status that it ended with.
    """
    found: list[dict[str, Any]] = [{"stage": BEFORE, "second": first, "share": 0.0, "events": []}]
    for second, entry in entries:
        if entry.stage != found[-1]["stage"]:
            found.append({"stage": entry.stage, "second": second, "share": entry.share, "events": []})
        found[-1]["share"] = entry.share
        found[-1]["events"].append({"second": second, "what": entry.what})
    return [stage for stage in _ended(found, last) if stage["stage"] != BEFORE or stage["seconds"] or len(found) == 1]


def _ended(found: Sequence[dict[str, Any]], last: float) -> Iterator[dict[str, Any]]:
    for stage, following in pairwise([*found, {"second": max(last, found[-1]["second"])}]):
        yield {**stage, "seconds": round(following["second"] - stage["second"], 3)}


def weights(entries: Iterable[tuple[float, Noted]], first: float) -> list[dict[str, float]]:
    """Green's percent of production traffic from each second on where it changed."""
    found = [{"second": first, "green": 0.0}]
    for second, entry in entries:
        if entry.share != found[-1]["green"]:
            found.append({"second": second, "green": entry.share})
    return found
