"""Freeze and maintenance windows, in which nothing is deployed: one SSM parameter with a JSON list that people edit.

[{"from": "2026-12-20T00:00:00Z", "to": "2027-01-04T06:00:00Z", "kind": "freeze", "reason": "holidays"}]
"""

import json
from datetime import datetime
from enum import StrEnum
from typing import Self

from botocore.exceptions import ClientError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from runtime.common.aws import cloud_errors
from runtime.common.errors import SettingsError
from runtime.deployments.gate.check import Result, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.verdict import Finding, Level

CHECK = "windows"


class Kind(StrEnum):
    """Why nothing is deployed: people want quiet, or something is being worked on."""

    FREEZE = "freeze"
    MAINTENANCE = "maintenance"


class Window(BaseModel):
    """A time in which nothing is deployed, its beginning included and its end not; times carry their zone."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    begins: AwareDatetime = Field(alias="from")
    ends: AwareDatetime = Field(alias="to")
    kind: Kind
    reason: str = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.begins >= self.ends:
            raise ValueError("it must end after it begins")
        return self

    def open_at(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.begins <= moment < self.ends


WINDOWS = TypeAdapter(list[Window], config=ConfigDict(defer_build=True))


def parse(text: str) -> list[Window]:
    """The windows of a parameter's value. Raises SettingsError with everything that is wrong, by the window's number from 1."""
    try:
        return WINDOWS.validate_json(text)
    except ValidationError as error:
        problems = [_problem(problem["loc"], problem["msg"]) for problem in error.errors(include_url=False)]
    raise SettingsError("The windows are wrong", problems)


def check(scene: Scene) -> Result:
    """Every window that is open now, with the command that lifts it."""
    name = scene.settings.windows_parameter
    if name is None:
        return one(CHECK, Level.OK, "None are kept, by the stack's settings.")
    text = _read(scene, name)
    if text is None:
        message = f"The parameter {name} does not exist, so nobody can tell whether a window is open."
        return one(CHECK, Level.FAIL, message, command(name, []))
    try:
        windows = parse(text)
    except SettingsError as error:
        mend = f"see it: `aws ssm get-parameter --name {name}`; empty it: {command(name, [])}"
        return one(CHECK, Level.FAIL, f"The parameter {name} cannot be used. {error}", mend)
    now = scene.hearing.clock.now()
    findings = tuple(_open(name, window, windows) for window in windows if window.open_at(now))
    return Result(findings) if findings else one(CHECK, Level.OK, f"None of {len(windows)} is open.")


def command(name: str, windows: list[Window]) -> str:
    """The command that leaves these windows alone, ready for a shell."""
    value = WINDOWS.dump_json(windows, by_alias=True).decode()
    quoted = value.replace("'", "'\\''")
    return f"aws ssm put-parameter --name {name} --type String --overwrite --value '{quoted}'"


def _read(scene: Scene, name: str) -> str | None:
    with cloud_errors(f"read the parameter {name}"):
        try:
            return str(scene.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ParameterNotFound":
                return None
            raise


def _open(name: str, window: Window, windows: list[Window]) -> Finding:
    message = f"A {window.kind} window is open until {window.ends.isoformat()}: {window.reason}"
    others = [other for other in windows if other is not window]
    mend = f"wait until then; to lift it now, with the consent of whoever set it: {command(name, others)}"
    return Finding(check=CHECK, outcome=Level.FAIL, message=message, mend=mend)


def _problem(location: tuple[int | str, ...], message: str) -> str:
    if not location:
        return json.dumps(message)[1:-1]
    number, *member = location
    where = f"window {int(number) + 1}" + "".join(f", {part}" for part in member)
    return f"{where}: {message}"
