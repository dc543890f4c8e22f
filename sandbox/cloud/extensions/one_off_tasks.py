"""RunTask starts the same task once for the same token, and a task runs for as long as whoever acts for Fargate says.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/: API_RunTask.html, API_StopTask.html, API_ListTasks.html, ECS_Idempotency.html;
statuses: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html. moto knows no token, and its
tasks run at once, end by being looked at, and have ended with 0 before they do.

In a cluster with the tag WALKED a task stays PROVISIONING until somebody reports on it by `POST /sandbox/tasks`, as sandbox/rehearsal
does with real processes. In every other cluster tasks are moto's.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.session import get_session
from botocore.utils import parse_to_aware_datetime
from botocore.validate import validate_parameters
from moto.core.responses import ActionResult
from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from sandbox.cloud.extensions.service_deployments import WALKED
from sandbox.cloud.patching import replace
from sandbox.home import ACCOUNT_ID, REGION, Home

LIFECYCLE = (
    *("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"),
    *("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"),
)
# What a report may say of a task; all else is settled when the task is made.
REPORTED = frozenset(
    {
        *(
            "lastStatus",
            "desiredStatus",
            "connectivity",
            "connectivityAt",
            "healthStatus",
            "pullStartedAt",
            "pullStoppedAt",
        ),
        *("startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt", "stopCode", "stoppedReason", "containers"),
    }
)


class ConflictError(ECSException):
    """The token was used for another request; `resourceIds` are the ARNs of the tasks that it stands for."""

    def __init__(self, arns: list[str]) -> None:
        super().__init__("ConflictException", "The client token is already in use by another RunTask request.")
        self.resourceIds = arns


class TaskStateError(ECSException):
    """What is reported does not fit the state that the task is in."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterException", message)


def install(home: Home) -> None:
    """Give RunTask its token, and the tasks of walked clusters their own course."""
    del home
    for owner, name, operation in (
        (EC2ContainerServiceResponse, "run_task", _run),
        (EC2ContainerServiceResponse, "stop_task", _stop),
        (EC2ContainerServiceBackend, "list_tasks", _list),
    ):
        _ORIGINALS[name] = replace(owner, name, operation)


_ORIGINALS: dict[str, Any] = {}


def report(arn: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Change members of a task as Fargate would, `containers` by their names; the members as they are then.

    Raises:
        ECSException: there is no such task in a walked cluster, or its status does not allow it.
        ParamValidationError: the members are none of AWS's Task.
    """
    shape: Any = get_session().get_service_model("ecs").shape_for("Task")
    validate_parameters(dict(members), shape)
    if strangers := sorted(members.keys() - REPORTED):
        raise TaskStateError(f"{', '.join(strangers)} cannot change; these can: {', '.join(sorted(REPORTED))}.")
    task = _walked(arn)
    _check_order(task.last_status, members.get("lastStatus", task.last_status))
    known = {container["name"]: container for container in task.containers}
    for container in members.get("containers", []):
        if container.get("name") not in known:
            raise TaskStateError(f"The task has no container {container.get('name')}; it has {', '.join(known)}.")
        known[container["name"]].update(container)
    for name, value in members.items():
        moment = shape.members[name].type_name == "timestamp"
        if name != "containers":
            setattr(task, _ATTRIBUTES.get(name, name), parse_to_aware_datetime(value) if moment else value)
    return {name: getattr(task, _ATTRIBUTES.get(name, name)) for name in members}


# moto has these under names of its own.
_ATTRIBUTES = {"lastStatus": "last_status", "desiredStatus": "desired_status", "stoppedReason": "stopped_reason"}


def _walked(arn: str) -> Any:
    for tasks in ecs_backends[ACCOUNT_ID][REGION].tasks.values():
        if arn in tasks and _is_walked(tasks[arn]):
            return tasks[arn]
    raise TaskStateError(f"There is no task {arn} in a cluster with the tag {WALKED}.")


def _check_order(before: str, after: str) -> None:
    if after not in LIFECYCLE:
        raise TaskStateError(f"{after} is no status of a task; these are: {', '.join(LIFECYCLE)}.")
    if LIFECYCLE.index(after) < LIFECYCLE.index(before):
        raise TaskStateError(f"The task is {before}, and cannot be {after} any more.")


def _run(self: Any) -> Any:
    """RunTask: the same token in a cluster gives the same tasks, by another request a conflict."""
    # Read first: moto takes its parameters apart while it works.
    request = json.loads(self.body)
    token, backend = request.pop("clientToken", None), self.ecs_backend
    cluster = backend._get_cluster(request.get("cluster", "default"))  # noqa: SLF001  # moto's own way to a cluster
    kept = backend.__dict__.setdefault("run_tasks_by_token", {})
    if token and (cluster.arn, token) in kept:
        earlier, tasks = kept[cluster.arn, token]
        if earlier != request:
            raise ConflictError([task.task_arn for task in tasks])
        return ActionResult({"tasks": tasks, "failures": []})
    answer = _ORIGINALS["run_task"](self)
    tasks = answer.result["tasks"]
    if any(tag["key"] == WALKED for tag in cluster.tags or []):
        for task in tasks:
            _leave(task, backend.describe_task_definition(task.task_definition_arn))
    if token:
        kept[cluster.arn, token] = request, tasks
    return answer


def _leave(task: Any, definition: Any) -> None:
    """Leave the task, which moto has running, to whoever acts for Fargate."""
    # No status follows by itself.
    task._transitions = []  # noqa: SLF001  # a task has no other switch for it
    task.last_status = "PROVISIONING"
    task.createdAt = datetime.now(UTC)
    task.containers = [_container(task.task_arn, container) for container in definition.container_definitions]


def _container(task_arn: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    """A container that has not run: it has no exit code."""
    return {
        "containerArn": f"{task_arn.replace(':task/', ':container/')}/{mock_random.uuid4()}",
        "taskArn": task_arn,
        "name": declared["name"],
        "image": declared["image"],
        "lastStatus": "PENDING",
    }


def _is_walked(task: Any) -> bool:
    return hasattr(task, "createdAt")


def _stop(self: Any) -> Any:
    """StopTask: it asks whoever runs the task to end it, and changes nothing of one that is asked already or has ended."""
    cluster, wanted = self._get_param("cluster", "default"), self._get_param("task")
    tasks = self.ecs_backend.tasks.get(cluster.rpartition("/")[2], {})
    found = [task for arn, task in tasks.items() if wanted in (arn, task.id) and _is_walked(task)]
    if not found:
        if not any(wanted in (arn, task.id) for arn, task in tasks.items()):
            raise InvalidParameterException("The referenced task was not found.")
        return _ORIGINALS["stop_task"](self)
    (task,) = found
    if task.desired_status != "STOPPED":
        task.desired_status, task.stopCode, task.stoppingAt = "STOPPED", "UserInitiated", datetime.now(UTC)
        task.stopped_reason = self._get_param("reason") or "Task stopped by user"
    return ActionResult({"task": task})


def _list(self: Any, *arguments: Any, **named: Any) -> list[Any]:
    """ListTasks: without a desired status only tasks that are to run."""
    found = _ORIGINALS["list_tasks"](self, *arguments, **named)
    asked = named.get("desiredStatus") or (arguments[_DESIRED_STATUS] if len(arguments) > _DESIRED_STATUS else None)
    return [task for task in found if asked or not _is_walked(task) or task.desired_status == "RUNNING"]


# Where moto's own caller passes it.
_DESIRED_STATUS = 5
