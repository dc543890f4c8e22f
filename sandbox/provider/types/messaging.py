"""SNS topics and subscriptions, SQS queues, EventBridge's schedules and rules, Step Functions' state machines."""

import json

from sandbox.provider.mapping import At, Call, Convert, Name, Part, Resource, Text


def _only_true(member: str) -> Convert:
    # the APIs refuse these attributes when they are false
    return Convert(member, lambda given: "true" if given else None, lambda found: found == "true")


def _last(arn: str) -> str:
    return arn.rpartition(":")[2]


def _attribute(call: str, owner: str, name: str, member: str, empty: str = "") -> Part:
    """An attribute that is written alone, by its name and its value, and taken back by an empty one."""
    params = {owner: "{id}", "AttributeName": member.rpartition(".")[2]}
    return Part(
        (name,),
        put=Call(call, {**params, "AttributeValue": f"{{{name}}}"}, carries=()),
        clear=Call(call, {**params, "AttributeValue": empty}, carries=()),
    )


_TOPIC_ATTRIBUTES = {
    "deliveryPolicy": "Attributes.DeliveryPolicy",
    "displayName": "Attributes.DisplayName",
    "kmsMasterKeyId": "Attributes.KmsMasterKeyId",
    "lambdaFailureFeedbackRoleArn": "Attributes.LambdaFailureFeedbackRoleArn",
    "lambdaSuccessFeedbackRoleArn": "Attributes.LambdaSuccessFeedbackRoleArn",
    "lambdaSuccessFeedbackSampleRate": "Attributes.LambdaSuccessFeedbackSampleRate",
    "policy": "Attributes.Policy",
    "signatureVersion": "Attributes.SignatureVersion",
    "tracingConfig": "Attributes.TracingConfig",
}
_NOT_KEPT = "the embedded SNS takes the attribute and forgets it"

TOPIC = Resource(
    token="aws:sns/topic:Topic",
    service="sns",
    create=Call("create_topic", carries=("name", "fifoTopic", "contentBasedDeduplication", *_TOPIC_ATTRIBUTES)),
    id=At("TopicArn"),
    read=Call(
        "get_topic_attributes", {"TopicArn": "{id}"}, rename={"name": Convert("Attributes.TopicArn", str, _last)}
    ),
    delete=Call("delete_topic", {"TopicArn": "{id}"}),
    parts=(
        *tuple(
            _attribute("set_topic_attributes", "TopicArn", name, member) for name, member in _TOPIC_ATTRIBUTES.items()
        ),
        _attribute(
            "set_topic_attributes", "TopicArn", "contentBasedDeduplication", "ContentBasedDeduplication", "false"
        ),
    ),
    rename={
        **_TOPIC_ATTRIBUTES,
        "fifoTopic": _only_true("Attributes.FifoTopic"),
        "contentBasedDeduplication": _only_true("Attributes.ContentBasedDeduplication"),
    },
    outputs={"arn": At("Attributes.TopicArn"), "owner": At("Attributes.Owner")},
    replace=("name", "fifoTopic"),
    name=Name(limit=256, suffix=".fifo", suffix_when="fifoTopic"),
    defaults={"contentBasedDeduplication": False, "fifoTopic": False},
    computed=("policy", "signatureVersion", "tracingConfig"),
    documents=("policy", "deliveryPolicy"),
    gone=("NotFound",),
    gaps=dict.fromkeys(
        (
            "lambdaFailureFeedbackRoleArn",
            "lambdaSuccessFeedbackRoleArn",
            "lambdaSuccessFeedbackSampleRate",
            "signatureVersion",
            "tracingConfig",
        ),
        _NOT_KEPT,
    ),
    unserved={"beginningArchiveTime": "no message archives"},
)

# What AWS gives a topic of its own; a topic cannot be without a policy, so the official provider puts this back.
_DEFAULT_POLICY = json.dumps(
    {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    f"SNS:{action}"
                    for action in (
                        *("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission"),
                        *("DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"),
                    )
                ],
                "Resource": "{arn}",
                "Condition": {"StringEquals": {"AWS:SourceOwner": "{account}"}},
            }
        ],
    }
)
_TOPIC_POLICY = {"TopicArn": "{arn}", "AttributeName": "Policy"}

TOPIC_POLICY = Resource(
    token="aws:sns/topicPolicy:TopicPolicy",
    service="sns",
    create=Call("set_topic_attributes", {**_TOPIC_POLICY, "AttributeValue": "{policy}"}, carries=()),
    id=Text("{arn}"),
    read=Call("get_topic_attributes", {"TopicArn": "{arn}"}, at="Attributes"),
    update=Call("set_topic_attributes", {**_TOPIC_POLICY, "AttributeValue": "{policy}"}, carries=()),
    delete=Call("set_topic_attributes", {**_TOPIC_POLICY, "AttributeValue": _DEFAULT_POLICY}),
    replace=("arn",),
    documents=("policy",),
    gone=("NotFound",),
    gone_when="contains(Policy, '__default_policy_ID')",
    taggable=False,
)

_SUBSCRIPTION_ATTRIBUTES = {
    "filterPolicyScope": "Attributes.FilterPolicyScope",
    "deliveryPolicy": "Attributes.DeliveryPolicy",
    "filterPolicy": "Attributes.FilterPolicy",
    "rawMessageDelivery": "Attributes.RawMessageDelivery",
    "redrivePolicy": "Attributes.RedrivePolicy",
    "subscriptionRoleArn": "Attributes.SubscriptionRoleArn",
}

