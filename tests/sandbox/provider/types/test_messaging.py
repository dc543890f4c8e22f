import json
from typing import Any

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Contract, Drift
from tests.sandbox.provider.types.test_keys import new_key

TOPIC = {"TopicArn": "{id}"}
SUBSCRIPTION = {"SubscriptionArn": "{id}"}
QUEUE = {"QueueUrl": "{id}"}
QUEUE_ATTRIBUTES = Call("get_queue_attributes", {**QUEUE, "AttributeNames": ["All"]}, at="Attributes")


def publish_policy(topic: str, service: str = "events") -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def new_topic(bench: Bench) -> str:
    return str(bench.client("sns").create_topic(Name=bench.unique("topic"))["TopicArn"])


def new_queue(bench: Bench) -> str:
    name = bench.unique("queue")
    bench.client("sqs").create_queue(QueueName=name)
    return f"arn:aws:sqs:us-east-1:123456789012:{name}"


def topic_policy(bench: Bench) -> dict[str, Any]:
    topic = new_topic(bench)
    return {"arn": topic, "policy": publish_policy(topic)}


def attribute(operation: str, owner: dict[str, str], name: str, value: str) -> Call:
    return Call(operation, {**owner, "AttributeName": name, "AttributeValue": value})


def queue_send(queue: str, service: str = "events") -> str:
    return publish_policy(queue, service).replace("sns:Publish", "sqs:SendMessage")


def queue_policy(bench: Bench) -> dict[str, Any]:
    url = bench.client("sqs").create_queue(QueueName=bench.unique("queue"))["QueueUrl"]
    return {"queueUrl": url, "policy": queue_send("*")}


DEAD_LETTERS = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 3})


def queue(bench: Bench) -> dict[str, Any]:
    bench.client("sqs").create_queue(QueueName="dead")
    return {"visibilityTimeoutSeconds": 120, "redrivePolicy": DEAD_LETTERS, "tags": {"a": "b"}}


