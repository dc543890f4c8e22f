"""The scenarios of scenarios.toml, typed; a mistake there names its key."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.hooks import Fault
from sandbox.rehearsal.plan import shifts

FILE = Path(__file__).with_name("scenarios.toml")
STATE_MACHINE = "MIGRATIONS_STATE_MACHINE_ARN"
Variables = dict[str, dict[str, str]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class By(StrEnum):
    """Who asks for the deployment."""

    API = "api"
    PULUMI = "pulumi"


class Action(StrEnum):
    """What somebody does when a stage begins."""

    UP = "up"
    ALARM = "alarm"


class Down(StrEnum):
    """What is down from before the deployment until it is over."""

    OPENAI = "openai"
    DATABASE = "database"


class Expected(_Strict):
    """What must come of a scenario.

    At most: `failed` requests, requests that `green` answered, targets that `left` the load balancer, and seconds of the clock from green's
    first production request to the verdict beyond the metrics' own delay (`burn`). At least: `requests`. `shares` are green's percent, step by
    step. `said` is in a verdict, `up` in what `pulumi up` printed when it failed, and with `told` people were told.
    """

    status: str
    failed: int | None = None
    green: int | None = None
    left: int | None = None
    burn: float | None = None
    requests: int | None = None
    shares: tuple[float, ...] = ()
    said: str = ""
    told: bool = False
    up: str = ""


class Uploads(_Strict):
    """Every so many requests are an upload that takes so many seconds of the wall."""

    every: int = 50
    seconds: float = 0.3


class Scenario(_Strict):
    """One scenario; scenarios.toml says what the members mean."""

    what: str
    configuration: dict[str, Any]
    expect: Expected
    by: By = By.API
    killed: bool = False
    first: bool = False
    releases: int = 1
    green: dict[str, str] = Field(default_factory=dict)
    functions: Variables = Field(default_factory=dict)
    quick: bool = True
    migrations: bool = False
    faults: dict[str, Fault] = Field(default_factory=dict)
    down: tuple[Down, ...] = ()
    at: dict[str, Action] = Field(default_factory=dict)
    uploads: Uploads = Uploads()
    speed: float = 10.0
    rate: float = 10.0
    before: float = 130.0
    after: float = 20.0


class Scenarios(_Strict):
    """All of them, and what most of them have in common."""

    quick: Variables
    scenarios: dict[str, Scenario]

    def variables(self, scenario: Scenario) -> dict[str, dict[str, str]]:
        """The variables of functions in a scenario; an empty one is taken away."""
        found: dict[str, dict[str, str]] = {}
        for part in (self.quick if scenario.quick else {}, scenario.functions):
            for name, values in part.items():
                found[name] = {**found.get(name, {}), **values}
        if scenario.migrations:
            for values in found.values():
                values.pop(STATE_MACHINE, None)
        return found


def scenarios(text: str | None = None) -> Scenarios:
    """Every scenario by its name. A RehearsalError when the file says something wrong."""
    text = FILE.read_text(encoding="utf-8") if text is None else text
    try:
        found = Scenarios.model_validate(tomllib.loads(text))
        for scenario in found.scenarios.values():
            _check(scenario.configuration)
    except (ValidationError, tomllib.TOMLDecodeError, KeyError) as error:
        raise RehearsalError(f"{FILE.name}: {error}") from error
    return found


def _check(configuration: Mapping[str, Any]) -> None:
    if configuration.get("strategy") != "ROLLING":
        shifts(configuration)
