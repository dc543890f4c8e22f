"""Where alarms are told."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered
from infra.iam.topics import alarm_topic_policy


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """What the topic is made from."""

    account_id: str
    region: str
    key_arn: pulumi.Input[str]
    emails: tuple[str, ...]


class Notifications(Component):
    """Produces the encrypted topic of all alarms and a subscription for each address, which its owner has to confirm."""

    room = "operations"

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        topic_name = self.named("alarms")
        topic = aws.sns.Topic(
            topic_name, kms_master_key_id=args.key_arn, tags=self.tags(topic_name), opts=self.options()
        )
        policy = rendered(
            alarm_topic_policy, topic_arn=topic.arn, account_id=args.account_id, region=args.region, prefix=name
        )
        aws.sns.TopicPolicy(topic_name, arn=topic.arn, policy=policy, opts=self.options())
        for email in args.emails:
            aws.sns.TopicSubscription(
                self.named("alarms", email), topic=topic.arn, protocol="email", endpoint=email, opts=self.options()
            )
        self.topic_arn = topic.arn
        self.finish({"topicArn": self.topic_arn})
