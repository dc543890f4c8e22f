"""The traffic hook's settings."""

from decimal import Decimal

import pytest

from runtime.common.errors import SettingsError
from runtime.deployments.traffic.settings import TrafficSettings
from tests.runtime.deployments.traffic.stand_ins import ENVIRONMENT


def test_the_defaults_are_the_guides_five_minutes_and_one_percent() -> None:
    limits = TrafficSettings.from_environment(ENVIRONMENT).limits
    assert (limits.error_limit, limits.window_minutes, limits.longest_minutes) == (Decimal("0.01"), 5, 5)


def test_only_extend_makes_the_window_longer() -> None:
    settings = TrafficSettings.from_environment({**ENVIRONMENT, "WHEN_INCONCLUSIVE": "extend"})
    assert settings.limits.longest_minutes == 30


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"ERROR_PERCENT": "0"}, "ERROR_PERCENT"),
        ({"ERROR_PERCENT": "100"}, "ERROR_PERCENT"),
        ({"ERROR_PERCENT": "NaN"}, "ERROR_PERCENT"),
        ({"EARLY_STOP_DOUBT": "0.5"}, "EARLY_STOP_DOUBT"),
        ({"WHEN_INCONCLUSIVE": "hope"}, "WHEN_INCONCLUSIVE"),
        ({"OBSERVATION_MINUTES": "0"}, "OBSERVATION_MINUTES"),
        (
            {"OBSERVATION_MINUTES": "40"},
            "(?i)EXTENDED_MINUTES is wrong: value error, must be at least OBSERVATION_MINUTES",
        ),
        ({"SLOW_MINUTES": "6"}, "SLOW_MINUTES is wrong: value error, must be at most OBSERVATION_MINUTES, which is 5"),
        ({"LATENCY_FACTOR": "0.9"}, "LATENCY_FACTOR"),
    ],
)
def test_a_wrong_setting_is_named(variables: dict[str, str], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        TrafficSettings.from_environment({**ENVIRONMENT, **variables})


def test_every_problem_is_told_at_once() -> None:
    wrong = {"ERROR_PERCENT": "-1", "OBSERVATION_MINUTES": "x", "SLOW_MINUTES": "9"}
    with pytest.raises(SettingsError) as caught:
        TrafficSettings.from_environment({**ENVIRONMENT, **wrong})
    assert len(caught.value.problems) == 2
