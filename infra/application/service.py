"""The application on ECS: cluster, task and a service that ECS itself deploys blue/green.

Pulumi owns the service and its task definition. ECS owns the listener rule's weights, and scaling owns the number of tasks.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.application.container import CONTAINER_NAME, TEMPORARY_VOLUME, ContainerContext, container_definitions
from infra.application.registry import ecr_repository_arns
from infra.application.sizes import fargate_size
from infra.component import Component
from infra.iam.document import rendered
from infra.iam.tasks import execution_policy
from infra.iam.trust import ecs_infrastructure_trust, trust
from infra.network.security_groups import APPLICATION_PORT
from infra.settings import ApplicationSettings, Architecture, StackSettings

INFRASTRUCTURE_POLICY = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
HEALTH_CHECK_GRACE_SECONDS = 60
# Beside the bake time, a deployment starts tasks, waits for health checks and drains: the provider's own 20 minutes are too short.
DEPLOYMENT_MARGIN_MINUTES = 30
PROCESSORS = {Architecture.ARM64: "ARM64", Architecture.X86_64: "X86_64"}


@dataclass(frozen=True, kw_only=True)
class ServiceArgs:
    """What the service is made from."""

    stack: StackSettings
    settings: ApplicationSettings
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    blue_arn: pulumi.Input[str]
    green_arn: pulumi.Input[str]
    production_rule: aws.lb.ListenerRule
    base_url: pulumi.Input[str]
    database_secret_arn: pulumi.Input[str]
    openai_secret_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]


class Service(Component):
    """Produces the cluster, the task definition, the service and the log group of its tasks."""

    room = "application"

    def __init__(self, name: str, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.log_group = self._log_group()
        self.cluster = self._cluster()
        self.task_definition = self._task_definition()
        self.service = self._service()
        self.cluster_name = self.cluster.name
        self.service_name = self.service.name
        self.finish({"clusterName": self.cluster_name, "serviceName": self.service_name})

    def _log_group(self) -> aws.cloudwatch.LogGroup:
        name = self.named("application")
        return aws.cloudwatch.LogGroup(
            name,
            retention_in_days=self._args.stack.log_retention.days,
            kms_key_id=self._args.logs_key_arn,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _cluster(self) -> aws.ecs.Cluster:
        name = self.named("cluster")
        return aws.ecs.Cluster(
            name,
            settings=[aws.ecs.ClusterSettingArgs(name="containerInsights", value="enabled")],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _task_definition(self) -> aws.ecs.TaskDefinition:
        settings, name = self._args.settings, self.named("application")
        cpu, memory = fargate_size(settings.cpu, settings.memory_mib)
        execution, permission = self._execution_role()
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
            task_role_arn=self._role("task").arn,
            container_definitions=self._containers(),
            # On Fargate such a volume is the task's own disk; the image declares it, so that its user may write there.
            volumes=[aws.ecs.TaskDefinitionVolumeArgs(name=TEMPORARY_VOLUME)],
            tags=self.tags(name),
            opts=self.options(depends_on=[permission]),
        )

    def _containers(self) -> pulumi.Output[str]:
        args = self._args

        def definitions(**known: str) -> str:
            context = ContainerContext(environment=args.stack.environment, region=args.stack.region, **known)
            return container_definitions(args.settings, context)

        return rendered(
            definitions,
            base_url=args.base_url,
            log_group=self.log_group.name,
            database_secret_arn=args.database_secret_arn,
            openai_secret_arn=args.openai_secret_arn,
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
        policy = rendered(
            execution_policy,
            secret_arns=[args.database_secret_arn, args.openai_secret_arn],
            log_group_arn=self.log_group.arn,
            key_arn=args.secrets_key_arn,
            region=args.stack.region,
            repository_arns=ecr_repository_arns(args.settings.image),
        )
        return role, aws.iam.RolePolicy(self.named("execution"), role=role.name, policy=policy, opts=self.options())

    def _infrastructure_role(self) -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment]:
        name = self.named("infrastructure")
        role = aws.iam.Role(
            name, assume_role_policy=ecs_infrastructure_trust(), tags=self.tags(name), opts=self.options()
        )
        attachment = aws.iam.RolePolicyAttachment(
            name, role=role.name, policy_arn=INFRASTRUCTURE_POLICY, opts=self.options()
        )
        return role, attachment

    def _load_balancer(self, role: aws.iam.Role) -> aws.ecs.ServiceLoadBalancerArgs:
        return aws.ecs.ServiceLoadBalancerArgs(
            container_name=CONTAINER_NAME,
            container_port=APPLICATION_PORT,
            target_group_arn=self._args.blue_arn,
            advanced_configuration=aws.ecs.ServiceLoadBalancerAdvancedConfigurationArgs(
                alternate_target_group_arn=self._args.green_arn,
                production_listener_rule=self._args.production_rule.arn,
                role_arn=role.arn,
            ),
        )

    def _service(self) -> aws.ecs.Service:
        name = self.named("application")
        role, attachment = self._infrastructure_role()
        bake = int(self._args.settings.bake_time.total_seconds() // 60)
        patience = f"{bake + DEPLOYMENT_MARGIN_MINUTES}m"
        return aws.ecs.Service(
            name,
            cluster=self.cluster.arn,
            task_definition=self.task_definition.arn,
            desired_count=self._args.settings.tasks,
            launch_type="FARGATE",
            platform_version="LATEST",
            deployment_controller=aws.ecs.ServiceDeploymentControllerArgs(type="ECS"),
            deployment_configuration=aws.ecs.ServiceDeploymentConfigurationArgs(
                strategy="BLUE_GREEN", bake_time_in_minutes=str(bake)
            ),
            deployment_circuit_breaker=aws.ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
            health_check_grace_period_seconds=HEALTH_CHECK_GRACE_SECONDS,
            network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
                subnets=self._args.subnet_ids, security_groups=[self._args.security_group_id], assign_public_ip=False
            ),
            load_balancers=[self._load_balancer(role)],
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            enable_execute_command=False,
            wait_for_steady_state=True,
            tags=self.tags(name),
            opts=self.options(
                # The number of tasks follows the load once the service stands.
                ignore_changes=["desiredCount"],
                # ECS can move traffic only while the rule and the role's policy are there, also when all is destroyed.
                depends_on=[self._args.production_rule, attachment],
                custom_timeouts=pulumi.CustomTimeouts(create=patience, update=patience, delete=patience),
            ),
        )