class TestMessaging(Contract):
    CASES = (
        Case(
            "aws:sns/topic:Topic",
            given=lambda bench: {
                "displayName": "Alerts",
                "kmsMasterKeyId": new_key(bench),
                "tracingConfig": "Active",
                "tags": {"a": "b"},
            },
            look=Call("get_topic_attributes", TOPIC, at="Attributes"),
            shown={"DisplayName": "Alerts", "KmsMasterKeyId": "{kmsMasterKeyId}"},
            sent={"create_topic.Attributes.TracingConfig": "Active"},
            outputs={
                "arn": "arn:aws:sns:us-east-1:123456789012:{name}",
                "owner": "123456789012",
                "tagsAll": {"a": "b"},
            },
            changes=(
                Change("displayName", "Alarms", {"DisplayName": "Alarms"}),
                Change("displayName", None, {"DisplayName": ""}),
                Change("kmsMasterKeyId", None, {"KmsMasterKeyId": None}),
                Change("tracingConfig", "PassThrough", sent={"set_topic_attributes.AttributeValue": "PassThrough"}),
                Change(
                    "tags",
                    {"a": "c"},
                    {"Tags": [{"Key": "a", "Value": "c"}]},
                    look=Call("list_tags_for_resource", {"ResourceArn": "{id}"}),
                ),
            ),
            replaces={"name": "other"},
            drift=(Drift(attribute("set_topic_attributes", TOPIC, "DisplayName", "x"), "displayName", "x"),),
            vanish=Call("delete_topic", TOPIC),
        ),
        Case(
            "aws:sns/topicPolicy:TopicPolicy",
            given=topic_policy,
            look=Call("get_topic_attributes", TOPIC, at="Attributes"),
            shown={"contains(Policy, 'events.amazonaws.com')": True},
            outputs={"owner": "123456789012"},
            changes=(
                Change(
                    "policy", publish_policy("*", "cloudwatch"), {"contains(Policy, 'cloudwatch.amazonaws.com')": True}
                ),
            ),
            replaces={"arn": "arn:aws:sns:us-east-1:123456789012:other"},
            drift=(
                Drift(
                    attribute("set_topic_attributes", TOPIC, "Policy", publish_policy("*", "s3")),
                    "policy",
                    publish_policy("*", "s3"),
                ),
            ),
            vanish=Call("delete_topic", TOPIC),
            remains="contains(Policy, '__default_policy_ID')",
        ),
        Case(
            "aws:sns/topicSubscription:TopicSubscription",
            given=lambda bench: {
                "topic": new_topic(bench),
                "protocol": "sqs",
                "endpoint": new_queue(bench),
                "filterPolicy": '{"kind": ["deploy"]}',
            },
            look=Call("get_subscription_attributes", SUBSCRIPTION, at="Attributes"),
            shown={"TopicArn": "{topic}", "Endpoint": "{endpoint}", "RawMessageDelivery": "false"},
            outputs={"arn": "{id}", "ownerId": "123456789012", "pendingConfirmation": False},
            changes=(
                Change("rawMessageDelivery", True, {"RawMessageDelivery": "true"}),
                Change("filterPolicy", '{"kind": ["backup"]}', {"FilterPolicy": '{"kind": ["backup"]}'}),
                Change("filterPolicy", None, {"FilterPolicy": ""}),
                Change("redrivePolicy", '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"}'),
            ),
            replaces={
                "protocol": "email",
                "endpoint": "someone@example.com",
                "topic": "arn:aws:sns:us-east-1:123456789012:other",
            },
            drift=(
                Drift(
                    attribute("set_subscription_attributes", SUBSCRIPTION, "RawMessageDelivery", "true"),
                    "rawMessageDelivery",
                    True,
                ),
            ),
            vanish=Call("unsubscribe", SUBSCRIPTION),
        ),
        Case(
            "aws:sqs/queue:Queue",
            given=queue,
            look=QUEUE_ATTRIBUTES,
            shown={
                "VisibilityTimeout": "120",
                "MessageRetentionPeriod": "345600",
                "contains(RedrivePolicy, ':dead')": True,
            },
            outputs={"arn": "arn:aws:sqs:us-east-1:123456789012:{name}", "url": "{id}"},
            changes=(
                Change("visibilityTimeoutSeconds", 60, {"VisibilityTimeout": "60"}),
                Change("messageRetentionSeconds", 1209600, {"MessageRetentionPeriod": "1209600"}),
                Change("delaySeconds", 5, {"DelaySeconds": "5"}),
                Change("receiveWaitTimeSeconds", 20, {"ReceiveMessageWaitTimeSeconds": "20"}),
                Change("kmsMasterKeyId", "alias/aws/sqs", {"KmsMasterKeyId": "alias/aws/sqs"}),
                Change("redriveAllowPolicy", '{"redrivePermission": "allowAll"}'),
                Change("tags", {"a": "c"}, {"Tags": {"a": "c"}}, look=Call("list_queue_tags", QUEUE)),
            ),
            replaces={"name": "other", "fifoQueue": True},
            drift=(
                Drift(
                    Call("set_queue_attributes", {**QUEUE, "Attributes": {"VisibilityTimeout": "1"}}),
                    "visibilityTimeoutSeconds",
                    1,
                ),
            ),
            vanish=Call("delete_queue", QUEUE),
        ),
        Case(
            "aws:sqs/queue:Queue",
            name="a queue that keeps the order",
            given=lambda _: {"fifoQueue": True, "contentBasedDeduplication": True},
            look=QUEUE_ATTRIBUTES,
            shown={"FifoQueue": "true", "ContentBasedDeduplication": "true"},
        ),
        Case(
            "aws:sqs/queuePolicy:QueuePolicy",
            given=queue_policy,
            look=Call(
                "get_queue_attributes", {"QueueUrl": "{queueUrl}", "AttributeNames": ["Policy"]}, at="Attributes"
            ),
            shown={"contains(Policy, 'events.amazonaws.com')": True},
            changes=(
                Change("policy", queue_send("*", "cloudwatch"), {"contains(Policy, 'cloudwatch.amazonaws.com')": True}),
            ),
            replaces={"queueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/other"},
            drift=(
                Drift(
                    Call(
                        "set_queue_attributes",
                        {"QueueUrl": "{queueUrl}", "Attributes": {"Policy": queue_send("*", "s3")}},
                    ),
                    "policy",
                    queue_send("*", "s3"),
                ),
            ),
            vanish=Call("delete_queue", {"QueueUrl": "{queueUrl}"}),
        ),
    )
