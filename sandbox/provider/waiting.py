"""Waiting for a resource: until it is ready, or until it is gone."""

import time
from collections.abc import Mapping
from typing import Any

import jmespath

from sandbox.provider.api import CloudError
from sandbox.provider.reading import Reader


def until_ready(reader: Reader, resource_id: str, known: Mapping[str, Any], seconds: float) -> Any:
    """The description of the resource as soon as it is ready; 0 seconds stand for the mapping's own limit.

    Raises:
        CloudError: it failed, vanished or took too long.
    """
    operation, until, pause = reader.resource.read.operation, reader.resource.ready, 0.05
    deadline = time.monotonic() + (seconds or (until.seconds if until else 0))
    while True:
        description = reader.describe(resource_id, known)
        if description is None:
            raise CloudError(operation, "NotFound", f"{resource_id} vanished")
        status = jmespath.search(until.at, description) if until else None
        if until is None or status in until.ready:
            return description
        if status in until.failed:
            raise CloudError(operation, "Failed", f"{resource_id} became {status}")
        if time.monotonic() > deadline:
            raise CloudError(operation, "Timeout", f"{resource_id} is still {status}")
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)


def until_gone(reader: Reader, resource_id: str, known: Mapping[str, Any], seconds: float) -> None:
    """Returns once nothing describes the resource any more.

    Raises:
        CloudError: it is still there after so many seconds.
    """
    deadline = time.monotonic() + seconds
    while reader.describe(resource_id, known) is not None:
        if time.monotonic() > deadline:
            raise CloudError(reader.resource.read.operation, "Timeout", f"{resource_id} is still there")
        time.sleep(0.1)