SUBSCRIPTION = Resource(
    token="aws:sns/topicSubscription:TopicSubscription",
    service="sns",
    create=Call(
        "subscribe",
        {"ReturnSubscriptionArn": True},
        carries=("topic", "protocol", "endpoint", *_SUBSCRIPTION_ATTRIBUTES),
    ),
    id=At("SubscriptionArn"),
    read=Call(
        "get_subscription_attributes",
        {"SubscriptionArn": "{id}"},
        rename={"topic": "Attributes.TopicArn", "protocol": "Attributes.Protocol", "endpoint": "Attributes.Endpoint"},
    ),
    delete=Call("unsubscribe", {"SubscriptionArn": "{id}"}),
    parts=tuple(
        _attribute("set_subscription_attributes", "SubscriptionArn", name, member)
        for name, member in _SUBSCRIPTION_ATTRIBUTES.items()
    ),
    rename={"topic": "TopicArn", **_SUBSCRIPTION_ATTRIBUTES},
    outputs={
        "arn": Text("{id}"),
        "confirmationWasAuthenticated": At("Attributes.ConfirmationWasAuthenticated == 'true'"),
        "ownerId": At("Attributes.Owner"),
        "pendingConfirmation": At("Attributes.PendingConfirmation == 'true'"),
    },
    replace=("topic", "protocol", "endpoint"),
    defaults={"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False, "rawMessageDelivery": False},
    computed=("filterPolicyScope",),
    documents=("deliveryPolicy", "filterPolicy", "redrivePolicy"),
    local=("confirmationTimeoutInMinutes", "endpointAutoConfirms"),
    gone=("NotFound",),
    taggable=False,
)

QUEUE = Resource(
    token="aws:sqs/queue:Queue",
    service="sqs",
    create=Call("create_queue"),
    id=At("QueueUrl"),
    read=Call(
        "get_queue_attributes",
        {"QueueUrl": "{id}", "AttributeNames": ["All"]},
        rename={"name": Convert("Attributes.QueueArn", str, _last)},
    ),
    update=Call("set_queue_attributes", {"QueueUrl": "{id}"}),
    delete=Call("delete_queue", {"QueueUrl": "{id}"}),
    rename={
        "name": "QueueName",
        "contentBasedDeduplication": _only_true("Attributes.ContentBasedDeduplication"),
        "deduplicationScope": "Attributes.DeduplicationScope",
        "delaySeconds": "Attributes.DelaySeconds",
        "fifoQueue": _only_true("Attributes.FifoQueue"),
        "fifoThroughputLimit": "Attributes.FifoThroughputLimit",
        "kmsDataKeyReusePeriodSeconds": "Attributes.KmsDataKeyReusePeriodSeconds",
        "kmsMasterKeyId": "Attributes.KmsMasterKeyId",
        "maxMessageSize": "Attributes.MaximumMessageSize",
        "messageRetentionSeconds": "Attributes.MessageRetentionPeriod",
        "policy": "Attributes.Policy",
        "receiveWaitTimeSeconds": "Attributes.ReceiveMessageWaitTimeSeconds",
        "redriveAllowPolicy": "Attributes.RedriveAllowPolicy",
        "redrivePolicy": "Attributes.RedrivePolicy",
        "sqsManagedSseEnabled": "Attributes.SqsManagedSseEnabled",
        "visibilityTimeoutSeconds": "Attributes.VisibilityTimeout",
    },
    outputs={"arn": At("Attributes.QueueArn"), "url": Text("{id}")},
    replace=("name", "fifoQueue"),
    name=Name(limit=80, suffix=".fifo", suffix_when="fifoQueue"),
    defaults={
        "contentBasedDeduplication": False,
        "delaySeconds": 0,
        "fifoQueue": False,
        "maxMessageSize": 262144,
        "messageRetentionSeconds": 345600,
        "receiveWaitTimeSeconds": 0,
        "visibilityTimeoutSeconds": 30,
    },
    computed=(
        *("deduplicationScope", "fifoThroughputLimit", "kmsDataKeyReusePeriodSeconds"),
        *("policy", "redriveAllowPolicy", "redrivePolicy", "sqsManagedSseEnabled"),
    ),
    documents=("policy", "redriveAllowPolicy", "redrivePolicy"),
    gone=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    gaps={"redriveAllowPolicy": "the embedded SQS takes the attribute and forgets it"},
)

_PUT_QUEUE_POLICY = Call(
    "set_queue_attributes", {"QueueUrl": "{queueUrl}", "Attributes": {"Policy": "{policy}"}}, carries=()
)

QUEUE_POLICY = Resource(
    token="aws:sqs/queuePolicy:QueuePolicy",
    service="sqs",
    create=_PUT_QUEUE_POLICY,
    id=Text("{queueUrl}"),
    read=Call("get_queue_attributes", {"QueueUrl": "{id}", "AttributeNames": ["Policy"]}, at="Attributes"),
    update=_PUT_QUEUE_POLICY,
    delete=Call("set_queue_attributes", {"QueueUrl": "{id}", "Attributes": {"Policy": ""}}),
    replace=("queueUrl",),
    fixed=("queueUrl",),
    documents=("policy",),
    gone=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    gone_when="!@ || !Policy",
    taggable=False,
)

RESOURCES = (TOPIC, TOPIC_POLICY, SUBSCRIPTION, QUEUE, QUEUE_POLICY)
