"""The task that the service runs: the application and its collector, what they may do and where their lines go."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.application.collector import collector_container
from infra.application.container import (
    TEMPORARY_VOLUME,
    UPLOADS_VOLUME,
    ContainerContext,
    ContainerEnvironment,
    application_container,
)
from infra.application.metrics import Metrics
from infra.application.registry import ecr_repository_arns
from infra.application.sizes import task_size
from infra.component import Component
from infra.data.uploads import Uploads
from infra.iam.document import rendered
from infra.iam.tasks import execution_policy, task_policy
from infra.iam.trust import trust
from infra.settings import ApplicationSettings, Architecture, StackSettings

PROCESSORS = {Architecture.ARM64: "ARM64", Architecture.X86_64: "X86_64"}


@dataclass(frozen=True, kw_only=True)
class TaskArgs:
    """What the task is made from."""

    stack: StackSettings
    settings: ApplicationSettings
    environment: ContainerEnvironment
    uploads: Uploads
    metrics: Metrics
    logs_key_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]


class Task(Component):
    """Produces the task definition, its two roles and a log group for each container.

    `definition_arn` names the revision, `role_arn` what the application runs as, `log_group` where the application's lines go.
    `policy` is what the running task may do, which has to stand before it runs.
    """

    room = "application"

    def __init__(self, name: str, args: TaskArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.log_group = self._log_group("application")
        self._collector_log_group = self._log_group("collector")
        execution, permission = self._execution_role()
        role, self.policy = self._task_role()
        self.role_arn = role.arn
        self.definition_arn = self._definition(execution, role, permission).arn
        self.finish({"definitionArn": self.definition_arn})

    def _log_group(self, part: str) -> aws.cloudwatch.LogGroup:
        name = self.named(part)
        return aws.cloudwatch.LogGroup(
            name,
            retention_in_days=self._args.stack.log_retention.days,
            kms_key_id=self._args.logs_key_arn,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _definition(
        self, execution: aws.iam.Role, role: aws.iam.Role, permission: aws.iam.RolePolicy
    ) -> aws.ecs.TaskDefinition:
        settings, name = self._args.settings, self.named("application")
        cpu, memory = task_size(settings.cpu, settings.memory_mib)
        return aws.ecs.TaskDefinition(
            name,
            family=name,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(cpu),
            memory=str(memory),
            runtime_platform=aws.ecs.TaskDefinitionRuntimePlatformArgs(
                cpu_architecture=PROCESSORS[settings.architecture], operating_system_family="LINUX"
            ),
            execution_role_arn=execution.arn,
            task_role_arn=role.arn,
            container_definitions=self._containers(),
            volumes=self._volumes(),
            tags=self.tags(name),
            opts=self.options(depends_on=[permission]),
        )

    def _volumes(self) -> list[aws.ecs.TaskDefinitionVolumeArgs]:
        uploads = self._args.uploads
        access = aws.ecs.TaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfigArgs(
            access_point_id=uploads.access_point_id, iam="ENABLED"
        )
        mount = aws.ecs.TaskDefinitionVolumeEfsVolumeConfigurationArgs(
            file_system_id=uploads.file_system_id, transit_encryption="ENABLED", authorization_config=access
        )
        return [
            # On Fargate such a volume is the task's own disk; the image declares it, so that its user may write there.
            aws.ecs.TaskDefinitionVolumeArgs(name=TEMPORARY_VOLUME),
            aws.ecs.TaskDefinitionVolumeArgs(name=UPLOADS_VOLUME, efs_volume_configuration=mount),
        ]

    def _containers(self) -> pulumi.Output[str]:
        args, environment = self._args, self._args.environment

        def definitions(*, log_group: str, collector_log_group: str, remote_write_url: str, **variables: Any) -> str:
            region = args.stack.region
            application = ContainerContext(region=region, log_group=log_group, **variables)
            collector = ContainerContext(region=region, log_group=collector_log_group, plain={}, secrets={})
            return json.dumps(
                [
                    application_container(args.settings, application),
                    collector_container(args.settings.collector_image, remote_write_url, collector),
                ]
            )

        return rendered(
            definitions,
            log_group=self.log_group.name,
            collector_log_group=self._collector_log_group.name,
            remote_write_url=args.metrics.remote_write_url,
            plain=dict(environment.plain),
            secrets=dict(environment.secrets),
        )

    def _role(self, part: str) -> aws.iam.Role:
        name = self.named(part)
        return aws.iam.Role(
            name,
            assume_role_policy=trust("ecs-tasks.amazonaws.com", self._args.stack.account_id),
            tags=self.tags(name),
            opts=self.options(),
        )

    def _execution_role(self) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        args, role = self._args, self._role("execution")
        images = (args.settings.image, args.settings.collector_image)
        policy = rendered(
            execution_policy,
            secret_arns=list(args.environment.secret_arns),
            log_group_arns=[self.log_group.arn, self._collector_log_group.arn],
            key_arn=args.secrets_key_arn,
            region=args.stack.region,
            repository_arns=[arn for image in images for arn in ecr_repository_arns(image)],
        )
        return role, aws.iam.RolePolicy(self.named("execution"), role=role.name, policy=policy, opts=self.options())

    def _task_role(self) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        args, role = self._args, self._role("task")
        policy = rendered(
            task_policy,
            workspace_arn=args.metrics.workspace_arn,
            file_system_arn=args.uploads.file_system_arn,
            access_point_arn=args.uploads.access_point_arn,
        )
        return role, aws.iam.RolePolicy(self.named("task"), role=role.name, policy=policy, opts=self.options())
