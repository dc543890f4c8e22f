"""What RDS needs to show how an instance does: a role for enhanced monitoring, and log groups before RDS makes its own."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.trust import monitoring_trust
from infra.settings import StackSettings

# AWS keeps this policy for the role of enhanced monitoring: it writes to the log group RDSOSMetrics alone.
MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
LOGS = ("postgresql", "upgrade")


@dataclass(frozen=True, kw_only=True)
class DatabaseMonitoringArgs:
    """What is watched: the identifiers of the instances, and how often (seconds, 0 for never) enhanced monitoring looks."""

    stack: StackSettings
    identifiers: tuple[str, ...]
    interval: int
    key_arn: pulumi.Input[str]


class DatabaseMonitoring(Component):
    """Produces a log group for every log of every instance, with retention and key, and the role of enhanced monitoring.

    RDS writes to /aws/rds/instance/<identifier>/<log> and would make a group that keeps everything for ever, so the groups come
    before the instances. `role_arn` is None where enhanced monitoring is off.
    """

    room = "data"

    def __init__(self, name: str, args: DatabaseMonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.log_groups = {
            (identifier, log): self._log_group(identifier, log) for identifier in args.identifiers for log in LOGS
        }
        self.role_arn = self._role() if args.interval else None
        self.finish({"roleArn": self.role_arn})

    def _log_group(self, identifier: str, log: str) -> aws.cloudwatch.LogGroup:
        name = self.named(identifier.rpartition("-")[2], log)
        return aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/rds/instance/{identifier}/{log}",
            retention_in_days=self._args.stack.log_retention.days,
            kms_key_id=self._args.key_arn,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _role(self) -> pulumi.Output[str]:
        name = self.named("monitoring")
        role = aws.iam.Role(
            name,
            assume_role_policy=monitoring_trust(self._args.stack.account_id),
            tags=self.tags(name),
            opts=self.options(),
        )
        attached = aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=MONITORING_POLICY, opts=self.options())
        # By way of the attachment: RDS tries the role when it is given it.
        return pulumi.Output.all(role.arn, attached.id).apply(lambda known: str(known[0]))
