"""Keeps a jobr stack's critical alarms in a queue, and shows where reports may read the database."""

import json
import sys
from pathlib import Path

import pulumi
import pulumi_aws as aws

sys.path.insert(0, str(Path(__file__).resolve().parent))

from contract import Contract

CONTRACT = 1
# SQS keeps a message for 14 days at most.
RETENTION_SECONDS = 14 * 24 * 3600


def queue_policy(queue_arn: str, topic_arn: str) -> str:
    """Lets one topic send, and nobody else."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


jobr = Contract(pulumi.Config("reports").require("jobrStack"), CONTRACT)
topic_arn = jobr.require("criticalTopicArn")

queue = aws.sqs.Queue("alarms", sqs_managed_sse_enabled=True, message_retention_seconds=RETENTION_SECONDS)
policy = aws.sqs.QueuePolicy(
    "alarms",
    queue_url=queue.url,
    policy=pulumi.Output.all(queue.arn, topic_arn).apply(lambda known: queue_policy(known[0], known[1])),
)
aws.sns.TopicSubscription(
    "alarms",
    topic=topic_arn,
    protocol="sqs",
    endpoint=queue.arn,
    raw_message_delivery=True,
    opts=pulumi.ResourceOptions(depends_on=[policy]),
)

pulumi.export("queueUrl", queue.url)
pulumi.export("databaseHost", jobr.require("databaseHost"))
pulumi.export("subnets", jobr.require("privateSubnetIds"))
