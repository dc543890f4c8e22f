"""S3 clients that fail on purpose, found by name in a worker's process."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

from runtime.common.aws import s3_client
from tests.runtime.backups.stand_ins import refuse

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def refusing_chunks() -> "S3Client":
    """One whose S3 takes manifests but no chunk."""
    client = s3_client()

    def hook(request: Any, **_: Any) -> Any:
        return refuse() if "/chunks/" in request.url else None

    client.meta.events.register("before-send.s3.PutObject", hook)
    return client


def refusing_manifests() -> "S3Client":
    """One whose S3 takes chunks but no manifest."""
    client = s3_client()

    def hook(request: Any, **_: Any) -> Any:
        return refuse() if "manifest.json" in request.url else None

    client.meta.events.register("before-send.s3.PutObject", hook)
    return client


def unreachable() -> "S3Client":
    """One that reaches nobody when it stores."""
    client = s3_client()

    def put(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3.nowhere")

    client.put_object = put  # type: ignore[assignment,method-assign]
    return client


def denied() -> "S3Client":
    """One that may not look at objects, as without s3:ListBucket."""
    client = s3_client()

    def head(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")

    client.head_object = head  # type: ignore[assignment,method-assign]
    return client


def raced() -> "S3Client":
    """One that never sees an object that is there, as when somebody else stores it between the look and the put."""
    client = s3_client()
    seen: set[str] = set()
    original = client.head_object

    def head(**arguments: Any) -> Any:
        if arguments["Key"] not in seen:
            seen.add(arguments["Key"])
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")
        return original(**arguments)

    client.head_object = head  # type: ignore[method-assign]
    return client
