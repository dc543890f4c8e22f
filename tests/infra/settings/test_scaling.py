import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.settings.rooms.base import Values
from infra.settings.rooms.scaling import RULES, ScalingSettings
from infra.settings.scaling import ScalingAction, Schedule, parse_schedule
from infra.settings.types import Environment

ACTIONS = st.builds(
    lambda hour, low, more: ScalingAction(schedule=f"cron(0 {hour} ? * MON-FRI *)", minimum=low, maximum=low + more),
    st.integers(0, 23),
    st.integers(1, 50),
    st.integers(0, 50),
)


@given(st.lists(ACTIONS, max_size=5, unique_by=lambda action: action.schedule))
def test_a_schedule_is_read_as_it_is_written(actions: list[ScalingAction]) -> None:
    schedule = Schedule(tuple(actions))
    assert parse_schedule(str(schedule)) == schedule


@given(st.text(alphabet="cron()=;-0123456789 *?MON,", min_size=1))
def test_any_text_is_a_schedule_or_is_refused_in_words(text: str) -> None:
    assert _read(text).startswith(("cron(", "cannot be read at", "has ")) or not text.strip("; ")


def _read(text: str) -> str:
    try:
        return str(parse_schedule(text))
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cron(0 7 * * ?)=2-4", "cannot be read"),
        ("rate(1 hour)=2-4", "cannot be read"),
        ("cron(0 7 ? * MON *)=0-4", "cannot be read"),
        ("cron(0 7 ? * MON *)=5-4", "more tasks at least than at most"),
        ("cron(0 7 ? * MON *)=2-4;cron(0 7 ? * MON *)=3-4", "twice"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_schedule(text)


def _problems(environment: Environment = Environment.DEVELOPMENT, **changed: object) -> set[str]:
    values = {str(field.alias): field.get_default() for field in ScalingSettings.model_fields.values()}
    known = Values({**values, "environment": environment, **changed})
    return {problem.key for rule in RULES for problem in rule(known)}


def test_the_defaults_break_no_rule() -> None:
    assert _problems() == set()
    assert _problems(Environment.PRODUCTION) == set()


def test_no_hour_has_more_tasks_than_the_connection_budget_is_made_for() -> None:
    assert _problems(scalingSchedule=parse_schedule("cron(0 7 ? * MON *)=2-5"), applicationMaximumTasks=4) == {
        "scalingSchedule"
    }


def test_production_has_two_tasks_at_every_hour() -> None:
    night = parse_schedule("cron(0 22 ? * * *)=1-4")
    assert _problems(Environment.PRODUCTION, scalingSchedule=night) == {"scalingSchedule"}
    assert _problems(Environment.PRODUCTION, applicationTasks=1) == {"applicationTasks"}
    assert _problems(Environment.DEVELOPMENT, scalingSchedule=night, applicationTasks=1) == set()


def test_the_most_is_not_less_than_the_fewest() -> None:
    assert _problems(applicationTasks=6, applicationMaximumTasks=4) == {"applicationMaximumTasks"}
