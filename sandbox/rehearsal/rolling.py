"""A rolling deployment: one task of the new revision first, then one of the old drains, until all are new.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html, with minimumHealthyPercent 100 and a maximumPercent
that lets one task start beside the others, as infra declares it. There are no stages and no hooks; alarms and the circuit breaker decide.
"""

from collections.abc import Callable

from sandbox.rehearsal.deployment import Deployment, GoBackError, StoppedError
from sandbox.rehearsal.fleet import Fleet

# deployment-circuit-breaker.html: the threshold is half of the tasks, at least 3; a failure is a task that never became healthy.
BREAKER_TASKS = 3
# What a task may take to become healthy before ECS replaces it: the service's grace period and the target group's checks.
TASK_SECONDS = 120.0


def walk(deployment: Deployment, fleet: Fleet, at: Callable[[str], None]) -> str:
    """Walk it to its end; its status then."""
    at("ROLLING")
    try:
        for count in range(1, deployment.tasks + 1):
            _replace_one(deployment, fleet, count)
    except StoppedError:
        return deployment.end("STOPPED", "stopped without going back")
    except GoBackError as reason:
        deployment.go_back(str(reason))
        return _undo(deployment, fleet, str(reason))
    return deployment.end("SUCCESSFUL", "green is the production revision")


def _replace_one(deployment: Deployment, fleet: Fleet, count: int) -> None:
    deployment.journal.note(f"starts task {count} of {deployment.tasks} of the new revision", "ROLLING")
    deployment.check()
    failures = 0
    while not fleet.one_more(deployment, count, TASK_SECONDS):
        failures += 1
        fleet.tasks.drain_newest(deployment.green.revision, deployment.green.group)
        deployment.journal.note(f"a task of the new revision did not become healthy ({failures})")
        if failures >= BREAKER_TASKS:
            raise GoBackError("Service deployment rolled back because the circuit breaker threshold was exceeded.")
    if deployment.blue:
        fleet.tasks.drain_one(deployment.blue.revision, deployment.blue.group)
    deployment.check()


def _undo(deployment: Deployment, fleet: Fleet, reason: str) -> str:
    """Start what is missing of the old revision, then drain the new one's tasks."""
    blue = deployment.blue
    if blue is None:
        fleet.drain(deployment.green)
        return deployment.end("ROLLBACK_FAILED", "No rollback candidate was found to run the rollback.")
    missing = deployment.tasks - len(fleet.tasks.targets(blue.revision))
    if missing:
        fleet.tasks.start(blue.revision, blue.group, missing)
        fleet.pace.wait(TASK_SECONDS, lambda: fleet.healthy(blue) >= deployment.tasks)
    fleet.drain(deployment.green)
    return deployment.end("ROLLBACK_SUCCESSFUL", reason)
