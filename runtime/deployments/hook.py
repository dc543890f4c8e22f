"""The contract between ECS and a lifecycle hook: the event that ECS sends and the answer that it reads.

Every member, with AWS's page that says so: docs/deployment-stages.md. What ECS adds to its events later does no harm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from runtime.common.errors import OperationError
from runtime.deployments.stages import HOOKABLE, ON_ROLLBACK, Stage

# AWS names a default of 30 seconds and no limits; a hook's whole life is limited by its timeout instead.
DEFAULT_DELAY_SECONDS = 30
DELAY_SECONDS = range(1, 901)
# No limit is documented. The state of a hook is a few numbers; what is larger belongs into S3.
MAXIMUM_DETAILS_BYTES = 32 * 1024
EVERYTHING = 100.0


class HookCallError(OperationError):
    """An event is not what ECS sends to a lifecycle hook. Holds every problem, one per line."""

    def __init__(self, problems: list[str]) -> None:
        """Take each problem as a sentence."""
        head = "This is no event of an ECS lifecycle hook (docs/deployment-stages.md shows one):"
        super().__init__("\n  - ".join([head, *problems]))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class HookCall:
    """One call of ECS to a hook. Weights are percent of the traffic, by the ARN of the service revision.

    ECS leaves the weights empty at the stages that shift no traffic: empty means not told, not zero.
    """

    stage: Stage
    service_arn: str
    target_revision_arn: str
    deployment_arn: str
    execution_id: str
    production_weights: Mapping[str, float] = field(default_factory=dict)
    test_weights: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, event: object) -> Self:
        """The call in a Lambda event. Raises HookCallError with everything that is missing or wrong in it."""
        reader = _Reader()
        members = reader.members(event, "the event")
        execution = reader.members(members.get("executionDetails"), "executionDetails")
        stage = reader.stage(members)
        call = cls(
            stage=stage,
            service_arn=reader.text(execution, "serviceArn", "executionDetails."),
            target_revision_arn=reader.text(execution, "targetServiceRevisionArn", "executionDetails."),
            deployment_arn=reader.text(members, "resourceArn"),
            execution_id=reader.text(members, "executionId"),
            production_weights=reader.weights(execution, "productionTrafficWeights"),
            test_weights=reader.weights(execution, "testTrafficWeights"),
            details=reader.optional_members(members, "hookDetails"),
        )
        if reader.problems:
            raise HookCallError(reader.problems)
        return call

    @property
    def service_name(self) -> str:
        """The service's name: the last part of its ARN."""
        return self.service_arn.rpartition("/")[2]

    @property
    def revision_id(self) -> str:
        """The id of the revision that is being deployed: the last part of its ARN."""
        return self.target_revision_arn.rpartition("/")[2]

    @property
    def is_rollback(self) -> bool:
        """Whether the deployment is on its way back, as AWS says to tell it: at a shift, nothing is left to the target.

        The same weights before a shift mean that nothing has been shifted yet.
        """
        if self.stage not in ON_ROLLBACK:
            return False
        weights = self.test_weights if self.stage is Stage.TEST_TRAFFIC_SHIFT else self.production_weights
        return bool(weights) and weights.get(self.target_revision_arn, 0.0) == 0.0


class HookStatus(StrEnum):
    """The answers that ECS knows; anything else rolls the deployment back."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    IN_PROGRESS = "IN_PROGRESS"


@dataclass(frozen=True)
class Answer:
    """What a hook tells ECS. Make it with one of the three class methods."""

    status: HookStatus
    reason: str = ""
    delay_seconds: int | None = None
    details: Mapping[str, Any] | None = None

    @classmethod
    def succeeded(cls, reason: str = "") -> Self:
        """The deployment goes on."""
        return cls(HookStatus.SUCCEEDED, reason)

    @classmethod
    def failed(cls, reason: str = "") -> Self:
        """The deployment is rolled back."""
        return cls(HookStatus.FAILED, reason)

    @classmethod
    def in_progress(
        cls, delay_seconds: int = DEFAULT_DELAY_SECONDS, details: Mapping[str, Any] | None = None, reason: str = ""
    ) -> Self:
        """ECS calls again after the delay, with `details` merged into the call's own.

        Raises ValueError for a delay outside DELAY_SECONDS and for details that are no JSON or larger than MAXIMUM_DETAILS_BYTES.
        """
        if delay_seconds not in DELAY_SECONDS:
            raise ValueError(f"a delay is {DELAY_SECONDS[0]} to {DELAY_SECONDS[-1]} seconds, not {delay_seconds}")
        if details is not None:
            _check_details(details)
        return cls(HookStatus.IN_PROGRESS, reason, delay_seconds, details)

    def document(self) -> dict[str, Any]:
        """The JSON that ECS reads."""
        members = {
            "hookStatus": self.status.value,
            "reason": self.reason or None,
            "callBackDelay": self.delay_seconds,
            "hookDetails": None if self.details is None else dict(self.details),
        }
        return {name: value for name, value in members.items() if value is not None}


def _check_details(details: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(dict(details), allow_nan=False).encode())
    except TypeError as error:
        raise ValueError(f"the details of a hook must be JSON: {error}") from None
    if size > MAXIMUM_DETAILS_BYTES:
        raise ValueError(
            f"the details of a hook may have {MAXIMUM_DETAILS_BYTES} bytes, these have {size}: keep them in S3"
        )


class _Reader:
    """Reads members, and remembers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def members(self, value: object, name: str) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self.problems.append(f"{name} is missing" if value is None else f"{name} must be an object, not {_kind(value)}")
        return {}

    def optional_members(self, members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        return {} if members.get(name) is None else self.members(members[name], name)

    def text(self, members: Mapping[str, Any], name: str, path: str = "") -> str:
        value = members.get(name)
        if isinstance(value, str) and value:
            return value
        wrong = f"must be text, not {_kind(value)}" if value else "is missing"
        self.problems.append(f"{path}{name} {wrong}")
        return ""

    def stage(self, members: Mapping[str, Any]) -> Stage:
        name = self.text(members, "lifecycleStage")
        if name in set(HOOKABLE):
            return Stage(name)
        if name:
            self.problems.append(
                f"lifecycleStage is {name!r}, which calls no hook; these do: {', '.join(sorted(HOOKABLE))}"
            )
        return Stage.PRE_SCALE_UP

    def weights(self, execution: Mapping[str, Any], name: str) -> Mapping[str, float]:
        found = self.optional_members(execution, name)
        wrong = {revision: value for revision, value in found.items() if not _is_percent(value)}
        for revision, value in wrong.items():
            self.problems.append(f"executionDetails.{name} gives {revision} {value!r}, which is no percentage")
        return {} if wrong else {str(revision): float(value) for revision, value in found.items()}


def _is_percent(value: object) -> bool:
    # A bool is an int in Python, and no percentage; NaN fails the comparison.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= EVERYTHING


def _kind(value: object) -> str:
    kinds = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), type(value).__name__)
