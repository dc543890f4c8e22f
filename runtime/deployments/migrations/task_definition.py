"""The task definition of a one-off task: the application's container of a revision, alone, with the migrations' login.

RunTask can override a command, but no secret: the login has to be in a task definition of its own.
"""

from collections.abc import Mapping
from typing import Any

from runtime.deployments.migrations.errors import NotReadyError
from runtime.deployments.migrations.settings import MigrationSettings

STREAM_PREFIX = "migrations"
DATABASE_URL = "DATABASE_URL"
# What makes the image run as it does in the service. Ports, health check and dependencies are a server's.
_KEPT = ("image", "cpu", "memory", "user", "entryPoint", "workingDirectory", "environment", "readonlyRootFilesystem")
_KEPT_TOO = ("linuxParameters", "stopTimeout")


def one_off(found: Mapping[str, Any], settings: MigrationSettings, region: str) -> dict[str, Any]:
    """What to register, from the description of the revision's task definition.

    Raises NotReadyError when there is no such container, or none that is told its database.
    """
    container = _container(found, settings.container_name)
    volumes = [volume for volume in found.get("volumes", []) if "efsVolumeConfiguration" not in volume]
    return {
        "family": settings.task_family,
        # No task role: a migration calls no API of AWS. So nothing is mounted that would ask for one.
        "executionRoleArn": settings.task_execution_role_arn,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": found["cpu"],
        "memory": found["memory"],
        "runtimePlatform": dict(found.get("runtimePlatform") or {}),
        "volumes": [{"name": volume["name"]} for volume in volumes],
        "containerDefinitions": [
            {
                "name": settings.container_name,
                "essential": True,
                **{name: container[name] for name in (*_KEPT, *_KEPT_TOO) if container.get(name) is not None},
                "secrets": _secrets(container, settings),
                "mountPoints": _mounts(container, {volume["name"] for volume in volumes}),
                "logConfiguration": {"logDriver": "awslogs", "options": _log_options(settings, region)},
            }
        ],
    }


def _container(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    for container in found.get("containerDefinitions", []):
        if container["name"] == name:
            return dict(container)
    raise NotReadyError(
        f"{found.get('taskDefinitionArn')} has no container {name}: look at the function's CONTAINER_NAME."
    )


def _secrets(container: Mapping[str, Any], settings: MigrationSettings) -> list[dict[str, str]]:
    secrets = {secret["name"]: secret["valueFrom"] for secret in container.get("secrets", [])}
    if DATABASE_URL not in secrets:
        raise NotReadyError(
            f"The container {container['name']} has no secret {DATABASE_URL}, which the migrations' login takes the place of."
        )
    secrets[DATABASE_URL] = f"{settings.migrations_secret_arn}:url::"
    return [{"name": name, "valueFrom": reference} for name, reference in secrets.items()]


def _mounts(container: Mapping[str, Any], volumes: set[str]) -> list[dict[str, Any]]:
    return [dict(mount) for mount in container.get("mountPoints", []) if mount["sourceVolume"] in volumes]


def _log_options(settings: MigrationSettings, region: str) -> dict[str, str]:
    return {
        "awslogs-group": settings.task_log_group,
        "awslogs-region": region,
        "awslogs-stream-prefix": STREAM_PREFIX,
        # Every line counts here: rather wait for the log than lose one.
        "mode": "blocking",
    }
