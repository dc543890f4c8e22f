"""What a check is: it looks at the scene, for so many seconds at most, and says what it found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from runtime.deployments.gate.scene import Scene
from runtime.deployments.gate.settings import Need
from runtime.deployments.verdict import Finding, Level


@dataclass(frozen=True)
class Result:
    """What a check found, and the numbers behind it by a name for people."""

    findings: tuple[Finding, ...]
    numbers: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A check by its name. What takes longer than `seconds` counts as failed."""

    name: str
    run: Callable[[Scene], Result]
    seconds: float


def one(check: str, outcome: Level, message: str, mend: str = "") -> Result:
    """A single finding."""
    return Result((Finding(check=check, outcome=outcome, message=message, mend=mend),))


def level(need: Need) -> Level:
    """What a failure means where the settings say how much the thing is needed."""
    return Level.FAIL if need is Need.REQUIRED else Level.WARN
