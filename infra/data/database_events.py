"""What RDS tells of by itself: failovers, failures, storage that runs low, changes that nobody made here."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component

# Amazon RDS User Guide, "Amazon RDS event categories and event messages": those of a DB instance that somebody should hear of.
INSTANCE_CATEGORIES = (
    "availability",
    "configuration change",
    "deletion",
    "failover",
    "failure",
    "low storage",
    "maintenance",
    "notification",
    "read replica",
    "recovery",
)


@dataclass(frozen=True, kw_only=True)
class DatabaseEventsArgs:
    """Whose events, and where they are told."""

    instances: list[aws.rds.Instance]
    topic_arn: pulumi.Input[str]


class DatabaseEvents(Component):
    """Produces subscriptions of the topic: to the events of the instances, and to changes of parameter groups."""

    room = "data"

    def __init__(self, name: str, args: DatabaseEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.subscription = aws.rds.EventSubscription(
            name,
            sns_topic=args.topic_arn,
            source_type="db-instance",
            source_ids=[instance.identifier for instance in args.instances],
            event_categories=list(INSTANCE_CATEGORIES),
            tags=self.tags(name),
            opts=self.options(),
        )
        # RDS.21 asks for it. It names no groups, so that one made by hand is told of, too.
        aws.rds.EventSubscription(
            self.named("parameters"),
            sns_topic=args.topic_arn,
            source_type="db-parameter-group",
            event_categories=["configuration change"],
            tags=self.tags(self.named("parameters")),
            opts=self.options(),
        )
        self.finish({"subscription": self.subscription.name})
