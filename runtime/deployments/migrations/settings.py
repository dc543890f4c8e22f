"""The migrations function's environment, declared once: the function reads it, infra renders it."""

import shlex
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from runtime.backups.settings import BucketName, KmsKeyArn
from runtime.common.environment import EnvironmentSettings
from runtime.deployments.migrations.progress import Phase
from runtime.deployments.settings import TopicArn

# Where the artifacts bucket keeps what is told of migrations that failed.
FOLDER = "migrations/"
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:\S+$")]


def _words(command: str) -> str:
    try:
        shlex.split(command)
    except ValueError as error:
        raise ValueError(f"is no command line: {error}") from None
    return command


Command = Annotated[str, AfterValidator(_words)]


class MigrationSettings(EnvironmentSettings):
    """Where the migrations run, on what, and whom they tell."""

    environment: str = Field(min_length=1, description="The stack's name, such as production")
    cluster_name: str = Field(min_length=1)
    container_name: str = Field(
        default="app", min_length=1, description="The application's container in its task definition"
    )
    task_family: str = Field(min_length=1, description="The task definitions that are made for migrations")
    task_execution_role_arn: Arn = Field(
        description="What ECS starts such a task with: it may read the migrations' login"
    )
    task_log_group: str = Field(min_length=1)
    subnet_ids: str = Field(pattern=r"^subnet-[^,\s]+(,subnet-[^,\s]+)*$", description="Private subnets, by commas")
    security_group_id: str = Field(min_length=1, description="The group that reaches the primary")
    command: Command = Field(min_length=1, description="Makes the migrations that an old version can live with")
    dry_run_command: Command = Field(
        default="", description="Lists what is pending and changes nothing; empty: not asked"
    )
    contract_command: Command = Field(
        default="", description="Makes the migrations that wait until blue is gone; empty: none"
    )
    timeout_seconds: int = Field(default=300, ge=30, le=3600, description="How long a migration may run")
    database_instance: str = Field(min_length=1, description="The primary's identifier")
    database_host: str = Field(min_length=1, description="The primary's host name, which its certificate carries")
    database_port: int = Field(default=5432, ge=1, le=65535)
    # 63 bytes: NAMEDATALEN - 1, https://www.postgresql.org/docs/18/limits.html
    database_name: str = Field(min_length=1, max_length=63)
    migrations_secret_arn: Arn = Field(description="The migrations' login: JSON with username, password and url")
    snapshot_prefix: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", description="How the snapshots' names begin")
    artifacts_bucket: BucketName
    artifacts_kms_key_arn: KmsKeyArn
    critical_topic_arn: TopicArn = Field(description="Hears of a failure that may have left something in the database")
    warning_topic_arn: TopicArn = Field(description="Hears of a failure that changed nothing")

    @property
    def timeout(self) -> timedelta:
        """How long a migration may run."""
        return timedelta(seconds=self.timeout_seconds)

    @property
    def subnets(self) -> list[str]:
        """The subnets, one by one."""
        return self.subnet_ids.split(",")

    def words(self, phase: Phase) -> list[str]:
        """The command of a phase, as words; none where the settings have no command for it."""
        commands = {
            Phase.CHECK: self.dry_run_command,
            Phase.EXPAND: self.command,
            Phase.CONTRACT: self.contract_command,
        }
        return shlex.split(commands[phase])
