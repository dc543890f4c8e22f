"""One embedded cloud for all tests of a session; each test makes resources with names of its own."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from sandbox.cloud import control
from sandbox.home import Home
from tests.sandbox.cloud.support import SEEN, Functions


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("cloud"))
    control.start(home)
    yield home
    control.stop(home)


@pytest.fixture(scope="session")
def aws(cloud: Home) -> Callable[[str], Any]:
    """Clients of the embedded cloud, by service."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=60)

    def client(service: str) -> Any:
        session: Any = boto3.session.Session("sandbox", "sandbox", "sandbox", "us-east-1")
        ca = str(cloud.certificate_authority)
        return session.client(service, endpoint_url=cloud.endpoint, verify=ca, config=config)

    return client


@pytest.fixture(scope="session")
def role(aws: Callable[[str], Any]) -> str:
    trust = {"Version": "2012-10-17", "Statement": []}
    made = aws("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps(trust))
    return str(made["Role"]["Arn"])


@pytest.fixture
def functions(aws: Callable[[str], Any], role: str) -> Functions:
    return Functions(aws("lambda"), role)


@pytest.fixture
def seen(aws: Callable[[str], Any], functions: Functions) -> tuple[str, Callable[[], Any]]:
    """The ARN of a function that writes its events down, and a call that waits for the next of them."""
    sqs = aws("sqs")
    name = f"seen-{uuid4().hex[:8]}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = functions.make(SEEN, Environment={"Variables": {"QUEUE": queue}})

    def wait() -> Any:
        for _ in range(30):
            for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages", []):
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                return json.loads(message["Body"])
        raise AssertionError("the function was not invoked")

    return arn, wait
