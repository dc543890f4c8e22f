"""A thousand bad configurations: each is refused by the names of its keys, tells how to mend them, and registers nothing."""

from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from infra.settings import SettingsError, rooms
from infra.settings.loading import check, keys
from infra.settings.problems import Problem
from infra.settings.rooms import Values
from tests.infra.recording import Recording, record, run_program
from tests.infra.settings.bad_values import (
    DAY,
    DURATIONS,
    LOG_DAYS,
    PERCENTS,
    PLANTED,
    TENTHS,
    WHOLE,
    WHOLE_DAYS,
    WHOLE_MINUTES,
)
from tests.infra.settings.faults import (
    BAD_VALUES,
    BASES,
    GOOD_SECRETS,
    KINDS,
    REQUIRED,
    SECRETS,
    Bad,
    alone,
    bad_configurations,
)
from tests.infra.settings.test_checking import COMMAND

EXAMPLES = 1000
EXAMPLES_ALONE = 3
_FEWEST_WORDS = 2
# How pydantic and Python would tell it.
JARGON = ("Input should", "validation error", "timedelta", "Traceback", "SecretStr", "pattern")


def test_every_setting_has_values_that_are_bad_for_it() -> None:
    assert BAD_VALUES.keys() == keys().keys(), "a new setting needs bad values in bad_values.py or bad_texts.py"


def test_every_secret_can_be_in_clear_and_every_required_key_missing() -> None:
    assert {*GOOD_SECRETS, "stripeSecretKey"} == SECRETS
    assert set(REQUIRED) == {key.key for key in keys().values() if key.required}


@pytest.mark.parametrize("environment", BASES)
def test_what_is_made_bad_was_good(environment: str) -> None:
    assert check("test", BASES[environment], SECRETS).stack.environment == environment


def test_the_values_next_to_the_bad_ones_are_good() -> None:
    """Or the limits that the bad values lie beyond would not be the settings' own."""
    ends = [
        *((key, str(end)) for key, limits in WHOLE.items() for end in limits),
        *((key, end) for key, limits in TENTHS.items() for end in limits),
        *((key, _seconds(end)) for key, limits in DURATIONS.items() for end in limits),
        *((key, f"{end}m") for key, limits in WHOLE_MINUTES.items() for end in limits),
        *((key, f"{end}d") for key, most in WHOLE_DAYS.items() for end in (1, most)),
        *(("logRetention", f"{days}d") for days in LOG_DAYS),
    ]
    for key, text in ends:
        assert keys()[key].parse(text) is not None


def test_the_first_values_beyond_the_limits_are_bad() -> None:
    beyond = [
        *((key, str(value)) for key, (least, most) in WHOLE.items() for value in (least - 1, most + 1)),
        *((key, f"{value}s") for key, (least, most) in DURATIONS.items() for value in (least - 1, most + 1)),
        *((key, f"{value}m") for key, (least, most) in WHOLE_MINUTES.items() for value in (least - 1, most + 1)),
        *((key, f"{value}d") for key, most in WHOLE_DAYS.items() for value in (0, most + 1)),
        *((key, value) for key in PERCENTS for value in ("0", "100.001")),
        *(("alarmDatabaseStoragePercent", value) for value in ("0.999", "10")),
        *(("canaryPercent", value) for value in ("0", "0.05", "100.1")),
        *(("linearStepPercent", value) for value in ("2.9", "3.05", "100.1")),
    ]
    for key, text in beyond:
        with pytest.raises(ValidationError):
            keys()[key].parse(text)


def _seconds(seconds: int) -> str:
    return f"{seconds // DAY}d" if seconds and seconds % DAY == 0 else f"{seconds}s"


Rule = Callable[[Values], Iterable[Problem]]


def _noting(number: int, rule: Rule, broken: set[int]) -> Rule:
    def noting(values: Values) -> Iterator[Problem]:
        for problem in rule(values):
            broken.add(number)
            yield problem

    return noting


def test_every_way_of_being_bad_is_refused_by_its_own_key_and_every_rule_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken: set[int] = set()
    count = len(rooms.RULES)
    monkeypatch.setattr(rooms, "RULES", [_noting(number, rule, broken) for number, rule in enumerate(rooms.RULES)])
    for environment, kinds in KINDS.items():
        for kind in kinds:

            @settings(max_examples=EXAMPLES_ALONE, deadline=None, derandomize=True, database=None)
            @given(alone(environment, kind))
            def refused(bad: Bad) -> None:
                with pytest.raises(SettingsError) as caught:
                    check(bad.stack, bad.configuration, bad.encrypted)
                _names_what_is_bad(bad, caught.value)

            refused()
    assert set(range(count)) - broken == set(), (
        "rules of infra.settings.rooms.RULES that nothing breaks, by their number"
    )


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(bad_configurations())
def test_a_thousand_bad_configurations_are_refused_clearly_and_nothing_is_registered(bad: Bad) -> None:
    error = _error(bad)
    _names_what_is_bad(bad, error)
    _tells_how_to_mend_it(error)
    _shows_no_value(bad, str(error))


def _error(bad: Bad) -> SettingsError:
    """What the whole program ends with, as Pulumi runs it."""
    seen = Recording()
    with pytest.raises(SettingsError) as caught:
        record(run_program, bad.configuration, bad.stack, seen, bad.encrypted)
    assert seen.resources == []
    assert seen.outputs == {}
    return caught.value


def _names_what_is_bad(bad: Bad, error: SettingsError) -> None:
    assert {problem.key for problem in error.problems} == bad.names
    assert str(error).startswith(f"{len(bad.names)} setting")
    assert f"of stack {bad.stack} cannot be used; nothing was changed:" in str(error)


def _tells_how_to_mend_it(error: SettingsError) -> None:
    for problem in error.problems:
        assert len(problem.reason.split()) >= _FEWEST_WORDS
        told, *commands = problem.told("test").splitlines()
        assert told == f"  jobr:{problem.key} {problem.reason}"
        assert commands
        assert all(COMMAND.fullmatch(command.strip().removeprefix("or ")) for command in commands)
        assert problem.told(_stack(error)) in str(error)
        if problem.key in SECRETS:
            assert problem.mend.startswith("set --secret ")
            assert problem.mend.split(" < ")[0].endswith(f"jobr:{problem.key}"), "no value stands in a shell's history"


def _stack(error: SettingsError) -> str:
    return str(error).partition(" of stack ")[2].partition(" cannot be used")[0]


def _shows_no_value(bad: Bad, message: str) -> None:
    assert PLANTED not in message
    assert [value for value in bad.secrets if value in message] == []
    assert [word for word in JARGON if word in message] == []
