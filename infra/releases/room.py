"""The releases room: what happens to the database before a release, who judges it, and who tells what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.application.registry import ecr_repository_arns
from infra.application.room import Application, Deployable, Entrance, Judged, Neighbours
from infra.context import Context
from infra.data.database_logins import Place
from infra.data.postgres import Role
from infra.network.address_plan import Tier
from infra.operations.alarms.component import Alarms
from infra.operations.functions import FunctionNetwork, FunctionPlatform
from infra.releases.base import ReleaseBase
from infra.releases.gate import Gate, GateArgs
from infra.releases.hooks import Hooks, HooksArgs, TestListener
from infra.releases.migrations import ApplicationTasks, Artifacts, MigratedDatabase, Migrations, MigrationsArgs
from infra.releases.outcome import Outcome, OutcomeArgs
from infra.releases.watch import DeploymentWatch, DeploymentWatchArgs
from infra.settings import DeploymentStrategy


@dataclass(frozen=True, kw_only=True)
class Judges:
    """What is asked about a release; `base` is what all of it shares."""

    base: ReleaseBase
    migrations: Migrations | None
    gate: Gate
    hooks: Hooks
    watch: DeploymentWatch
    judged: Judged

    @property
    def alarms(self) -> Sequence[Alarms]:
        """The alarms of the functions."""
        functions = [self.gate.function, *self.hooks.functions, self.watch.function]
        migrating = [self.migrations.function] if self.migrations else []
        return [function.alarms for function in (*functions, *migrating)]


def judges(
    context: Context, platform: FunctionPlatform, around: Neighbours, entrance: Entrance, release: Deployable
) -> Judges:
    """Declare who judges releases, before the service that they judge."""
    base = ReleaseBase(
        platform=platform,
        artifacts=Artifacts(
            bucket_name=around.data.buckets.artifacts.name,
            bucket_arn=around.data.buckets.artifacts.arn,
            key_arn=around.keys.storage,
        ),
        service_arn=release.cluster.service_arn,
    )
    migrations = _migrations(context, base, around, release) if context.settings.releases.migrations else None
    gate = _gate(context, base, around, release, migrations)
    hooks = _hooks(context, base, around, entrance, gate)
    watch = DeploymentWatchArgs(
        base=base, settings=context.settings.verdicts, network=_network(around, around.network.groups.functions)
    )
    return Judges(
        base=base,
        migrations=migrations,
        gate=gate,
        hooks=hooks,
        watch=DeploymentWatch(context.name("deployment-watch"), watch, context.options()),
        judged=Judged(
            hooks=hooks.lifecycle,
            before=[*hooks.ready, *gate.asked_before(release.task.definition_arn, _ready(around, migrations))],
        ),
    )


def outcome(
    context: Context, around: Neighbours, judges: Judges, release: Deployable, application: Application
) -> Outcome:
    """Ask, after the service, what became of the deployment."""
    args = OutcomeArgs(
        base=judges.base,
        network=_network(around, around.network.groups.functions),
        service=application.service.service,
        task_definition_arn=release.task.definition_arn,
        declared={"strategy": context.settings.deployment.strategy.value},
    )
    return Outcome(context.name("deployment-outcome"), args, context.options())


def _migrations(context: Context, base: ReleaseBase, around: Neighbours, release: Deployable) -> Migrations:
    postgres, settings, groups = around.data.postgres, context.settings, around.network.groups
    args = MigrationsArgs(
        platform=base.platform,
        settings=settings.releases,
        network=_network(around, groups.database_functions),
        database=MigratedDatabase(
            identifier=postgres.primary.identifier,
            arn=postgres.primary.arn,
            place=Place(host=postgres.host, port=postgres.port, database=settings.database.name),
            login=postgres.logins[Role.MIGRATIONS],
        ),
        tasks=ApplicationTasks(
            cluster_name=release.cluster.name,
            cluster_arn=release.cluster.arn,
            network=_network(around, groups.application),
            secret_arns=release.environment.secret_arns,
            repository_arns=ecr_repository_arns(settings.application.image),
        ),
        artifacts=base.artifacts,
        secrets_key_arn=around.keys.secrets,
    )
    return Migrations(context.name("migrations"), args, context.options())


def _gate(
    context: Context, base: ReleaseBase, around: Neighbours, release: Deployable, migrations: Migrations | None
) -> Gate:
    settings = context.settings
    args = GateArgs(
        base=base,
        settings=settings.verdicts,
        rolling=settings.deployment.strategy is DeploymentStrategy.ROLLING,
        tasks=settings.scaling.tasks,
        network=_network(around, around.network.groups.database_functions),
        database_proxied=settings.database.proxy,
        secret_arns=release.environment.secret_arns,
        secrets_key_arn=around.keys.secrets,
        repository_arns=ecr_repository_arns(settings.application.image),
        state_machine_arn=migrations.arn if migrations else None,
    )
    return Gate(context.name("deployment-gate"), args, context.options())


def _ready(around: Neighbours, migrations: Migrations | None) -> list[pulumi.Resource]:
    """What the gate looks at and works with: the database with its roles, and the way to migrate it."""
    return [*around.data.postgres.ready, *([migrations] if migrations else [])]


def _hooks(context: Context, base: ReleaseBase, around: Neighbours, entrance: Entrance, gate: Gate) -> Hooks:
    settings, groups = context.settings, around.network.groups
    application, host = settings.application, entrance.balancer.dns_name
    listener = TestListener(
        host=host,
        domain=settings.verdicts.smoke_domain or application.domain or host,
        # Whoever signed an imported certificate; a self-signed one has no chain and vouches for itself.
        authority=application.certificate_chain or application.certificate_body,
    )
    args = HooksArgs(
        base=base,
        settings=settings.verdicts,
        strategy=settings.deployment.strategy,
        gate=gate,
        listener=listener,
        testing=_network(around, groups.test_clients),
        reading=_network(around, groups.functions),
    )
    return Hooks(context.prefix, args, context.options())


def _network(around: Neighbours, group: aws.ec2.SecurityGroup) -> FunctionNetwork:
    return FunctionNetwork(subnet_ids=around.network.vpc.subnet_ids(Tier.PRIVATE), security_group_id=group.id)
