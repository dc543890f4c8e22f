import threading
import time
from functools import partial

from runtime.common.concurrently import Work, run_all
from runtime.common.errors import DatabaseError, DeadlineError, UnexpectedError


def test_all_work_runs_at_the_same_time_and_keeps_its_name_and_order() -> None:
    together = threading.Barrier(3)

    def meet(number: int) -> int:
        together.wait(5)
        return number

    works = {str(number): Work(partial(meet, number), 5) for number in (3, 1, 2)}
    assert list(run_all(works).items()) == [("3", 3), ("1", 1), ("2", 2)]


def test_what_hangs_is_left_alone_and_the_rest_is_not_held_up() -> None:
    for_ever = threading.Event()
    started = time.monotonic()
    outcomes = run_all({"hangs": Work(for_ever.wait, 0.1), "works": Work(lambda: True, 5)})
    for_ever.set()
    assert time.monotonic() - started < 3
    assert outcomes["works"] is True
    assert isinstance(outcomes["hangs"], DeadlineError)
    assert str(outcomes["hangs"]) == "There was no answer within 0.1 seconds."


def test_an_error_is_an_outcome() -> None:
    def fail(error: BaseException) -> None:
        raise error

    known = DatabaseError("The database is away.")
    outcomes = run_all({"known": Work(lambda: fail(known), 5), "unknown": Work(lambda: fail(SystemExit(1)), 5)})
    assert outcomes["known"] is known
    assert isinstance(outcomes["unknown"], UnexpectedError)
    assert str(outcomes["unknown"]) == "SystemExit: 1"
