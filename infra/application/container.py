"""The application's container as ECS reads it. Pure data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from infra.network.flows import APPLICATION_PORT
from infra.settings import ApplicationSettings

CONTAINER_NAME = "app"
# The image's unprivileged account and group; node's own images call it "node", and uploads belong to it (infra/data/uploads.py).
USER = "1000:1000"
# As long as the load balancer drains a target, so that a stopping task finishes what it was given.
STOP_TIMEOUT_SECONDS = 30
TEMPORARY_VOLUME = "tmp"
UPLOADS_VOLUME = "uploads"
# Liveness says that the process answers, and asks nobody else: ECS replaces a task that fails it, which mends no database and no
# third party. Readiness (the database too) is the load balancer's, dependencies are the alarms'.
LIVENESS_PATH = "/live"
# The image is Node's, so it needs neither curl nor a shell for this.
_LIVENESS = f"fetch('http://127.0.0.1:{APPLICATION_PORT}{LIVENESS_PATH}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
# What a log driver holds when CloudWatch Logs is slow; beyond it lines are lost rather than requests held up.
LOG_BUFFER = "25m"


@dataclass(frozen=True, kw_only=True)
class ContainerEnvironment:
    """The application's variables: `plain` in clear, `secrets` by reference.

    A reference is what ECS calls valueFrom: a secret's ARN, or `<ARN>:<key of its JSON>::`. `secret_arns` are the secrets that
    the references lie in, which the task's start has to be allowed to read.
    """

    plain: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, pulumi.Input[str]]
    secret_arns: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class ContainerContext:
    """What a container refers to, once it is known."""

    region: str
    log_group: str
    plain: Mapping[str, str]
    secrets: Mapping[str, str]


def application_container(settings: ApplicationSettings, context: ContainerContext) -> dict[str, Any]:
    """The application: its secrets by reference, and nowhere to write but /tmp and the uploads."""
    return {
        "name": CONTAINER_NAME,
        "image": settings.image,
        "essential": True,
        "cpu": settings.cpu,
        "memory": settings.memory_mib,
        "stopTimeout": STOP_TIMEOUT_SECONDS,
        "portMappings": [{"containerPort": APPLICATION_PORT, "hostPort": APPLICATION_PORT, "protocol": "tcp"}],
        "mountPoints": [
            {"sourceVolume": TEMPORARY_VOLUME, "containerPath": "/tmp", "readOnly": False},  # noqa: S108 - a path inside the container
            {"sourceVolume": UPLOADS_VOLUME, "containerPath": context.plain["UPLOAD_PATH"], "readOnly": False},
        ],
        "healthCheck": {
            "command": ["CMD", "node", "-e", _LIVENESS],
            "interval": 15,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 60,
        },
        "environment": pairs(context.plain, "value"),
        "secrets": pairs(context.secrets, "valueFrom"),
        **confined(USER),
        **logging(CONTAINER_NAME, context),
    }


def confined(user: str) -> dict[str, Any]:
    """An unprivileged account on a read-only file system, with an init that reaps what its process leaves behind."""
    return {
        "user": user,
        "readonlyRootFilesystem": True,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
    }


def logging(prefix: str, context: ContainerContext) -> dict[str, Any]:
    """Lines to CloudWatch Logs, which never hold the container up."""
    options = {
        "awslogs-group": context.log_group,
        "awslogs-region": context.region,
        "awslogs-stream-prefix": prefix,
        "mode": "non-blocking",
        "max-buffer-size": LOG_BUFFER,
    }
    return {"logConfiguration": {"logDriver": "awslogs", "options": options}}


def pairs(variables: Mapping[str, str], member: str) -> list[dict[str, str]]:
    """Variables as ECS lists them."""
    return [{"name": name, member: value} for name, value in variables.items()]
