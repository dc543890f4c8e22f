"""The steps of a migration, in the order of the state machine: each takes the progress and gives back what is known then."""

from collections.abc import Callable, Mapping

from runtime.common.aws import cloud_errors
from runtime.deployments.migrations import one_off, sessions, snapshots
from runtime.deployments.migrations.conclude import conclude
from runtime.deployments.migrations.errors import MigrationInputError, NotReadyError
from runtime.deployments.migrations.expected import Expected
from runtime.deployments.migrations.progress import Phase, Progress, Status
from runtime.deployments.migrations.task_definition import one_off as one_off_definition
from runtime.deployments.migrations.tools import Tools
from runtime.deployments.migrations.verify import verify as verify_database

# DescribeTasks, "tasks": up to 100.
_TASKS_AT_ONCE = 100


def prepare(progress: Progress, tools: Tools) -> Progress:
    """Make the task definition, and find out all that would make a migration fail before anything is changed."""
    settings = tools.settings
    if progress.phase is not Phase.CHECK and not settings.words(progress.phase):
        raise NotReadyError(
            f"There is no command for the phase {progress.phase}: set it with `pulumi config set jobr:migrationContractCommand …`."
        )
    # What is only of use later is read now: a mistake in it must not come to light after the migration.
    Expected.read()
    sessions.check(tools.login())
    if progress.phase is Phase.CONTRACT:
        _blue_is_gone(progress, tools)
    with cloud_errors("make a task definition for the migration"):
        ecs = tools.aws.get("ecs")
        found = ecs.describe_task_definition(taskDefinition=progress.task_definition)["taskDefinition"]
        made = ecs.register_task_definition(**one_off_definition(found, settings, ecs.meta.region_name))
    arn = made["taskDefinition"]["taskDefinitionArn"]
    return progress.but(
        one_off_definition=arn, dry_run=progress.phase is Phase.CHECK and bool(settings.words(Phase.CHECK))
    )


def dry_run(progress: Progress, tools: Tools) -> Progress:
    """Start the task that lists what is pending."""
    return one_off.start(progress, Phase.CHECK, tools)


def look(progress: Progress, tools: Tools) -> Progress:
    """Look at the task that was started last."""
    if progress.run is None:
        raise MigrationInputError("There is no task to look at: start the state machine, not one of its steps.")
    return one_off.look(progress, progress.run, tools)


def snapshot(progress: Progress, tools: Tools) -> Progress:
    """Begin the snapshot."""
    return snapshots.take(progress, tools)


def look_at_snapshot(progress: Progress, tools: Tools) -> Progress:
    """Look at the snapshot. When it is there the next step is the migration, so that is the last moment before it."""
    if progress.snapshot is None:
        raise MigrationInputError("There is no snapshot to look at: start the state machine, not one of its steps.")
    looked = snapshots.look(progress, progress.snapshot, tools)
    return looked.but(before=tools.clock.now()) if looked.status is Status.DONE else looked


def migrate(progress: Progress, tools: Tools) -> Progress:
    """Start the migration."""
    return one_off.start(progress, progress.phase, tools)


def verify(progress: Progress, tools: Tools) -> Progress:
    """Compare the database with what is expected."""
    return progress.but(warnings=(*progress.warnings, *verify_database(tools.login(), Expected.read())))


def tidy(progress: Progress, tools: Tools) -> Progress:
    """Delete old snapshots."""
    snapshots.delete_old(tools)
    return progress


Step = Callable[[Progress, Tools], Progress | dict[str, str]]
STEPS: Mapping[str, Step] = {
    "prepare": prepare,
    "dry-run": dry_run,
    "look": look,
    "snapshot": snapshot,
    "look-at-snapshot": look_at_snapshot,
    "migrate": migrate,
    "verify": verify,
    "tidy": tidy,
    "conclude": conclude,
}


def _blue_is_gone(progress: Progress, tools: Tools) -> None:
    """A contracting migration takes away what the old version needs: every task of the application must be of the new one."""
    settings, ecs = tools.settings, tools.aws.get("ecs")
    family = progress.task_definition.rpartition("/")[2].partition(":")[0]
    with cloud_errors("look at the application's tasks"):
        pages = ecs.get_paginator("list_tasks").paginate(cluster=settings.cluster_name, family=family)
        arns = [arn for page in pages for arn in page["taskArns"]]
        batches = [arns[i : i + _TASKS_AT_ONCE] for i in range(0, len(arns), _TASKS_AT_ONCE)]
        tasks = [
            task
            for batch in batches
            for task in ecs.describe_tasks(cluster=settings.cluster_name, tasks=batch)["tasks"]
        ]
    others = {task["taskDefinitionArn"] for task in tasks} - {progress.task_definition}
    if others or not tasks:
        runs = f"tasks of {', '.join(sorted(others))} run" if others else f"no task of {family} runs"
        raise NotReadyError(
            f"The phase contract waits until blue is gone, and {runs}. Start it again when the deployment is over."
        )
