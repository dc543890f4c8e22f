"""Topics and queues are encrypted, closed to the world, and take nothing without TLS."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy.documents import denies_plain_http, is_public, known_statements, statements
from policy.model import UNKNOWN, Control, Finding, Resource, Standard, as_list, house
from policy.rules import checker, missing, rule

TOPIC_ENCRYPTED = Control("SNS.1", "SNS topics should be encrypted at-rest using AWS KMS", Standard.SECURITY_HUB)
TOPIC_CLOSED = Control("SNS.4", "SNS topic access policies should not allow public access")
QUEUE_ENCRYPTED = Control("SQS.1", "Amazon SQS queues should be encrypted at rest")
QUEUE_CLOSED = Control("SQS.3", "SQS queue access policies should not allow public access")
TLS_ONLY = house(
    "messages-tls-only",
    "Topics and queues refuse requests without TLS",
    "SNS and SQS answer plain HTTP unless a policy denies it, and Security Hub has no control that looks",
)

TOPIC = "aws:sns/topic:Topic"
QUEUE = "aws:sqs/queue:Queue"
# By the type of a policy: the property that names its owner, and the control against a public one.
POLICIES = {
    "aws:sns/topicPolicy:TopicPolicy": ("arn", TOPIC_CLOSED),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl", QUEUE_CLOSED),
    TOPIC: ("", TOPIC_CLOSED),
    QUEUE: ("", QUEUE_CLOSED),
}


def _plain_queue(queue: Resource) -> bool:
    return not queue.get("kmsMasterKeyId") and queue.get("sqsManagedSseEnabled") is False


_check_encryption = checker(
    [
        rule(
            TOPIC, TOPIC_ENCRYPTED, missing("kmsMasterKeyId"), "keeps its messages unencrypted", "Set kms_master_key_id"
        ),
        rule(QUEUE, QUEUE_ENCRYPTED, _plain_queue, "keeps its messages unencrypted", "Set kms_master_key_id"),
    ]
)


def check(resource: Resource) -> Iterator[Finding]:
    """Findings about a topic, a queue or the policy of one."""
    yield from _check_encryption(resource)
    _, control = POLICIES.get(resource.type, ("", None))
    if control and any(is_public(statement) for statement in known_statements(resource.get("policy"))):
        yield Finding(
            control,
            resource,
            "lets everybody in",
            "Name the principals, or bind them by aws:SourceArn or aws:SourceAccount",
        )


def check_transport(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about topics and queues that no policy closes to plain HTTP."""
    mend = 'Deny the service\'s actions to "*" under {"Bool": {"aws:SecureTransport": "false"}}'
    for kind, policy_type in ((TOPIC, "aws:sns/topicPolicy:TopicPolicy"), (QUEUE, "aws:sqs/queuePolicy:QueuePolicy")):
        through = POLICIES[policy_type][0]
        policies = [resource for resource in resources if resource.type == policy_type]
        for owner in resources:
            if owner.type != kind:
                continue
            documents = [one.get("policy") for one in policies if one.refers_to(owner, through)]
            if not any(_refuses_plain(document) for document in [*documents, owner.get("policy")]):
                yield Finding(TLS_ONLY, owner, "takes requests without TLS", mend)


def _refuses_plain(document: Any) -> bool:
    return any(statement is UNKNOWN or _denies(statement) for statement in statements(document))


def _denies(statement: Mapping[str, Any]) -> bool:
    actions = {str(action).lower() for action in as_list(statement.get("Action"))}
    # Every action, or at least what sends: SNS takes no wildcard over its actions in a topic's policy.
    return denies_plain_http(statement) and bool(actions & {"*", "sqs:*", "sns:*", "sns:publish", "sqs:sendmessage"})
