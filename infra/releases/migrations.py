"""The database's migrations: a state machine, the function that is its steps, and what its one-off tasks are started with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.data.database_logins import Login, Place
from infra.iam.document import Statement, rendered, rendered_statements
from infra.iam.tasks import execution_policy
from infra.iam.trust import trust
from infra.operations.functions import (
    Function,
    FunctionArgs,
    FunctionFailure,
    FunctionLimits,
    FunctionNetwork,
    FunctionPlatform,
)
from infra.operations.severity import Severity
from infra.releases import migration_rights as rights
from infra.settings import ReleaseSettings
from runtime.deployments.migrations.definition import STEP_TIMEOUT_SECONDS, definition
from runtime.deployments.migrations.settings import FOLDER, MigrationSettings

HANDLER = "runtime.deployments.migrations.handler.handle"
RUNBOOK = "migration-failed"
# The function ends itself before the state machine gives it up.
FUNCTION_TIMEOUT = timedelta(seconds=STEP_TIMEOUT_SECONDS - 10)


@dataclass(frozen=True, kw_only=True)
class MigratedDatabase:
    """The primary, and the migrations' login to it."""

    identifier: pulumi.Input[str]
    arn: pulumi.Input[str]
    place: Place
    login: Login


@dataclass(frozen=True, kw_only=True)
class ApplicationTasks:
    """Where the application runs, and what its container is started with.

    `secret_arns` are the secrets that its variables refer to, `repository_arns` where its image lies in this account's ECR.
    """

    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    network: FunctionNetwork
    secret_arns: Sequence[pulumi.Input[str]]
    repository_arns: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    """The bucket that keeps reports, and its key."""

    bucket_name: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class MigrationsArgs:
    """What the migrations are made from; `network` is where the function reaches the primary."""

    platform: FunctionPlatform
    settings: ReleaseSettings
    network: FunctionNetwork
    database: MigratedDatabase
    tasks: ApplicationTasks
    artifacts: Artifacts
    secrets_key_arn: pulumi.Input[str]


