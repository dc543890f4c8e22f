"""What moto drops, lacks or accepts wrongly: one small module each, with the AWS behaviour that it restores and a test."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sandbox.home import Home

# In the order of installation. Each module has `install(home)`, and `shut_down()` where it starts threads or processes.
NAMES: tuple[str, ...] = (
    "declared",
    "service_deployments",
    "one_off_tasks",
    "function_configuration",
    "function_images",
    "application_scaling",
    "certificates",
    "images",
    "keys",
    "log_groups",
    "load_balancers",
    "bucket_policies",
    "bucket_lifecycles",
    "bucket_guards",
    "file_systems",
    "security_groups",
    "nat_gateways",
    "rds",
    "subnet_groups",
    "event_subscriptions",
    "percentiles",
    "replacing_puts",
    "functions",
    "topics",
    "queues",
    "rules",
    "schedules",
    "state_machines",
)


def install(home: Home) -> None:
    """Patch moto in this process. Call it once, before the first request."""
    for module in _modules():
        module.install(home)


def shut_down() -> None:
    """End the threads and processes that extensions started."""
    for module in _modules():
        if hasattr(module, "shut_down"):
            module.shut_down()


def _modules() -> Iterator[Any]:
    for name in NAMES:
        if find_spec(f"{__name__}.{name}"):
            yield import_module(f"{__name__}.{name}")
