import io
import json
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from urllib3 import HTTPResponse

from sandbox.provider.checks import Problem, RequestRefused, check, install, install_default_session
from tests.sandbox.provider.checks import examples as e

SECRET = "hunter2-hunter2"  # what no message may hold


@pytest.fixture
def sent() -> list[str]:
    """The operations whose requests left."""
    return []


@pytest.fixture
def session(sent: list[str]) -> botocore.session.Session:
    made = botocore.session.Session()
    install(made)

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:  # the wire's end: nothing leaves a test
        sent.append(str(request.body))
        body = HTTPResponse(body=io.BytesIO(b"{}"), preload_content=False)
        return AWSResponse(request.url, 200, HTTPHeaders(), body)

    made.get_component("event_emitter").register("before-send", answer)
    made.set_credentials("sandbox", "sandbox")
    return made


def test_a_refused_request_never_leaves(session: botocore.session.Session, sent: list[str]) -> None:
    client: Any = session.create_client("ecs", region_name="us-east-1")
    with pytest.raises(RequestRefused) as refusal:
        client.create_service(**e.SERVICE | {"launchType": "MOON", "desiredCount": "2"})
    assert sent == []
    assert {problem.path for problem in refusal.value.problems} == {"launchType", "desiredCount"}
    assert "ecs:CreateService" in str(refusal.value)
    assert "\n  launchType: 'MOON' is not possible" in str(refusal.value)


def test_installing_twice_checks_once(session: botocore.session.Session) -> None:
    install(session)
    client: Any = session.create_client("logs", region_name="us-east-1")
    with pytest.raises(RequestRefused) as refusal:
        client.put_retention_policy(logGroupName="/jobr", retentionInDays=31)
    assert len(refusal.value.problems) == 1


def test_what_a_client_fills_in_by_itself_is_not_missed(session: botocore.session.Session, sent: list[str]) -> None:
    client: Any = session.create_client("scheduler", region_name="us-east-1")
    client.create_schedule(**e.SCHEDULE)
    assert "ClientToken" in sent[0]


def test_the_default_session_of_boto3_is_checked() -> None:
    before = boto3.DEFAULT_SESSION
    try:
        install_default_session()
        with pytest.raises(RequestRefused):
            boto3.client("logs", region_name="us-east-1").put_retention_policy(logGroupName="/j", retentionInDays=31)
    finally:
        boto3.DEFAULT_SESSION = before


@pytest.mark.parametrize(
    ("service", "operation", "params", "path"),
    [
        ("rds", "CreateDBInstance", e.INSTANCE | {"MasterUserPassword": [SECRET]}, "MasterUserPassword"),
        ("secretsmanager", "CreateSecret", {"Name": "n", "SecretString": {"a": SECRET}}, "SecretString"),
        ("secretsmanager", "PutSecretValue", {"SecretId": "n", "SecretString": SECRET * 6000}, "SecretString"),
        (
            "lambda",
            "CreateFunction",
            e.LAMBDA | {"Environment": {"Variables": {"A": SECRET, "BB": [SECRET]}}},
            "Environment.Variables.A",
        ),
        ("iam", "CreateLoginProfile", {"UserName": "u", "Password": SECRET + "\x07"}, "Password"),
        ("acm", "ImportCertificate", {"Certificate": b"x", "PrivateKey": {"k": SECRET}}, "PrivateKey"),
        (
            "ecs",
            "RegisterTaskDefinition",
            e.TASK | {"containerDefinitions": [{"name": "a", "environment": [{"name": "P", "value": {"a": SECRET}}]}]},
            "containerDefinitions[0].environment[0].value",
        ),
        (
            "stepfunctions",
            "CreateStateMachine",
            e.STATE_MACHINE | {"definition": json.dumps({"StartAt": SECRET, "States": {"A": {"Type": SECRET}}})},
            "definition.States.A.Type",
        ),
        ("sts", "AssumeRole", {"RoleArn": e.ROLE, "RoleSessionName": "s", "TokenCode": SECRET}, "TokenCode"),
    ],
)
def test_no_message_shows_a_secret(service: str, operation: str, params: dict[str, object], path: str) -> None:
    problems = check(service, operation, params)
    assert path in {problem.path for problem in problems}
    assert SECRET not in str(RequestRefused(service, operation, problems))


def test_a_problem_reads_as_its_path_and_its_message() -> None:
    assert str(Problem("a.b[0]", "is missing")) == "a.b[0]: is missing"
    assert str(Problem("", "is missing")) == "is missing"
