"""Flow logs: which connections were opened in the VPC, and which were refused."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered
from infra.iam.flow_logs import flow_logs_trust, write_flow_logs

# CreateFlowLogs, "MaxAggregationInterval": 60 or 600 seconds; an incident is read minute by minute.
AGGREGATION_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """What the flow logs are made from."""

    vpc_id: pulumi.Input[str]
    account_id: str
    region: str
    retention: timedelta
    key_arn: pulumi.Input[str]


class FlowLogs(Component):
    """Produces the VPC's flow log of all traffic, an encrypted log group with retention, and the role that writes there alone.

    `log_group` is the group's name.
    """

    room = "network"

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        group = self._log_group()
        role, policy = self._role(group)
        self._flow_log(group, role, policy)
        self.log_group = group.name
        self.finish({"logGroup": self.log_group})

    def _log_group(self) -> aws.cloudwatch.LogGroup:
        name = self.named("flow-logs")
        return aws.cloudwatch.LogGroup(
            name,
            retention_in_days=self._args.retention.days,
            kms_key_id=self._args.key_arn,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _role(self, group: aws.cloudwatch.LogGroup) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        name = self.named("flow-logs")
        role = aws.iam.Role(
            name,
            assume_role_policy=flow_logs_trust(self._args.account_id, self._args.region),
            tags=self.tags(name),
            opts=self.options(),
        )
        policy = rendered(write_flow_logs, log_group_arn=group.arn)
        return role, aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=self.options())

    def _flow_log(self, group: aws.cloudwatch.LogGroup, role: aws.iam.Role, policy: aws.iam.RolePolicy) -> None:
        name = self.named("flow-logs")
        aws.ec2.FlowLog(
            name,
            vpc_id=self._args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=AGGREGATION_SECONDS,
            tags=self.tags(name),
            # Without the right to write, its first records are lost and its state is an error.
            opts=self.options(depends_on=[policy]),
        )
