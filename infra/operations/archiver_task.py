"""The archiver as a task: an ECS service of one that never ends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.application.container import ContainerContext, confined, logging, pairs
from infra.application.task import PROCESSORS
from infra.component import Component
from infra.iam.archive import archiver_execution_policy
from infra.iam.document import Statement, document, rendered
from infra.iam.trust import trust
from infra.operations.functions import FunctionNetwork, FunctionPlatform

CONTAINER_NAME = "archiver"
# The image is the functions': its own entry point waits for Lambda's calls, and its own command is a handler. Both are replaced.
ENTRY_POINT = ["python", "-m"]
COMMAND = ["runtime.wal"]
# The image's unprivileged account (runtime/Dockerfile), and a group of the same number.
USER = "10001:10001"
# A pair that Fargate offers. The archiver takes 256 MB with a transaction of any size, and half a vCPU reads tens of thousands of
# changes a second: enough to catch up with what a deployment or a failover kept waiting.
CPU, MEMORY_MIB = 512, 1024
# After SIGTERM it stores the last segments within seconds; what it could not, the next one reads again.
STOP_TIMEOUT_SECONDS = 60
# One task ends, the image is pulled, one starts; the circuit breaker gives up after three that do not.
PATIENCE = timedelta(minutes=20)


@dataclass(frozen=True, kw_only=True)
class Place:
    """The cluster that the task runs in, and what has to stand or to have happened before it runs."""

    cluster_arn: pulumi.Input[str]
    ready: Sequence[pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class ArchiverTaskArgs:
    """What the task is made from; `statements` is what the archiver may do."""

    platform: FunctionPlatform
    place: Place
    network: FunctionNetwork
    environment: Mapping[str, pulumi.Input[str]]
    statements: pulumi.Input[Sequence[Statement]]


class ArchiverTask(Component):
    """Produces a service of one Fargate task, with a task definition, two roles and a log group of its own.

    A deployment ends the old task before it starts the new one, because PostgreSQL lets one session stream from a slot; nothing is
    lost between them, since the slot keeps what was not confirmed.
    """

    room = "operations"

    def __init__(self, name: str, args: ArchiverTaskArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.log_group = self._log_group()
        execution, starting = self._role("execution", self._execution_policy())
        role, running = self._role(
            "task", pulumi.Output.from_input(args.statements).apply(lambda all_: document(*all_))
        )
        definition = self._definition(execution, role, starting)
        self.service = self._service(definition, running)
        self.service_name = self.service.name
        self.finish({"serviceName": self.service_name})

    def _log_group(self) -> aws.cloudwatch.LogGroup:
        platform, name = self._args.platform, self.component_name
        return aws.cloudwatch.LogGroup(
            name,
            retention_in_days=platform.stack.log_retention.days,
            kms_key_id=platform.logs_key_arn,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _role(self, part: str, policy: pulumi.Input[str]) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        name, account = self.named(part), self._args.platform.stack.account_id
        role = aws.iam.Role(
            name,
            assume_role_policy=trust("ecs-tasks.amazonaws.com", account),
            tags=self.tags(name),
            opts=self.options(),
        )
        return role, aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=self.options())

    def _execution_policy(self) -> pulumi.Output[str]:
        return rendered(
            archiver_execution_policy,
            repository_arn=self._args.platform.image.repository.arn,
            log_group_arn=self.log_group.arn,
        )

    def _definition(
        self, execution: aws.iam.Role, role: aws.iam.Role, permission: aws.iam.RolePolicy
    ) -> aws.ecs.TaskDefinition:
        platform, name = self._args.platform, self.component_name
        region = platform.stack.region
        containers = rendered(
            lambda **known: json.dumps([archiver_container(region=region, **known)]),
            image=platform.image.uri,
            log_group=self.log_group.name,
            environment=dict(self._args.environment),
        )
        return aws.ecs.TaskDefinition(
            name,
            family=name,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(CPU),
            memory=str(MEMORY_MIB),
            runtime_platform=aws.ecs.TaskDefinitionRuntimePlatformArgs(
                cpu_architecture=PROCESSORS[platform.architecture], operating_system_family="LINUX"
            ),
            execution_role_arn=execution.arn,
            task_role_arn=role.arn,
            container_definitions=containers,
            tags=self.tags(name),
            opts=self.options(depends_on=[permission]),
        )

    def _service(self, definition: aws.ecs.TaskDefinition, permission: aws.iam.RolePolicy) -> aws.ecs.Service:
        args, name, time = self._args, self.component_name, f"{int(PATIENCE.total_seconds())}s"
        return aws.ecs.Service(
            name,
            cluster=args.place.cluster_arn,
            task_definition=definition.arn,
            desired_count=1,
            launch_type="FARGATE",
            platform_version="LATEST",
            # First the old one ends. ECS moves tasks between zones by starting a second one, which this maximum rules out.
            deployment_minimum_healthy_percent=0,
            deployment_maximum_percent=100,
            availability_zone_rebalancing="DISABLED",
            deployment_controller=aws.ecs.ServiceDeploymentControllerArgs(type="ECS"),
            deployment_circuit_breaker=aws.ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
            network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
                subnets=args.network.subnet_ids,
                security_groups=[args.network.security_group_id],
                assign_public_ip=False,
            ),
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            enable_execute_command=False,
            wait_for_steady_state=True,
            tags=self.tags(name),
            opts=self.options(
                depends_on=[permission, *args.place.ready],
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create=time, update=time, delete=time),
            ),
        )


def archiver_container(*, region: str, image: str, log_group: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """The container as ECS reads it: it writes to no disk, and reads its login's secret by itself. Pure data."""
    context = ContainerContext(region=region, log_group=log_group, plain=environment, secrets={})
    return {
        "name": CONTAINER_NAME,
        "image": image,
        "essential": True,
        "entryPoint": ENTRY_POINT,
        "command": COMMAND,
        "stopTimeout": STOP_TIMEOUT_SECONDS,
        # The SDK asks for the region under this name.
        "environment": pairs({**environment, "AWS_DEFAULT_REGION": region}, "value"),
        **confined(USER),
        **logging(CONTAINER_NAME, context),
    }
