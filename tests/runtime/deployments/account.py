"""An account in which a hook can be called: a bucket, topics that can be listened to, and ECS as a story tells it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.common.aws import Clients, make_client
from runtime.common.clock import Clock
from runtime.deployments.hearing import Tools
from runtime.deployments.records import Records
from tests.runtime.deployments.deployment import EcsStory

BUCKET = "jobr-test-artifacts"
KEY = "arn:aws:kms:us-east-1:123456789012:key/5d3f2c8a-8f0a-4a55-9c5e-2f4f7e1f0b11"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Time:
    """A clock that stands until it is moved."""

    moment: datetime = NOON

    def clock(self) -> Clock:
        """The clock for a hook."""
        return Clock(lambda: self.moment, self._steady)

    def _steady(self) -> float:
        return self.moment.timestamp()

    def passes(self, seconds: float) -> None:
        """Let time go by."""
        self.moment += timedelta(seconds=seconds)


@dataclass
class Context:
    """What Lambda hands to a function beside the event."""

    seconds: float = 170.0
    aws_request_id: str = "8f5e2a61-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Account:
    """`ecs` and `others` answer as a test says, everything else is an embedded AWS."""

    time: Time = field(default_factory=Time)
    ecs: EcsStory = field(default_factory=EcsStory)
    others: dict[str, Any] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)

    def clients(self) -> Clients:
        """The clients for a hook."""
        shaped = self.ecs.shaped()

        def make(service: str, region: str | None) -> Any:
            return shaped.client if service == "ecs" else self.others.get(service) or make_client(service, region)

        return Clients(make)

    def tools(self) -> Tools:
        """What the door takes."""
        return Tools(self.time.clock(), self.clients())

    def records(self) -> Records:
        """The verdicts in the bucket."""
        return Records(make_client("s3"), BUCKET, KEY)

    def objects(self) -> list[str]:
        """The objects in the bucket."""
        return [item["Key"] for item in make_client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def variables(self, **more: str) -> dict[str, str]:
        """The environment that every hook has."""
        topics = {f"{severity.upper()}_TOPIC_ARN": arn for severity, arn in self.topics.items()}
        return {"ENVIRONMENT": "test", "ARTIFACTS_BUCKET": BUCKET, "ARTIFACTS_KMS_KEY_ARN": KEY, **topics, **more}

    def heard(self, severity: str) -> list[dict[str, str]]:
        """What was published to a topic since the last look."""
        sqs = make_client("sqs")
        url = sqs.get_queue_url(QueueName=severity)["QueueUrl"]
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found


def furnished() -> Account:
    """An account with its bucket and topics, in an empty embedded AWS."""
    s3, sns, sqs = (make_client(service) for service in ("s3", "sns", "sqs"))
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    account = Account()
    for severity in ("critical", "warning", "information"):
        account.topics[severity] = sns.create_topic(Name=severity)["TopicArn"]
        queue = sqs.create_queue(QueueName=severity)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=account.topics[severity], Protocol="sqs", Endpoint=arn)
    return account
