"""What a shift of traffic costs the slowest requests: p99 in its minute against before, in one rehearsal."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.home import Home
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.result import Result
from sandbox.rehearsal.run import Rehearsal
from sandbox.rehearsal.scenarios import scenarios
from sandbox.rehearsal.stack import Command, Stack
from tools.bench.processes import MeasuringError
from tools.bench.ratios import Measure, Pair
from tools.documents.stages import facts

SCENARIO = "quick"
BEFORE, DURING = "p99 before the deployment", "p99 in the minute of the shift"


def measures(pairs: int, say: Callable[[str], None]) -> Iterator[Measure]:
    """Rehearse a good release so many times; each is a pair of itself before and during the shift.

    Raises:
        MeasuringError: the stack did not come up, or a release was not a good one.
    """
    with _rehearsal(say) as rehearsal:
        found = [_played(rehearsal) for _ in range(pairs)]
    yield Measure(
        name="p99 of requests in the minute of the shift", against="before the deployment", pairs=tuple(found)
    )


@contextmanager
def _rehearsal(say: Callable[[str], None]) -> Iterator[Rehearsal]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Home(Path(folder).resolve())
        say("Deploying a stack to rehearse on (minutes)")
        try:
            yield Rehearsal(Stack.bring_up(home), facts(), scenarios())
        except RehearsalError as error:
            raise MeasuringError(str(error)) from error
        finally:
            Command.start(home, "reset", "--force").wait()


def _played(rehearsal: Rehearsal) -> Pair:
    return pair(rehearsal.play(SCENARIO))


def pair(result: Result) -> Pair:
    """The two percentiles of one rehearsal. Raises MeasuringError for one that did not come to what it must."""
    before, during = result.measures[BEFORE], result.measures[DURING]
    if result.misses or before is None or during is None:
        raise MeasuringError(
            f"the rehearsal {result.name} failed: {'; '.join(result.misses) or 'no request was timed'}"
        )
    return Pair(ours=float(during), baseline=float(before))
