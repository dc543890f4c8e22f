"""Where trouble is told: a topic for each severity."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered
from infra.iam.topics import topic_policy
from infra.operations.severity import Severity


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """What the topics are made from; `emails` says who is told of what."""

    account_id: str
    region: str
    key_arn: pulumi.Input[str]
    emails: Mapping[Severity, tuple[str, ...]]


class Notifications(Component):
    """Produces an encrypted topic for each severity, and a subscription for each address, which its owner has to confirm.

    `topics` are the topics' ARNs, `names` their names.
    """

    room = "operations"

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        made = {severity: self._topic(severity) for severity in Severity}
        self.topics: dict[Severity, pulumi.Output[str]] = {severity: topic.arn for severity, topic in made.items()}
        self.names: dict[Severity, pulumi.Output[str]] = {severity: topic.name for severity, topic in made.items()}
        self.finish({f"{severity}TopicArn": arn for severity, arn in self.topics.items()})

    def _topic(self, severity: Severity) -> aws.sns.Topic:
        args, name = self._args, self.named(severity)
        topic = aws.sns.Topic(name, kms_master_key_id=args.key_arn, tags=self.tags(name), opts=self.options())
        policy = rendered(
            topic_policy,
            topic_arn=topic.arn,
            account_id=args.account_id,
            region=args.region,
            prefix=self.component_name,
        )
        aws.sns.TopicPolicy(name, arn=topic.arn, policy=policy, opts=self.options())
        for email in args.emails.get(severity, ()):
            aws.sns.TopicSubscription(
                self.named(severity, email), topic=topic.arn, protocol="email", endpoint=email, opts=self.options()
            )
        return topic
