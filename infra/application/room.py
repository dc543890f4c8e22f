"""The application room: the load balancer and the service behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import pulumi
import pulumi_aws as aws

from infra.application.certificate import Certificate, CertificateArgs
from infra.application.cluster import Cluster, ClusterArgs
from infra.application.container import ContainerEnvironment
from infra.application.dns import Names, NamesArgs
from infra.application.environment.rendering import Wires, container_environment
from infra.application.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.application.metrics import Metrics, MetricsArgs
from infra.application.repository import ImageRepository, ImageRepositoryArgs
from infra.application.scaling import Scaling, ScalingArgs
from infra.application.service import Service, ServiceArgs
from infra.application.task import Task, TaskArgs
from infra.context import Context
from infra.data.keys import Keys
from infra.data.postgres import Role
from infra.data.room import Data
from infra.network.address_plan import Tier
from infra.network.room import Network


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """Where requests arrive; `url` is where people reach the application, with its scheme."""

    balancer: LoadBalancer
    url: pulumi.Output[str]
    certificate_arn: pulumi.Output[str]
    rollback_alarm_names: Sequence[pulumi.Output[str]] = ()

    def watched_by(self, alarm_names: Sequence[pulumi.Output[str]]) -> Self:
        """The same entrance, with the alarms that move a release back."""
        return replace(self, rollback_alarm_names=alarm_names)


@dataclass(frozen=True, kw_only=True)
class Deployable:
    """What a release consists of: the task that the service is to run, and where."""

    cluster: Cluster
    task: Task
    environment: ContainerEnvironment
    metrics: Metrics


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a release has to pass: what ECS asks, and what has to stand or to have happened before the service is touched."""

    hooks: Sequence[aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgs]
    before: Sequence[pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class Application:
    """What the application room shows."""

    entrance: Entrance
    service: Service
    metrics: Metrics
    repository: ImageRepository


def entrance(context: Context, network: Network, data: Data) -> Entrance:
    """Declare the load balancer and its names; alarms that can roll a release back watch it, so it comes before the service."""
    settings = context.settings.application
    certificate = Certificate(context.prefix, CertificateArgs(settings=settings), context.options())
    args = LoadBalancerArgs(
        vpc_id=network.vpc.id,
        subnet_ids=network.vpc.subnet_ids(Tier.PUBLIC),
        security_group_id=network.groups.load_balancer.id,
        certificate_arn=certificate.arn,
        logs_bucket=data.buckets.logs.name,
        domain=settings.domain,
        aliases=settings.domain_aliases,
        disposable=context.stack.disposable,
    )
    balancer = LoadBalancer(context.prefix, args, context.options())
    if settings.domain is not None and settings.hosted_zone_id is not None:
        names = NamesArgs(
            names=(settings.domain, *settings.domain_aliases),
            zone_id=settings.hosted_zone_id,
            balancer_dns_name=balancer.dns_name,
            balancer_zone_id=balancer.zone_id,
        )
        Names(context.prefix, names, context.options())
    return Entrance(
        balancer=balancer,
        url=pulumi.Output.concat("https://", settings.domain or balancer.dns_name),
        certificate_arn=certificate.arn,
    )


def deployable(context: Context, keys: Keys, data: Data, entrance: Entrance) -> Deployable:
    """Declare the cluster and the task: what judges releases comes between them and the service."""
    metrics = MetricsArgs(key_arn=keys.logs, disposable=context.stack.disposable)
    made = Metrics(context.prefix, metrics, context.options())
    environment = _environment(context, data, entrance)
    task = TaskArgs(
        stack=context.stack,
        settings=context.settings.application,
        environment=environment,
        uploads=data.uploads,
        metrics=made,
        logs_key_arn=keys.logs,
        secrets_key_arn=keys.secrets,
    )
    return Deployable(
        cluster=Cluster(context.prefix, ClusterArgs(stack=context.stack), context.options()),
        task=Task(context.prefix, task, context.options()),
        environment=environment,
        metrics=made,
    )


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The rooms that the application stands between."""

    keys: Keys
    network: Network
    data: Data


def application(
    context: Context, around: Neighbours, entrance: Entrance, release: Deployable, judged: Judged
) -> Application:
    """Declare the service, what scales it and where its images go."""
    repository = ImageRepositoryArgs(key_arn=around.keys.images, disposable=context.stack.disposable)
    args = ServiceArgs(
        deployment=context.settings.deployment,
        verdicts=context.settings.verdicts,
        cluster=release.cluster,
        tasks=context.settings.scaling.tasks,
        task=release.task,
        balancer=entrance.balancer,
        hooks=judged.hooks,
        rollback_alarm_names=list(entrance.rollback_alarm_names),
        subnet_ids=around.network.vpc.subnet_ids(Tier.PRIVATE),
        security_group_id=around.network.groups.application.id,
        ready=[*around.data.postgres.ready, *around.data.uploads.ready, *judged.before],
    )
    service = Service(context.prefix, args, context.options())
    _scaling(context, entrance.balancer, service)
    return Application(
        entrance=entrance,
        service=service,
        metrics=release.metrics,
        repository=ImageRepository(context.prefix, repository, context.options()),
    )


def _scaling(context: Context, balancer: LoadBalancer, service: Service) -> None:
    args = ScalingArgs(
        settings=context.settings.scaling,
        cluster_name=service.cluster_name,
        service_name=service.service_name,
        balancer_suffix=balancer.arn_suffix,
        blue_suffix=balancer.blue.arn_suffix,
        green_suffix=balancer.green.arn_suffix,
    )
    Scaling(context.prefix, args, context.options())


def _environment(context: Context, data: Data, entrance: Entrance) -> ContainerEnvironment:
    login, reader = data.postgres.logins[Role.APPLICATION], data.postgres.logins[Role.READ_ONLY]
    replica = reader if context.settings.database.replica else None
    logins = [one for one in (login, replica) if one is not None]
    wires = Wires(
        environment=context.stack.environment,
        application=context.settings.application,
        base_url=entrance.url,
        login_arn=login.secret_arn,
        replica_login_arn=replica.secret_arn if replica else None,
        references=data.secrets.references,
        secret_arns=data.secrets.arns,
        revisions=[*data.secrets.version_ids, *(one.version_id for one in logins)],
    )
    return container_environment(context.settings.variables, wires)