class Migrations(Component):
    """Produces the state machine that migrates the database for one revision, with its function, logs and roles.

    `arn` is the state machine's; `function` is watched by `function.alarms`. An execution's input and output:
    docs/migrations.md.
    """

    room = "releases"

    def __init__(self, name: str, args: MigrationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._tasks_log_group = self._log_group("tasks")
        self._execution_role = self._task_execution_role()
        self.function = self._function()
        self.machine = self._machine()
        self.arn = self.machine.arn
        self.finish({"stateMachineArn": self.arn, "functionName": self.function.name})

    def _log_group(self, part: str, **named: Any) -> aws.cloudwatch.LogGroup:
        platform, name = self._args.platform, self.named(part)
        return aws.cloudwatch.LogGroup(
            name,
            retention_in_days=platform.stack.log_retention.days,
            kms_key_id=platform.logs_key_arn,
            tags=self.tags(name),
            opts=self.options(),
            **named,
        )

    def _role(self, part: str, service: str, policy: pulumi.Input[str]) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        name, account = self.named(part), self._args.platform.stack.account_id
        role = aws.iam.Role(name, assume_role_policy=trust(service, account), tags=self.tags(name), opts=self.options())
        return role, aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=self.options())

    def _task_execution_role(self) -> aws.iam.Role:
        """The application's tasks may not be started with this login, nor with the right to read it."""
        args = self._args
        policy = rendered(
            execution_policy,
            secret_arns=[*args.tasks.secret_arns, args.database.login.secret_arn],
            log_group_arns=[self._tasks_log_group.arn],
            key_arn=args.secrets_key_arn,
            region=args.platform.stack.region,
            repository_arns=list(args.tasks.repository_arns),
        )
        return self._role("tasks", "ecs-tasks.amazonaws.com", policy)[0]

    def _function(self) -> Function:
        args = self._args
        return Function(
            self.component_name,
            FunctionArgs(
                platform=args.platform,
                description="The steps of a migration",
                command=HANDLER,
                environment=self._environment(),
                statements=self._statements(),
                network=args.network,
                limits=FunctionLimits(timeout=FUNCTION_TIMEOUT, memory_mib=512, attempts=0),
                failure=FunctionFailure(
                    means="A migration failed: the release was stopped, and the database may have been changed",
                    severity=Severity.WARNING,
                    runbook=RUNBOOK,
                ),
            ),
            self.options(),
        )

    def _environment(self) -> Mapping[str, pulumi.Input[str]]:
        args, settings, database = self._args, self._args.settings, self._args.database
        values: dict[str, pulumi.Input[str]] = {
            "environment": args.platform.stack.environment.value,
            "cluster_name": args.tasks.cluster_name,
            "task_family": self.named("tasks"),
            "task_execution_role_arn": self._execution_role.arn,
            "task_log_group": self._tasks_log_group.name,
            "subnet_ids": pulumi.Output.all(*args.tasks.network.subnet_ids).apply(",".join),
            "security_group_id": args.tasks.network.security_group_id,
            "command": settings.migration_command,
            "dry_run_command": settings.migration_dry_run_command,
            "contract_command": settings.migration_contract_command,
            "timeout_seconds": str(int(settings.migration_timeout.total_seconds())),
            "database_instance": database.identifier,
            "database_host": database.place.host,
            "database_port": pulumi.Output.from_input(database.place.port).apply(lambda port: str(int(port))),
            "database_name": database.place.database,
            "migrations_secret_arn": database.login.secret_arn,
            "snapshot_prefix": self.component_name,
            "artifacts_bucket": args.artifacts.bucket_name,
            "artifacts_kms_key_arn": args.artifacts.key_arn,
            "critical_topic_arn": args.platform.topics[Severity.CRITICAL],
            "warning_topic_arn": args.platform.topics[Severity.WARNING],
        }
        # Lambda takes no empty variable; the function takes one that is missing for empty.
        return MigrationSettings.render(**{name: value for name, value in values.items() if value != ""})

    def _statements(self) -> pulumi.Output[tuple[Statement, ...]]:
        args, stack = self._args, self._args.platform.stack
        place = f"{stack.region}:{stack.account_id}"
        parts = [
            rendered_statements(
                rights.run_tasks,
                place=place,
                family=self.named("tasks"),
                cluster_arn=args.tasks.cluster_arn,
                execution_role_arn=self._execution_role.arn,
                log_group_arn=self._tasks_log_group.arn,
            ),
            rendered_statements(
                rights.take_snapshots, place=place, instance_arn=args.database.arn, prefix=self.component_name
            ),
            rendered_statements(
                rights.log_in, secret_arn=args.database.login.secret_arn, secrets_key_arn=args.secrets_key_arn
            ),
            rendered_statements(
                rights.report,
                bucket_arn=args.artifacts.bucket_arn,
                folder=FOLDER,
                storage_key_arn=args.artifacts.key_arn,
                topic_arns=[args.platform.topics[severity] for severity in (Severity.CRITICAL, Severity.WARNING)],
                messages_key_arn=args.platform.messages_key_arn,
            ),
        ]
        return pulumi.Output.all(*parts).apply(lambda known: tuple(chain.from_iterable(known)))

    def _machine(self) -> aws.sfn.StateMachine:
        name = self.component_name
        # Under this prefix a log group does not count against the size of the account's resource policy.
        group = self._log_group("machine", name=f"/aws/vendedlogs/states/{name}")
        role, policy = self._role(
            "machine", "states.amazonaws.com", rendered(rights.machine_policy, function_arn=self.function.arn)
        )
        return aws.sfn.StateMachine(
            name,
            type="STANDARD",
            role_arn=role.arn,
            definition=self.function.arn.apply(lambda arn: json.dumps(definition(arn))),
            logging_configuration=aws.sfn.StateMachineLoggingConfigurationArgs(
                level="ALL",
                # The lines of a migration are in the tasks' log already.
                include_execution_data=False,
                log_destination=group.arn.apply(lambda arn: f"{arn}:*"),
            ),
            tags=self.tags(name),
            # Step Functions tries the role's permissions on the log while it creates the machine.
            opts=self.options(depends_on=[policy]),
        )
