"""The state machine of a migration: Amazon States Language (JSONPath) as data.

Every step is the migrations function with another `step`; it takes the migration's progress and gives it back. What takes long is
started, then looked at until `status` is no longer WAIT. Whatever is caught goes to `Conclude`, which stops what still runs,
prepares a restore where something may have changed, tells people, and never restores.
"""

from typing import Any

# How often to look; a migration's end is then known at most that much later.
TASK_POLL_SECONDS = 5
SNAPSHOT_POLL_SECONDS = 30
# The function ends before that by its own timeout.
STEP_TIMEOUT_SECONDS = 120
# Snapshot, dry run and migration have deadlines of their own; this is for what nobody foresaw.
MACHINE_TIMEOUT_SECONDS = 4 * 3600

_TRANSIENT = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    # Raised by the function itself: every step may be repeated.
    "CloudError",
]
_RETRY = [{"ErrorEquals": _TRANSIENT, "IntervalSeconds": 2, "BackoffRate": 2.0, "MaxAttempts": 4}]


def definition(function_arn: str) -> dict[str, Any]:
    """The state machine around the migrations function."""

    def step(name: str, next_state: str) -> dict[str, Any]:
        return {**_step(function_arn, name), "Catch": _caught("$.error", "Conclude"), "Next": next_state}

    return {
        "Comment": "Snapshot, migrate by a task of the new image, verify; a failure prepares a restore and starts none",
        "StartAt": "Prepare",
        "TimeoutSeconds": MACHINE_TIMEOUT_SECONDS,
        "States": {
            "Prepare": step("prepare", "What is asked for"),
            "What is asked for": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.dryRun", "BooleanEquals": True, "Next": "Dry run"},
                    {"Variable": "$.phase", "StringEquals": "check", "Next": "Done"},
                ],
                "Default": "Take a snapshot",
            },
            "Dry run": step("dry-run", "Wait for the dry run"),
            **_loop("the dry run", step("look", "Is the dry run over"), TASK_POLL_SECONDS, "Done"),
            "Take a snapshot": step("snapshot", "Wait for the snapshot"),
            **_loop("the snapshot", step("look-at-snapshot", "Is the snapshot over"), SNAPSHOT_POLL_SECONDS, "Migrate"),
            "Migrate": step("migrate", "Wait for the migration"),
            **_loop("the migration", step("look", "Is the migration over"), TASK_POLL_SECONDS, "Verify"),
            "Verify": step("verify", "Tidy"),
            # The migration stands, whether or not old snapshots could be deleted.
            "Tidy": {**_step(function_arn, "tidy"), "Catch": _caught("$.untidied", "Done"), "Next": "Done"},
            "Done": {"Type": "Succeed"},
            "Conclude": {
                **_step(function_arn, "conclude"),
                # What went wrong first is what people must read, not that it could not be told.
                "Catch": _caught("$.untold", "Untold"),
                "Next": "Failed",
            },
            "Failed": {"Type": "Fail", "ErrorPath": "$.error", "CausePath": "$.cause"},
            "Untold": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
        },
    }


def _step(function_arn: str, name: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_arn, "Payload": {"step": name, "progress.$": "$"}},
        "OutputPath": "$.Payload",
        "TimeoutSeconds": STEP_TIMEOUT_SECONDS,
        "Retry": _RETRY,
    }


def _caught(path: str, next_state: str) -> list[dict[str, Any]]:
    return [{"ErrorEquals": ["States.ALL"], "ResultPath": path, "Next": next_state}]


def _loop(what: str, look: dict[str, Any], seconds: int, then: str) -> dict[str, Any]:
    return {
        f"Wait for {what}": {"Type": "Wait", "Seconds": seconds, "Next": f"Look at {what}"},
        f"Look at {what}": look,
        f"Is {what} over": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.status", "StringEquals": "WAIT", "Next": f"Wait for {what}"}],
            "Default": then,
        },
    }
