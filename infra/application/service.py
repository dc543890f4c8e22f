"""The application on ECS: a service that ECS itself deploys by the settings' strategy.

Pulumi owns the service and its task definition. ECS owns the listener rules' weights, and scaling owns the number of tasks
(docs/deployments.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra.application.cluster import Cluster
from infra.application.container import CONTAINER_NAME
from infra.application.load_balancer import LoadBalancer
from infra.application.strategy import deployment_configuration, patience, rolling_maximum_percent
from infra.application.task import Task
from infra.component import Component
from infra.iam.trust import ecs_infrastructure_trust
from infra.network.flows import APPLICATION_PORT
from infra.settings import DeploymentSettings, DeploymentStrategy, VerdictSettings

INFRASTRUCTURE_POLICY = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
# Two readiness checks, 15 s apart, and what the application takes to start.
HEALTH_CHECK_GRACE_SECONDS = 60
DEFAULT_MAXIMUM_PERCENT = 200


@dataclass(frozen=True, kw_only=True)
class ServiceArgs:
    """What the service is made from. `ready` is what its tasks cannot start or work without."""

    deployment: DeploymentSettings
    verdicts: VerdictSettings
    cluster: Cluster
    tasks: int
    task: Task
    balancer: LoadBalancer
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    ready: Sequence[pulumi.Resource]
    # What ECS asks, and where it waits, in each deployment.
    hooks: Sequence[aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgs] = ()
    # Alarms that roll a deployment back while one of them is in ALARM.
    rollback_alarm_names: list[pulumi.Input[str]] = field(default_factory=list)


class Service(Component):
    """Produces the service, in the place that the cluster has for it."""

    room = "application"

    def __init__(self, name: str, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.service = self._service()
        self.cluster_name = args.cluster.name
        self.cluster_arn = args.cluster.arn
        self.service_name = self.service.name
        self.log_group = args.task.log_group
        self.task_role_arn = args.task.role_arn
        self.finish({"clusterName": self.cluster_name, "serviceName": self.service_name})

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
        """Both colours, for every strategy: which of them is live is ECS's to know when the strategy is changed."""
        balancer = self._args.balancer
        return aws.ecs.ServiceLoadBalancerArgs(
            container_name=CONTAINER_NAME,
            container_port=APPLICATION_PORT,
            target_group_arn=balancer.blue.arn,
            advanced_configuration=aws.ecs.ServiceLoadBalancerAdvancedConfigurationArgs(
                alternate_target_group_arn=balancer.green.arn,
                production_listener_rule=balancer.production_rule.arn,
                test_listener_rule=balancer.test_rule.arn,
                role_arn=role.arn,
            ),
        )

    def _alarms(self) -> aws.ecs.ServiceAlarmsArgs | None:
        names = self._args.rollback_alarm_names
        return aws.ecs.ServiceAlarmsArgs(enable=True, rollback=True, alarm_names=names) if names else None

    def _maximum_percent(self) -> int:
        rolling = self._args.deployment.strategy is DeploymentStrategy.ROLLING
        return rolling_maximum_percent(self._args.tasks) if rolling else DEFAULT_MAXIMUM_PERCENT

    def _service(self) -> aws.ecs.Service:
        args, name = self._args, self._args.cluster.service_name
        role, attachment = self._infrastructure_role()
        # ECS can move traffic only while the rules and the role's policy are there, also when all is destroyed.
        movable = [args.balancer.production_rule, args.balancer.test_rule, attachment]
        time = patience(args.deployment, args.verdicts)
        return aws.ecs.Service(
            name,
            name=name,
            cluster=args.cluster.arn,
            task_definition=args.task.definition_arn,
            desired_count=args.tasks,
            launch_type="FARGATE",
            platform_version="LATEST",
            availability_zone_rebalancing="ENABLED",
            deployment_controller=aws.ecs.ServiceDeploymentControllerArgs(type="ECS"),
            deployment_configuration=deployment_configuration(args.deployment, args.hooks),
            # A new task first, then an old one goes.
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=self._maximum_percent(),
            alarms=self._alarms(),
            # The API promises it for rolling deployments alone; the others are judged by alarms and hooks.
            deployment_circuit_breaker=aws.ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
            health_check_grace_period_seconds=HEALTH_CHECK_GRACE_SECONDS,
            network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
                subnets=args.subnet_ids, security_groups=[args.security_group_id], assign_public_ip=False
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
                depends_on=[*movable, args.task.policy, *args.ready],
                # Two services of one name cannot stand beside each other, nor could two share the target groups.
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create=time, update=time, delete=time),
            ),
        )
