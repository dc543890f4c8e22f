import io
import os
import socket
import ssl
from collections.abc import Callable
from http.client import HTTPSConnection
from typing import Any
from urllib.request import urlopen

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from sandbox.home import PORT, Home

MEGABYTE = 1 << 20


@pytest.fixture
def bucket(aws: Callable[[str], Any], request: pytest.FixtureRequest) -> tuple[Any, str]:
    name = request.node.name.replace("_", "-")[:60].strip("-")
    aws("s3").create_bucket(Bucket=name)
    return aws("s3"), name


def test_a_multipart_upload_with_trailing_checksums_comes_back_whole(bucket: tuple[Any, str]) -> None:
    s3, name = bucket
    content = os.urandom(11 * MEGABYTE)
    parts = TransferConfig(multipart_threshold=5 * MEGABYTE, multipart_chunksize=5 * MEGABYTE)
    s3.upload_fileobj(io.BytesIO(content), name, "big", Config=parts)
    assert s3.get_object(Bucket=name, Key="big")["Body"].read() == content


def test_answers_without_a_body_leave_the_connection_usable(bucket: tuple[Any, str]) -> None:
    s3, name = bucket
    s3.put_object(Bucket=name, Key="key", Body=b"")
    assert s3.head_object(Bucket=name, Key="key")["ContentLength"] == 0
    with pytest.raises(ClientError):
        s3.head_object(Bucket=name, Key="other")
    assert s3.delete_object(Bucket=name, Key="key")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.list_objects_v2(Bucket=name)["KeyCount"] == 0


def test_one_connection_serves_many_requests(cloud: Home) -> None:
    context = ssl.create_default_context(cafile=str(cloud.certificate_authority))
    connection = HTTPSConnection(cloud.address, PORT, context=context)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("GET", "/sandbox/status")
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
        assert connection.sock is first, "the server closed the connection"
    connection.close()


def test_a_client_that_never_finishes_its_handshake_holds_up_nobody(cloud: Home, aws: Callable[[str], Any]) -> None:
    silent = [socket.create_connection((cloud.address, PORT)) for _ in range(5)]
    try:
        assert aws("sts").get_caller_identity()["Account"] == "123456789012"
    finally:
        for connection in silent:
            connection.close()


def test_plain_http_is_not_served(cloud: Home) -> None:
    with pytest.raises(OSError, match=r"reset|closed|Remote end"):
        urlopen(f"http://{cloud.address}:{PORT}/sandbox/status", timeout=5)


def test_it_listens_on_its_own_address_only(cloud: Home) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((f"{cloud.subnet}.2", PORT))


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ecs", "get_task_protection", {"cluster": "c"}),
        ("ec2", "describe_trunk_interface_associations", {}),
        ("lambda", "get_runtime_management_config", {"FunctionName": "f"}),
    ],
)
def test_an_api_that_moto_lacks_says_so_in_the_protocol_of_its_service(
    aws: Callable[[str], Any], service: str, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match=r"\(NotImplemented\).*The embedded cloud lacks this API"):
        getattr(aws(service), operation)(**arguments)
