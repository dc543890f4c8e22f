"""The application's container as ECS reads it. Pure data."""

import json
from dataclasses import dataclass
from typing import Any

from infra.network.security_groups import APPLICATION_PORT
from infra.settings import ApplicationSettings

CONTAINER_NAME = "app"
# The image's unprivileged account and group; node's own images call it "node".
USER = "1000:1000"
# As long as the load balancer drains a target, so that a stopping task finishes what it was given.
STOP_TIMEOUT_SECONDS = 30
TEMPORARY_VOLUME = "tmp"
# Secrets Manager: `<ARN>:<key of the JSON>:<version stage>:<version id>`.
_DATABASE_VARIABLES = {
    "DATABASE_URL": "url",
    "DATABASE_USERNAME": "username",
    "DATABASE_PASSWORD": "password",
}


@dataclass(frozen=True, kw_only=True)
class ContainerContext:
    """What the container refers to, once it is known."""

    environment: str
    region: str
    base_url: str
    log_group: str
    database_secret_arn: str
    openai_secret_arn: str


def container_definitions(settings: ApplicationSettings, context: ContainerContext) -> str:
    """The task's one container: unprivileged, on a read-only file system but for /tmp, its secrets by reference."""
    plain = {
        "NODE_ENV": context.environment,
        "PORT": str(APPLICATION_PORT),
        "BASE_URL": context.base_url,
        "MEMORY_LIMIT": str(settings.memory_mib),
        "CPU_LIMIT": str(settings.cpu),
    }
    secrets = {variable: f"{context.database_secret_arn}:{key}::" for variable, key in _DATABASE_VARIABLES.items()}
    secrets["OPENAI_API_KEY"] = context.openai_secret_arn
    container: dict[str, Any] = {
        "name": CONTAINER_NAME,
        "image": settings.image,
        "essential": True,
        "cpu": settings.cpu,
        "memory": settings.memory_mib,
        "user": USER,
        "readonlyRootFilesystem": True,
        "stopTimeout": STOP_TIMEOUT_SECONDS,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "portMappings": [{"containerPort": APPLICATION_PORT, "hostPort": APPLICATION_PORT, "protocol": "tcp"}],
        "mountPoints": [{"sourceVolume": TEMPORARY_VOLUME, "containerPath": "/tmp", "readOnly": False}],  # noqa: S108 - a path inside the container
        "environment": [{"name": name, "value": value} for name, value in plain.items()],
        "secrets": [{"name": name, "valueFrom": reference} for name, reference in secrets.items()],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": context.log_group,
                "awslogs-region": context.region,
                "awslogs-stream-prefix": CONTAINER_NAME,
            },
        },
    }
    return json.dumps([container])
