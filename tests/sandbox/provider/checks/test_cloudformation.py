from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.provider.checks import Unknown, check
from sandbox.provider.checks import cloudformation as checked
from sandbox.provider.checks.located import Branch, Leaf, Row
from sandbox.provider.checks.mappings import MAPPINGS
from tests.sandbox.provider.checks import examples as e

# What `Attributes` may hold that is no property of a queue in CloudFormation: what SQS only answers, and the policy.
QUEUE_ATTRIBUTES = {
    "All",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "Policy",
    "QueueArn",
}


def everything(shape: Shape, path: str, seen: tuple[str, ...] = ()) -> Any:
    """A request with every member that the model knows."""
    if isinstance(shape, StructureShape):
        names = {} if shape.name in seen else shape.members
        return Branch(
            {name: everything(member, f"{path}.{name}", (*seen, shape.name)) for name, member in names.items()}
        )
    if isinstance(shape, ListShape):
        return Row([everything(shape.member, f"{path}[]", seen)])
    if isinstance(shape, MapShape):
        return Branch({key: everything(shape.value, f"{path}.{key}", seen) for key in getattr(shape.key, "enum", ())})
    return Leaf("Policy", path)


@pytest.mark.parametrize(("service", "operation"), MAPPINGS)
def test_every_member_of_a_mapped_operation_is_mapped_or_listed_as_left_out(service: str, operation: str) -> None:
    first = MAPPINGS[service, operation]
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    assert model.input_shape is not None
    tree = everything(model.input_shape, "")
    expected = QUEUE_ATTRIBUTES if service == "sqs" else set()
    for mapping in (first, first.also):
        if mapping:
            properties = checked.Properties(mapping, [])
            properties.convert(mapping.reshape(tree) if mapping.reshape else tree)
            assert set(properties.unmapped) <= expected


def test_every_rule_that_is_left_out_exists() -> None:
    rules, _ = checked._rules()
    left_out = set(checked._WHOLE_RESOURCE).union(*(mapping.without for mapping in MAPPINGS.values()))
    assert left_out | checked._REFUSING_WARNINGS <= set(rules.data)


def test_an_update_may_send_a_part_of_the_resource_but_no_nonsense() -> None:
    assert check("lambda", "UpdateFunctionConfiguration", {"FunctionName": "backup", "Timeout": 30}) == []
    assert check("ecs", "UpdateService", {"service": "app", "taskDefinition": "jobr:2"}) == []
    assert check("rds", "ModifyDBInstance", {"DBInstanceIdentifier": "a", "EngineVersion": "99"}) != []


def test_the_engine_version_of_an_engine_that_is_not_named_may_be_of_any_engine() -> None:
    assert check("rds", "ModifyDBInstance", {"DBInstanceIdentifier": "a", "EngineVersion": "8.4.6"}) == []


def test_a_preview_drops_what_is_unknown_from_the_resource() -> None:
    params = e.INSTANCE | {
        "KmsKeyId": Unknown(),
        "VpcSecurityGroupIds": [Unknown()],
        "DBInstanceClass": "db.banana.7xl",
    }
    assert [problem.path for problem in check("rds", "CreateDBInstance", params, partial=True)] == ["DBInstanceClass"]


def test_a_preview_does_not_judge_a_document_that_is_unknown_yet() -> None:
    role = {"RoleName": "backup", "AssumeRolePolicyDocument": Unknown()}
    assert check("iam", "CreateRole", role, partial=True) == []


@pytest.mark.parametrize("way", ["Iops", "StorageThroughput"])
def test_small_gp3_storage_cannot_be_tuned(way: str) -> None:
    problems = check("rds", "CreateDBInstance", e.INSTANCE | {way: 4000})
    assert [(problem.path, "below 400 GiB" in problem.message) for problem in problems] == [(way, True)]


def test_provisioned_storage_needs_its_iops() -> None:
    assert [problem.path for problem in check("rds", "CreateDBInstance", e.INSTANCE | {"StorageType": "io2"})] == [
        "Iops"
    ]


def test_an_equal_request_is_judged_once() -> None:
    check("sqs", "CreateQueue", {"QueueName": "judged-once"})
    before = len(checked._CACHE)
    check("sqs", "CreateQueue", {"QueueName": "judged-once"})
    assert len(checked._CACHE) == before
