import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.iam.buckets import LogSources, bucket_policy, logs_bucket_policy
from infra.iam.document import Statement, UnreasonedWildcardError, document
from infra.iam.functions import database_backup
from infra.iam.keys import Purpose, key_policy
from infra.iam.topics import topic_policy
from infra.iam.trust import ecs_infrastructure_trust, lambda_trust, trust
from tests.infra.iam.linting import Fault, lint
from tests.infra.iam.stack_documents import documents
from tests.infra.recording import DEVELOPMENT, SECRET_KEYS, Recording, record, run_program

# The statements that may name every resource or a family of actions; each has its reason beside it in infra/iam.
REASONED = {
    "AccountAdministration",
    "AlarmsToEncryptedTopic",
    "DeliverLog",
    "EcrToken",
    "EventsToEncryptedTopic",
    "FindLogGroup",
    "FindTasks",
    "LambdaManagesInterfaces",
    "LogGroups",
    "OwnPrincipals",
    "ReadMetrics",
    "ReadTaskDefinitions",
    "ReadTasksAndRules",
    "SendTraces",
}
# AWS's own policies that it asks for by name: ECS to move a listener rule's weights, RDS to send enhanced monitoring.
MANAGED = {
    "AmazonECSInfrastructureRolePolicyForLoadBalancers",
    "AmazonRDSEnhancedMonitoringRole",
}

# Faults that are none: (the owner's name ends so, the statement, the rule) and why.
ACCEPTED: dict[tuple[str, str, str], str] = {}


@pytest.fixture(scope="session")
def staging() -> Recording:
    """The third stack, by its own file's settings."""
    file = yaml.safe_load((Path(__file__).resolve().parents[3] / "Pulumi.staging.yaml").read_text(encoding="utf-8"))
    settings = {key.removeprefix("jobr:"): value for key, value in file["config"].items()}
    # Staging takes no live key.
    secrets = {key: DEVELOPMENT[key] for key in SECRET_KEYS - {"certificatePrivateKey"}}
    return record(run_program, {**settings, **secrets}, "staging")


@pytest.fixture(params=["development", "staging", "production"])
def every_stack(request: pytest.FixtureRequest) -> Recording:
    recording: Recording = request.getfixturevalue(request.param)
    return recording


