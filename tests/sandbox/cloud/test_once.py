import json
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPSConnection
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.home import PORT, Home


def tokened(aws: Callable[[str], Any], token: str) -> Any:
    def add(request: Any, **_: Any) -> None:
        request.headers["X-Sandbox-Once"] = token

    ec2 = aws("ec2")
    ec2.meta.events.register("before-sign.ec2.CreateVpc", add)
    return ec2


def post(cloud: Home, body: Any) -> tuple[int, Any]:
    context = ssl.create_default_context(cafile=str(cloud.certificate_authority))
    connection = HTTPSConnection(cloud.address, PORT, context=context)
    connection.request("POST", "/sandbox/forget", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = json.load(answer)
    connection.close()
    return answer.status, content


def test_a_repeated_creation_gets_the_first_answer(aws: Callable[[str], Any]) -> None:
    ec2 = tokened(aws, "repeated/vpc")
    first = ec2.create_vpc(CidrBlock="10.0.0.0/16")
    again = ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert again["Vpc"] == first["Vpc"]
    assert again["ResponseMetadata"]["RequestId"] == first["ResponseMetadata"]["RequestId"]


def test_simultaneous_duplicates_make_one_resource(aws: Callable[[str], Any]) -> None:
    ec2 = tokened(aws, "simultaneous/vpc")
    with ThreadPoolExecutor(5) as pool:
        made = list(pool.map(lambda _: ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"], range(5)))
    assert len(set(made)) == 1


def test_a_failure_is_not_remembered(aws: Callable[[str], Any]) -> None:
    ec2 = tokened(aws, "failure/vpc")
    with pytest.raises(ClientError):
        ec2.create_vpc(CidrBlock="10.0.0.0/8")
    assert ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["CidrBlock"] == "10.0.0.0/16"


def test_forgetting_a_prefix_spares_other_tokens(cloud: Home, aws: Callable[[str], Any]) -> None:
    mine, other = tokened(aws, "mine/vpc"), tokened(aws, "other/vpc")
    first, kept = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for ec2 in (mine, other))
    assert post(cloud, {"prefix": "mine/"}) == (200, {"forgotten": 1})
    assert mine.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] != first
    assert other.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] == kept


@pytest.mark.parametrize("body", [[], {}, {"prefix": 1}, None])
def test_forgetting_without_a_prefix_is_refused(cloud: Home, body: Any) -> None:
    status, answer = post(cloud, body)
    assert status == 400
    assert "prefix" in answer["message"]
