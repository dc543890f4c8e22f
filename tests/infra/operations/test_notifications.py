import json
from typing import Any

from infra.iam.topics import topic_policy
from infra.operations.severity import Severity
from tests.infra.recording import PRODUCTION, Recording, record, run_program

TOPIC, SUBSCRIPTION = "aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"


def policy(prefix: str = "jobr-staging") -> dict[str, dict[str, Any]]:
    text = topic_policy(topic_arn="arn:topic", account_id="123456789012", region="eu-west-1", prefix=prefix)
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def test_each_severity_has_one_topic_encrypted_under_our_key_so_that_services_may_use_it(stack: Recording) -> None:
    topics = stack.all(TOPIC)
    assert [topic.name.rpartition("-")[2] for topic in topics] == sorted(Severity)
    assert all(topic.inputs["kmsMasterKeyId"].endswith("-messages") for topic in topics)


def test_every_topic_has_a_policy_and_nobody_in_the_world_may_publish(stack: Recording) -> None:
    policies = stack.all("aws:sns/topicPolicy:TopicPolicy")
    assert [found.inputs["arn"] for found in policies] == [
        f"arn:aws:topic:us-east-1:123456789012:{topic.name}" for topic in stack.all(TOPIC)
    ]
    for found in policies:
        for statement in found.document("policy")["Statement"]:
            assert statement["Effect"] == "Deny" or set(statement["Principal"]) == {"Service"}


def test_services_publish_for_this_account_and_this_stack_alone() -> None:
    statements = policy()
    publishers = {name: s for name, s in statements.items() if s["Effect"] == "Allow"}
    assert {s["Principal"]["Service"][0] for s in publishers.values()} == {
        "cloudwatch.amazonaws.com",
        "events.amazonaws.com",
        "events.rds.amazonaws.com",
    }
    for statement in publishers.values():
        assert statement["Action"] == ["sns:Publish"]
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
        assert ":eu-west-1:123456789012:" in statement["Condition"]["ArnLike"]["aws:SourceArn"]
    for name in ("AlarmsPublish", "EventRulesPublish"):
        assert publishers[name]["Condition"]["ArnLike"]["aws:SourceArn"].endswith("jobr-staging-*")


def test_nobody_publishes_without_tls() -> None:
    deny = policy()["DenyPlainHttp"]
    assert (deny["Effect"], deny["Principal"], deny["Condition"]) == (
        "Deny",
        "*",
        {"Bool": {"aws:SecureTransport": "false"}},
    )


def test_the_key_opens_to_whoever_may_publish(stack: Recording) -> None:
    """Without this RDS says that it published, and SNS drops it."""
    statements = stack.one("aws:kms/key:Key", "-messages").document("policy")["Statement"]
    services = {service for s in statements for service in s["Principal"].get("Service", [])}
    assert {"cloudwatch.amazonaws.com", "events.amazonaws.com", "events.rds.amazonaws.com"} <= services


def test_every_address_hears_critical_alarms_and_warnings_and_information_is_asked_for_apart() -> None:
    stack = record(run_program, {**PRODUCTION, "informationEmails": "curious@example.com"})
    heard = {(s.inputs["topic"].rpartition("-")[2], s.inputs["endpoint"]) for s in stack.all(SUBSCRIPTION)}
    loud = {(severity, f"{who}@example.com") for severity in ("critical", "warning") for who in ("one", "two")}
    assert heard == {*loud, ("information", "curious@example.com")}


def test_a_development_stack_tells_nobody(development: Recording) -> None:
    assert development.all(SUBSCRIPTION) == []
