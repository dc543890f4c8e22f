"""What people are told: a queue that is subscribed to the stack's topics."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.rehearsal.stack import Stack

NAME = "rehearsal-mailbox"
# What people are told because something is wrong; good news goes to `information`.
SEVERITIES = ("critical", "warning")


@dataclass(frozen=True)
class Mailbox:
    """The subjects of messages since it was opened or last read."""

    stack: Stack
    queue: str

    @classmethod
    def open(cls, stack: Stack) -> "Mailbox":
        """An empty mailbox for the topics of bad news."""
        sqs, sns = stack.account.client("sqs"), stack.account.client("sns")
        queue = sqs.create_queue(QueueName=NAME)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for severity in SEVERITIES:
            sns.subscribe(TopicArn=stack.topics[severity], Protocol="sqs", Endpoint=arn)
        found = cls(stack, queue)
        list(found.read())
        return found

    def read(self) -> Iterator[str]:
        """The subject of each message, once."""
        sqs = self.stack.account.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                yield str(json.loads(message["Body"]).get("Subject", ""))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
