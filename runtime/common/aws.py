"""AWS's clients, configured once: endpoints, credentials and retries come from the standard variables of the SDK."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runtime.common.errors import CloudError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A call that hangs must not outlive the time that a function keeps to end cleanly.
CONFIGURATION = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})


def s3_client() -> "S3Client":
    """A client of S3."""
    return boto3.client("s3", config=CONFIGURATION)


def secrets_manager_client() -> Any:
    """A client of Secrets Manager."""
    client: Any = boto3.client("secretsmanager", config=CONFIGURATION)
    return client


def make_client(service: str, region: str | None = None) -> Any:
    """A client of any service, in the function's own region unless another one is named."""
    client: Any = boto3.client(service, config=CONFIGURATION, region_name=region)  # type: ignore[call-overload]  # the stubs know each name alone
    return client


class Clients:
    """AWS's clients, each made when it is first asked for and then kept. Threads may share it, which boto3's own session does not promise."""

    def __init__(self, make: Callable[[str, str | None], Any] = make_client) -> None:
        """Take what makes a client out of a service's name and a region."""
        self._make = make
        self._lock = Lock()
        self._made: dict[tuple[str, str | None], Any] = {}

    def get(self, service: str, region: str | None = None) -> Any:
        """The client of a service, such as `ecs`."""
        with self._lock:
            if (service, region) not in self._made:
                self._made[service, region] = self._make(service, region)
            return self._made[service, region]


@contextmanager
def cloud_errors(action: str) -> Iterator[None]:
    """Turn botocore's errors into a CloudError that says what was being done and what mends it."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown error")
        message = error.response.get("Error", {}).get("Message", "")
        denied = "AccessDenied" in code or "NotAuthorized" in code
        remedy = f"the function's role lacks {error.operation_name}; deploy the stack again" if denied else message
        raise CloudError(f"AWS refused to {action} ({code}): {remedy.rstrip('.')}.") from None
    except BotoCoreError as error:
        raise CloudError(f"AWS failed to {action} ({type(error).__name__}): {error}") from None
