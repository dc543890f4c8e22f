"""AWS's clients, configured once: endpoints, credentials and retries come from the standard variables of the SDK."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

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