def _statements(text: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def _documents(stack: Recording) -> list[dict[str, Any]]:
    texts = [
        value
        for resource in stack.resources
        for name, value in resource.inputs.items()
        if name in {"policy", "assumeRolePolicy"} and '"Statement"' in str(value)
    ]
    assert len(texts) >= 10
    return [statement for text in texts for statement in json.loads(text)["Statement"]]


@pytest.mark.parametrize("statement", [{"resources": ["*"]}, {"resources": ["arn:x"], "actions": ["s3:Get*"]}])
def test_a_wildcard_without_a_reason_is_refused(statement: dict[str, Any]) -> None:
    with pytest.raises(UnreasonedWildcardError, match="Everything allows with a wildcard"):
        Statement(**{"sid": "Everything", "actions": ["s3:GetObject"], **statement})


def test_a_wildcard_with_a_reason_and_one_that_denies_are_accepted() -> None:
    reasoned = Statement(
        sid="A", actions=["ecr:GetAuthorizationToken"], resources=["*"], wildcard_reason="has no resource"
    )
    denying = Statement(sid="B", effect="Deny", actions=["s3:*"], resources=["*"])
    assert list(_statements(document(reasoned, denying))) == ["A", "B"]


def test_every_wildcard_of_the_whole_stack_is_on_the_list(stack: Recording) -> None:
    wide = {
        statement["Sid"]
        for statement in _documents(stack)
        if statement["Effect"] == "Allow"
        and ("*" in statement.get("Resource", []) or "*" in "".join(statement["Action"]))
    }
    assert wide == REASONED


def test_every_document_of_every_stack_is_sound(every_stack: Recording) -> None:
    found = [(one.owner, fault) for one in documents(every_stack) for fault in lint(one.text, one.kind)]
    assert [f"{owner}: {fault}" for owner, fault in found if not _accepted(owner, fault)] == []


def test_the_lint_reads_every_document_that_is_registered(every_stack: Recording) -> None:
    texts = [
        text
        for r in every_stack.resources
        for text in r.inputs.values()
        if isinstance(text, str) and '"Statement"' in text
    ]
    assert len(list(documents(every_stack))) == len(texts) >= 10


def _accepted(owner: str, fault: Fault) -> bool:
    return any(owner.endswith(end) and (fault.sid, fault.rule) == (sid, rule) for end, sid, rule in ACCEPTED)


def test_no_document_allows_every_action_of_a_service_but_the_keys_to_its_account(stack: Recording) -> None:
    whole = {
        s["Sid"]
        for s in _documents(stack)
        if s["Effect"] == "Allow" and any(action.endswith(":*") for action in s["Action"])
    }
    assert whole == {"AccountAdministration"}


def test_nobody_in_the_world_is_allowed_anything(stack: Recording) -> None:
    everyone = [
        statement
        for document in documents(stack)
        for statement in json.loads(document.text)["Statement"]
        if statement["Effect"] == "Allow" and statement.get("Principal") in ("*", {"AWS": ["*"]})
    ]
    # A VPC endpoint's policy grants nothing: it says whose calls pass, and which bucket the layers of images come from.
    assert {statement["Sid"] for statement in everyone} <= {"OwnPrincipals", "ImageLayers"}
    assert all("aws:PrincipalAccount" in str(s) for s in everyone if s["Sid"] == "OwnPrincipals")
    assert all("starport-layer-bucket/*" in str(s["Resource"]) for s in everyone if s["Sid"] == "ImageLayers")


def test_no_role_of_ours_carries_a_managed_policy_but_those_that_aws_asks_for(stack: Recording) -> None:
    attached = stack.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert {attachment.inputs["policyArn"].rpartition("/")[2] for attachment in attached} == MANAGED


def test_the_bucket_refuses_plain_http_and_other_encryption_to_everyone() -> None:
    statements = _statements(bucket_policy(bucket_arn="arn:aws:s3:::b", key_arn="arn:key"))
    assert set(statements) == {"DenyPlainHttp", "DenyOtherEncryption", "DenyOtherKeys"}
    assert all(s["Effect"] == "Deny" and s["Principal"] == "*" for s in statements.values())
    assert statements["DenyPlainHttp"]["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]


def test_logs_are_delivered_by_s3_and_by_this_accounts_load_balancers_each_in_its_place() -> None:
    sources = LogSources(account_id="123456789012", bucket_prefix="jobr-staging")
    statements = _statements(logs_bucket_policy(bucket_arn="arn:aws:s3:::b", sources=sources))
    assert set(statements) == {"DenyPlainHttp", "BucketLogs", "LoadBalancerLogs"}
    buckets, balancers = statements["BucketLogs"], statements["LoadBalancerLogs"]
    assert buckets["Resource"] == ["arn:aws:s3:::b/buckets/*"]
    assert buckets["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    assert buckets["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:s3:::jobr-staging-*"}
    assert balancers["Resource"] == ["arn:aws:s3:::b/load-balancer/AWSLogs/123456789012/*"]
    assert all(s["Action"] == ["s3:PutObject"] for s in (buckets, balancers)), "delivered, and never read"


def test_services_use_the_key_only_for_this_stacks_log_groups_and_alarms() -> None:
    where = {"account_id": "123456789012", "region": "eu-west-1", "prefix": "jobr-staging"}
    statements = {
        sid: statement for purpose in Purpose for sid, statement in _statements(key_policy(purpose, **where)).items()
    }
    assert statements["LogGroups"]["Principal"] == {"Service": ["logs.eu-west-1.amazonaws.com"]}
    (patterns,) = statements["LogGroups"]["Condition"]["ArnLike"].values()
    groups = "arn:aws:logs:eu-west-1:123456789012:log-group:"
    assert patterns == [
        f"{groups}jobr-staging-*",
        f"{groups}/aws/rds/instance/jobr-staging-*",
        f"{groups}/aws/vendedlogs/states/jobr-staging-*",
    ]
    assert statements["AlarmsToEncryptedTopic"]["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


def test_events_reach_encrypted_topics_because_their_key_asks_for_the_topic_and_not_for_a_source() -> None:
    text = key_policy(Purpose.MESSAGES, account_id="123456789012", region="eu-west-1", prefix="jobr-staging")
    statement = _statements(text)["EventsToEncryptedTopic"]
    assert statement["Principal"] == {"Service": ["events.rds.amazonaws.com", "events.amazonaws.com"]}
    # EventBridge sends no aws:Source… to the key of an encrypted topic; SNS always sends this context.
    assert statement["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": "arn:aws:sns:eu-west-1:123456789012:jobr-staging-*"}
    }
    arn = "arn:aws:sns:eu-west-1:123456789012:jobr-staging-critical"
    topic = topic_policy(topic_arn=arn, account_id="123456789012", region="eu-west-1", prefix="jobr-staging")
    allowing = [each for each in _statements(topic).values() if each["Effect"] == "Allow"]
    assert {each["Principal"]["Service"][0] for each in allowing} >= set(statement["Principal"]["Service"])
    assert all(each["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"} for each in allowing)
    assert all("aws:SourceArn" in each["Condition"]["ArnLike"] for each in allowing)


def test_the_log_groups_names_match_the_keys_condition(stack: Recording) -> None:
    key = stack.one("aws:kms/key:Key", "logs")
    (patterns,) = _statements(key.inputs["policy"])["LogGroups"]["Condition"]["ArnLike"].values()
    prefixes = tuple(pattern.rpartition(":")[2].removesuffix("*") for pattern in patterns)
    groups = stack.all("aws:cloudwatch/logGroup:LogGroup")
    assert groups
    assert all((group.inputs.get("name") or group.name).startswith(prefixes) for group in groups)


def test_a_service_takes_a_role_on_only_for_this_account() -> None:
    (statement,) = _statements(trust("scheduler.amazonaws.com", "123456789012")).values()
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.mark.parametrize(
    ("text", "service"), [(lambda_trust(), "lambda.amazonaws.com"), (ecs_infrastructure_trust(), "ecs.amazonaws.com")]
)
def test_services_that_send_no_source_account_are_named_alone(text: str, service: str) -> None:
    (statement,) = _statements(text).values()
    assert statement["Principal"] == {"Service": [service]}


def test_the_backup_may_add_dumps_but_neither_read_nor_delete_them() -> None:
    statements = database_backup(
        secret_arn="arn:secret",
        bucket_arn="arn:aws:s3:::b",
        bucket_prefix="database/",
        storage_key_arn="arn:aws:kms:us-east-1:123456789012:key/storage",
        secrets_key_arn="arn:aws:kms:us-east-1:123456789012:key/secrets",
    )
    actions = {action for statement in statements for action in statement.actions}
    assert "s3:PutObject" in actions
    assert not {action for action in actions if action.startswith(("s3:Get", "s3:Delete"))}
    (write,) = [statement for statement in statements if "s3:PutObject" in statement.actions]
    assert list(write.resources) == ["arn:aws:s3:::b/database/*"]
