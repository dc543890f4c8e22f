"""The migrations of a revision: runs of the state machine, each begun once and then looked at until it ends.

A dry run, which lists what is pending and changes nothing, is one of the checks. The migration itself comes when all checks are content.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from runtime.common.aws import cloud_errors
from runtime.common.errors import CloudError
from runtime.deployments.gate.check import Result, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.migrations.errors import MigrationInputError, NotReadyError, SnapshotError
from runtime.deployments.migrations.progress import Phase, Progress
from runtime.deployments.verdict import Finding, Level

CHECK = "migrations"
PENDING = "pending migrations"
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html: letters, digits, - and _, 80 at most.
NAME_CHARACTERS = 80
UNDER_WAY = frozenset({"RUNNING", "PENDING_REDRIVE"})
# Ends that say nothing about the image: somebody stopped the run, or nothing was tried.
ABORTED = "ABORTED"
NOT_TRIED = frozenset(error.__name__ for error in (MigrationInputError, NotReadyError, SnapshotError, CloudError))
# More lines than anybody reads in a notice; the run's history has all.
LINES = 50


@dataclass(frozen=True)
class Report:
    """How a run stands, and whether its failure is the image's own."""

    result: Result
    blames_image: bool = False


def check(scene: Scene) -> Result:
    """The dry run: what is pending, listed by the new image itself."""
    arn = scene.settings.migrations_state_machine_arn
    return (
        one(PENDING, Level.OK, "Not asked, by the stack's settings.")
        if arn is None
        else run(scene, arn, Phase.CHECK).result
    )


def run(scene: Scene, state_machine_arn: str, phase: Phase) -> Report:
    """Begin the run of a phase, unless it was begun before, and say how it stands. Raises CloudError."""
    name = _name(scene.state.green.id, phase)
    arn = f"{state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
    client = scene.client("stepfunctions")
    handed = {"revision": scene.state.green.id, "taskDefinition": scene.state.green.task_definition_arn, "phase": phase}
    with cloud_errors(f"start the migrations {arn}"):
        try:
            client.start_execution(stateMachineArn=state_machine_arn, name=name, input=json.dumps(handed))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ExecutionAlreadyExists":
                raise
    with cloud_errors(f"describe the migrations {arn}"):
        described = client.describe_execution(executionArn=arn)
    return _report(phase, arn, described)


def _name(revision: str, phase: Phase) -> str:
    """One revision has one run of each phase, whoever asks and how often."""
    safe = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in revision)
    return f"{safe[: NAME_CHARACTERS - len(phase) - 1]}-{phase}"


def _report(phase: Phase, arn: str, described: Mapping[str, Any]) -> Report:
    about = PENDING if phase is Phase.CHECK else CHECK
    status = described["status"]
    if status in UNDER_WAY:
        return Report(one(about, Level.WAIT, "The dry run runs." if phase is Phase.CHECK else "The migrations run."))
    if status != "SUCCEEDED":
        tried = phase is not Phase.CHECK and status != ABORTED and described.get("error") not in NOT_TRIED
        return Report(_failure(about, arn, described), blames_image=tried)
    try:
        progress = Progress.parse(_object(described.get("output")))
    except MigrationInputError:
        return Report(one(about, Level.WARN, "They ended well, but what they report cannot be read.", _show(arn)))
    warnings = tuple(Finding(check=about, outcome=Level.WARN, message=text) for text in progress.warnings)
    good = (
        _pending(progress)
        if phase is Phase.CHECK
        else one(about, Level.OK, "The migrations ended well, and the database is what it must be.")
    )
    return Report(Result((*good.findings, *warnings), good.numbers))


def _pending(progress: Progress) -> Result:
    if progress.pending is None:
        return one(PENDING, Level.OK, "Not asked: the stack's settings have no command for a dry run.")
    lines = "; ".join(progress.pending[-LINES:]) or "it wrote nothing"
    return one(PENDING, Level.OK, f"The dry run ended well. Its last lines: {lines}")


def _failure(about: str, arn: str, described: Mapping[str, Any]) -> Result:
    cause = described.get("cause", "")
    words = _object(cause).get("errorMessage") or cause or "no cause given"
    message = f"The run ended as {described['status']} ({described.get('error', 'no name given')}): {words}"
    return one(about, Level.FAIL, message, f"see each step: {_show(arn)}; mend the cause, then deploy again")


def _show(arn: str) -> str:
    return f"`aws stepfunctions get-execution-history --execution-arn {arn} --reverse-order --max-items 20`"


def _object(text: str | None) -> Mapping[str, Any]:
    """The JSON object in a text; empty for anything else."""
    try:
        value = json.loads(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
