import io

from rich.console import Console

from sandbox.engine.progress import Finding, Progress
from sandbox.engine.screen import Screen, counts, plain_line
from tests.sandbox.engine.test_progress import fold, post, pre


def test_the_plain_line_holds_the_counts_and_what_has_been_in_work_longest() -> None:
    progress = fold(
        Progress("t", total=9),
        pre("create", "a"),
        pre("create", "b"),
        pre("create", "c"),
        post("create", "c"),
        pre("create", "d"),
    )
    assert plain_line(progress) == "  1/9 steps: 1 created; in work: aws:Vpc a (0 s), aws:Vpc b (0 s) and 1 more"


def test_the_total_grows_when_there_is_more_to_do_than_planned() -> None:
    progress = fold(Progress("t", total=1), post("create", "a"), post("create", "b"))
    assert plain_line(progress).startswith("  2/2 steps")


def test_counts_are_in_the_order_that_a_person_wants() -> None:
    progress = fold(Progress("t"), post("same", "a"), post("delete", "b"), post("update", "c"), post("create", "d"))
    assert counts(progress.done) == "1 created, 1 updated, 1 deleted, 1 unchanged"


def test_on_a_terminal_everything_stays_on_one_screen_and_is_cleared_at_the_end() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, height=24, color_system=None)
    progress = fold(Progress("Deploying"), *(pre("create", f"n{i}") for i in range(50)))
    progress.findings += [Finding("", "warning", f"{i}\nmore") for i in range(30)]
    screen = Screen(console, progress)
    with console.capture() as capture:
        console.print(screen._render())
    lines = capture.get().splitlines()
    assert len(lines) <= 24
    assert lines[2] == "0 steps: nothing yet", "the counts stand on a line of their own, below the bar"
    assert "and 42 more" in capture.get()
    assert all("more" not in line for line in lines if "warning" in line)


def test_where_there_is_no_terminal_no_escape_sequence_is_written() -> None:
    file = io.StringIO()
    with Screen(Console(file=file, force_terminal=False), Progress("Deploying")):
        pass
    assert file.getvalue() == "Deploying\n"
