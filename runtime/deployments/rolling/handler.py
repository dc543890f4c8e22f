"""The door of the gate before a rolling deployment: `pulumi up` calls it before it updates the service, and fails where it refuses."""

import time
from collections.abc import Callable
from typing import Any

from runtime.common.errors import OperationError
from runtime.deployments.door import Context, serve
from runtime.deployments.gate.decide import decided
from runtime.deployments.gate.settings import TIMEOUT_SECONDS
from runtime.deployments.hearing import Decision, Hearing, Hook, Tools
from runtime.deployments.hook import HookStatus
from runtime.deployments.outcome.handler import task_definition_of
from runtime.deployments.records import Records
from runtime.deployments.rolling.scene import TASK_DEFINITION, look
from runtime.deployments.rolling.settings import RollingSettings
from runtime.deployments.stages import Stage

STAGE = Stage.PRE_SCALE_UP
ATTEMPT = "before-rolling/"


class RefusedError(OperationError):
    """The gate lets the release not pass: the verdict."""


class UnfinishedError(OperationError):
    """What the release waits for takes longer than a function may run."""


def handle(event: object, context: Context) -> dict[str, Any]:
    """Check and migrate for `{"taskDefinition": <ARN>}`. Returns the gate's answer; raises OperationError with the verdict's text."""
    return run(event, context, Tools(), time.sleep)


def run(event: object, context: Context, tools: Tools, pause: Callable[[float], None]) -> dict[str, Any]:
    """The same with the world handed in."""
    task_definition = task_definition_of(event)
    settings = RollingSettings.from_environment()
    records = Records(
        tools.clients.get("s3"), settings.artifacts_bucket, settings.artifacts_kms_key_arn, settings.verdicts_prefix
    )
    # A revision of a task definition is `family:7`; migrations and S3 want names without a colon.
    revision = task_definition.rpartition("/")[2].replace(":", "-")
    call = _call(task_definition, revision, settings, _attempt(records, settings, revision, context))
    while True:
        answer = serve(call, context, HOOK, tools)
        if answer["hookStatus"] == HookStatus.SUCCEEDED:
            return answer
        if answer["hookStatus"] != HookStatus.IN_PROGRESS:
            verdict = records.find(settings.service, revision, STAGE)
            raise RefusedError(verdict.text() if verdict and verdict.final else answer.get("reason", "no reason given"))
        delay = answer["callBackDelay"]
        # The next look may take as long as a hook's.
        if context.get_remaining_time_in_millis() / 1000 < delay + TIMEOUT_SECONDS:
            raise UnfinishedError(
                f"{answer.get('reason', '')} It goes on by itself, and the service was not updated: run `pulumi up` again in a while."
            )
        pause(delay)


def _attempt(records: Records, settings: RollingSettings, revision: str, context: Context) -> str:
    """The attempt that waited when the function's time was over, or a new one."""
    before = records.find(settings.service, revision, STAGE)
    waits = before is not None and not before.final and before.deployment.startswith(ATTEMPT)
    return before.deployment if before is not None and waits else f"{ATTEMPT}{context.aws_request_id}"


def _call(task_definition: str, revision: str, settings: RollingSettings, attempt: str) -> dict[str, Any]:
    """What ECS would send to a hook, as far as anything is known of it."""
    folder = settings.service_arn.replace(":service/", ":service-revision/")
    return {
        "executionId": attempt,
        "lifecycleStage": STAGE.value,
        "resourceArn": attempt,
        "executionDetails": {
            "serviceArn": settings.service_arn,
            "targetServiceRevisionArn": f"{folder}/{revision}",
        },
        "hookDetails": {TASK_DEFINITION: task_definition},
    }


def decide(hearing: Hearing[RollingSettings]) -> Decision:
    """The gate's decision. Raises CloudError."""
    return decided(look(hearing))


HOOK = Hook("deployment-gate", RollingSettings, frozenset({STAGE}), decide)
