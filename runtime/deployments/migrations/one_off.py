"""A one-off task on Fargate: started once, looked at, stopped when it is late, and its last lines read.

Step Functions' own `ecs:runTask.sync` ends a state that took too long, but names no task to be stopped; a migration that goes on
after its verdict would be worse than none. So the task is started and watched here, and late means stopped.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from runtime.common.aws import cloud_errors
from runtime.deployments.migrations.errors import OneOffTaskError, OneOffTimeoutError
from runtime.deployments.migrations.progress import Phase, Progress, Run, Status
from runtime.deployments.migrations.task_definition import STREAM_PREFIX
from runtime.deployments.migrations.tools import Tools

# From RunTask until the container runs: an address in the VPC, the image, and a crowded zone.
START_LIMIT = timedelta(minutes=5)
# SIGTERM, 30 s of stopTimeout, SIGKILL, and ECS's own bookkeeping.
STOP_LIMIT = timedelta(minutes=3)
LINES, LINE_LENGTH = 100, 400


def start(progress: Progress, phase: Phase, tools: Tools) -> Progress:
    """Start the phase's command; a repeated step starts no second task. Raises OneOffTaskError or CloudError."""
    settings = tools.settings
    with cloud_errors("run a task of the new image"):
        answer = tools.aws.get("ecs").run_task(
            cluster=settings.cluster_name,
            taskDefinition=progress.one_off_definition,
            launchType="FARGATE",
            count=1,
            startedBy=_mark(progress.one_off_definition or ""),
            # RunTask takes 64 characters: the same token gives the same task.
            clientToken=hashlib.sha256(f"{progress.one_off_definition} {phase}".encode()).hexdigest(),
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": settings.subnets,
                    "securityGroups": [settings.security_group_id],
                    "assignPublicIp": "DISABLED",
                }
            },
            overrides={"containerOverrides": [{"name": settings.container_name, "command": settings.words(phase)}]},
        )
    if not answer.get("tasks"):
        reasons = "; ".join(failure.get("reason", "no reason") for failure in answer.get("failures", []))
        raise OneOffTaskError(f"ECS did not start the {_name(phase)}: {reasons or 'it gave no reason'}.")
    run = Run(phase=phase, task_arn=answer["tasks"][0]["taskArn"], requested=tools.clock.now())
    return progress.but(run=run, status=Status.WAIT)


def look(progress: Progress, run: Run, tools: Tools) -> Progress:
    """What became of the task: WAIT while it runs, DONE when it ended with 0.

    Raises OneOffTaskError when it ended otherwise, OneOffTimeoutError when it was stopped because it was late.
    """
    with cloud_errors("describe a task"):
        answer = tools.aws.get("ecs").describe_tasks(cluster=tools.settings.cluster_name, tasks=[run.task_arn])
    if not answer["tasks"]:
        raise OneOffTaskError(
            f"ECS no longer knows the task {run.task_arn}: look at its log in {tools.settings.task_log_group}."
        )
    task = answer["tasks"][0]
    if task["lastStatus"] == "STOPPED":
        return _ended(progress, run, task, tools)
    return progress.but(run=_hurried(run, task, tools), status=Status.WAIT)


def stop_all(definition: str, reason: str, tools: Tools) -> None:
    """Stop what runs of one execution's task definition, also a task whose start was never answered. Raises CloudError."""
    with cloud_errors("stop the migration's tasks"):
        found = tools.aws.get("ecs").list_tasks(cluster=tools.settings.cluster_name, startedBy=_mark(definition))
        for arn in found["taskArns"]:
            tools.aws.get("ecs").stop_task(cluster=tools.settings.cluster_name, task=arn, reason=reason)


def last_lines(run: Run, tools: Tools) -> tuple[str, ...]:
    """The last lines that the task wrote, without its password; none when it wrote nothing. Raises CloudError or SecretError."""
    tools.login()
    stream = f"{STREAM_PREFIX}/{tools.settings.container_name}/{run.task_arn.rpartition('/')[2]}"
    with cloud_errors("read the task's log"):
        try:
            answer = tools.aws.get("logs").get_log_events(
                logGroupName=tools.settings.task_log_group, logStreamName=stream, startFromHead=False, limit=LINES
            )
        except tools.aws.get("logs").exceptions.ResourceNotFoundException:
            return ()
    return tuple(tools.redactor.text(event["message"])[:LINE_LENGTH] for event in answer["events"])


def _ended(progress: Progress, run: Run, task: dict[str, Any], tools: Tools) -> Progress:
    lines = last_lines(run, tools)
    code = next((c.get("exitCode") for c in task["containers"] if c["name"] == tools.settings.container_name), None)
    if run.late:
        raise OneOffTimeoutError(_with_lines(f"The {_name(run.phase)} was stopped: {run.late}.", lines))
    if code != 0:
        why = f"ended with code {code}" if code is not None else f"never ran: {task.get('stoppedReason', 'no reason')}"
        raise OneOffTaskError(_with_lines(f"The {_name(run.phase)} {why}.", lines))
    kept = {"pending": lines} if run.phase is Phase.CHECK else {"said": lines}
    return progress.but(status=Status.DONE, **kept)


def _hurried(run: Run, task: dict[str, Any], tools: Tools) -> Run:
    """The run, told to stop when it is late; an error when it does not."""
    now = tools.clock.now()
    if run.told_to_stop is not None:
        if now - run.told_to_stop > STOP_LIMIT:
            raise OneOffTimeoutError(
                f"The {_name(run.phase)} was told to stop ({run.late}) and still runs: look at the task {run.task_arn}."
            )
        return run
    late = _late(run, task.get("startedAt"), now, tools.settings.timeout)
    if not late:
        return run
    with cloud_errors("stop a task that is late"):
        tools.aws.get("ecs").stop_task(cluster=tools.settings.cluster_name, task=run.task_arn, reason=late)
    return run.model_copy(update={"late": late, "told_to_stop": now})


def _late(run: Run, started: datetime | None, now: datetime, limit: timedelta) -> str:
    if started is None:
        waited = now - run.requested
        return f"it had not started after {START_LIMIT.seconds} s" if waited > START_LIMIT else ""
    return f"it ran longer than {int(limit.total_seconds())} s" if now - started > limit else ""


def _mark(definition: str) -> str:
    """What tells the tasks of one execution from all others."""
    return f"migration-{definition.rpartition(':')[2]}"


def _name(phase: Phase) -> str:
    return "dry run" if phase is Phase.CHECK else "migration"


def _with_lines(sentence: str, lines: tuple[str, ...]) -> str:
    said = "\n".join(f"  {line}" for line in lines[-20:])
    return f"{sentence} Its last lines:\n{said}" if said else f"{sentence} It wrote no line."
