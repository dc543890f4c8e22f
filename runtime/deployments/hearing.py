"""What a hook decides with, and what it hands back: the parts that a hook and the door share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypedDict, TypeVar, Unpack

from pydantic import JsonValue

from runtime.common.aws import Clients
from runtime.common.clock import Clock, Deadline
from runtime.common.logging import Redactor
from runtime.deployments.hook import DEFAULT_DELAY_SECONDS, HookCall
from runtime.deployments.records import Records
from runtime.deployments.settings import HookSettings
from runtime.deployments.stages import PER_SHIFT, Stage
from runtime.deployments.verdict import Finding, Outcome, Verdict

Settings = TypeVar("Settings", bound=HookSettings)


@dataclass(frozen=True)
class Tools:
    """What a hook reaches the world with; tests and rehearsals hand in their own."""

    clock: Clock = field(default_factory=Clock)
    clients: Clients = field(default_factory=Clients)


class Grounds(TypedDict, total=False):
    """What a verdict may have beside its outcome and summary, as `Verdict` describes it."""

    image_digest: str | None
    findings: tuple[Finding, ...]
    numbers: Mapping[str, JsonValue]
    tolerated: bool
    blames_image: bool
    shift: str


@dataclass(frozen=True)
class Hearing(Generic[Settings]):
    """What a decision is made from. `previous` is what this hook decided at its last call for the same stage and deployment, and always a WAIT."""

    call: HookCall
    settings: Settings
    clock: Clock
    clients: Clients
    redactor: Redactor
    records: Records
    deadline: Deadline
    previous: Verdict | None

    @property
    def started(self) -> datetime:
        """When this stage of this deployment was first looked at."""
        return self.previous.started if self.previous else self.clock.now()

    def verdict(self, outcome: Outcome, summary: str, **grounds: Unpack[Grounds]) -> Verdict:
        """A verdict on what the call is about, decided now."""
        return Verdict(
            environment=self.settings.environment,
            service=self.call.service_name,
            deployment=self.call.deployment_arn,
            revision=self.call.revision_id,
            image_digest=grounds.get("image_digest") or (self.previous.image_digest if self.previous else None),
            stage=self.call.stage,
            shift=grounds.get("shift", shift_of(self.call)),
            outcome=outcome,
            tolerated=grounds.get("tolerated", False),
            blames_image=grounds.get("blames_image", False),
            summary=summary,
            findings=grounds.get("findings", ()),
            numbers=dict(grounds.get("numbers", {})),
            started=self.started,
            decided=self.clock.now(),
        )


@dataclass(frozen=True)
class Decision:
    """A verdict, and for a WAIT when to be called again and what ECS should hand over then."""

    verdict: Verdict
    delay_seconds: int = DEFAULT_DELAY_SECONDS
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Hook(Generic[Settings]):
    """A hook's own part: its settings, the stages it stands at, and how it decides."""

    name: str
    settings: type[Settings]
    stages: frozenset[Stage]
    decide: Callable[[Hearing[Settings]], Decision]


def shift_of(call: HookCall) -> str:
    """Green's percent, as a name: `10`, `12.5`; nothing where ECS does not say or the stage is walked once."""
    share = call.production_weights.get(call.target_revision_arn)
    return f"{share:g}" if share is not None and call.stage in PER_SHIFT else ""
