"""Containers are unprivileged, cannot change their own files, keep logs and have no public address."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policy.model import UNKNOWN, Control, Resource, Standard, as_list
from policy.rules import checker, rule, unless, when

NO_ADDRESS = Control("ECS.2", "ECS services should not have public IP addresses assigned to them automatically")
OWN_PROCESSES = Control("ECS.3", "ECS task definitions should not share the host's process namespace")
UNPRIVILEGED = Control("ECS.4", "ECS containers should run as non-privileged")
READ_ONLY = Control("ECS.5", "ECS containers should be limited to read-only access to root filesystems")
LOGGED = Control("ECS.9", "ECS task definitions should have a logging configuration")
LATEST_PLATFORM = Control("ECS.10", "ECS Fargate services should run on the latest Fargate platform version")
INSIGHTS = Control("ECS.12", "ECS clusters should use Container Insights")
FILES_TLS = Control(
    "ECS.18", "ECS Task Definitions should use in-transit encryption for EFS volumes", Standard.SECURITY_HUB
)
NOT_ROOT = Control(
    "ECS.20",
    "ECS Task Definitions should configure non-root users in Linux container definitions",
    Standard.SECURITY_HUB,
)

SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
CLUSTER = "aws:ecs/cluster:Cluster"
# ECS.10's latestLinuxVersion; a service that names none gets the latest.
LATEST = (None, "LATEST", "1.4.0")
ROOT = ("", "root", "0", "None")


def containers(task: Resource) -> Iterator[Mapping[str, Any]]:
    """The containers of a task definition that are known."""
    definitions = task.get("containerDefinitions")
    try:
        listed = json.loads(definitions) if isinstance(definitions, str) else definitions
    except ValueError:
        return
    yield from (one for one in as_list(listed) if isinstance(one, Mapping))


def _any(broken: Callable[[Mapping[str, Any]], bool]) -> Callable[[Resource], bool]:
    return lambda task: any(broken(container) for container in containers(task))


def _is_root(container: Mapping[str, Any]) -> bool:
    # A user may stand with its group behind a colon (ECS, ContainerDefinition.user).
    user = container.get("user")
    return user is not UNKNOWN and str(user).partition(":")[0] in ROOT


def _has_no_log(container: Mapping[str, Any]) -> bool:
    configuration = container.get("logConfiguration")
    return configuration is not UNKNOWN and not (configuration or {}).get("logDriver")


def _mounts_plainly(task: Resource) -> bool:
    volumes = as_list(task.get("volumes"))
    mounts = [volume.get("efsVolumeConfiguration") for volume in volumes if isinstance(volume, Mapping)]
    return any(
        mount.get("transitEncryption") not in ("ENABLED", UNKNOWN) for mount in mounts if isinstance(mount, Mapping)
    )


def _without_insights(cluster: Resource) -> bool:
    settings = cluster.get("settings")
    values = {one.get("name"): one.get("value") for one in as_list(settings) if isinstance(one, Mapping)}
    return settings is not UNKNOWN and values.get("containerInsights") not in ("enabled", "enhanced", UNKNOWN)


check = checker(
    [
        rule(
            SERVICE,
            NO_ADDRESS,
            when("networkConfiguration.assignPublicIp", True),
            "gives its tasks public addresses",
            "Set assign_public_ip=False",
        ),
        rule(
            SERVICE,
            LATEST_PLATFORM,
            unless("platformVersion", *LATEST),
            "stays on an old Fargate platform",
            'Set platform_version="LATEST", or leave it out',
        ),
        rule(
            CLUSTER,
            INSIGHTS,
            _without_insights,
            "has no Container Insights",
            'Set settings=[{"name": "containerInsights", "value": "enhanced"}]',
        ),
        rule(TASK, OWN_PROCESSES, when("pidMode", "host"), "shares the host's processes", "Leave pid_mode out"),
        rule(
            TASK,
            UNPRIVILEGED,
            _any(lambda container: container.get("privileged") is True),
            "runs a privileged container",
            "Leave privileged out",
        ),
        rule(
            TASK,
            READ_ONLY,
            _any(lambda container: container.get("readonlyRootFilesystem") not in (True, UNKNOWN)),
            "lets a container write to its root file system",
            "Set readonlyRootFilesystem, and mount a volume where it writes",
        ),
        rule(
            TASK,
            LOGGED,
            _any(_has_no_log),
            "has a container whose log is lost",
            "Give every container a logConfiguration",
        ),
        rule(
            TASK,
            NOT_ROOT,
            _any(_is_root),
            "runs a container as root",
            "Set the container's user to a number that is not 0",
        ),
        rule(
            TASK,
            FILES_TLS,
            _mounts_plainly,
            "mounts a file system without TLS",
            'Set efs_volume_configuration.transit_encryption="ENABLED"',
        ),
    ]
)
