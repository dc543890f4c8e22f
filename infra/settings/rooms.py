"""The settings, grouped by the room that uses them; the key of each is its field's alias."""

from datetime import timedelta
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from infra.settings.types import (
    AccountId,
    Architecture,
    CertificateArn,
    DatabaseName,
    Days,
    DomainName,
    Duration,
    Emails,
    Environment,
    ImageByDigest,
    InstanceClass,
    LogRetention,
    NatGateways,
    Region,
    ScheduleExpression,
    ZoneLetters,
    between,
)

# RDS for PostgreSQL on gp3: 20 GiB to 64 TiB (CreateDBInstance, "AllocatedStorage").
StorageGib = Annotated[int, Field(ge=20, le=65536)]
# ECS: a blue/green deployment bakes for 0 to 1440 minutes.
BakeTime = Annotated[Duration, between(timedelta(0), timedelta(days=1))]
# Lambda's quotas: 1 s to 15 minutes, 128 to 10240 MiB, 512 to 10240 MiB of /tmp.
FunctionTimeout = Annotated[Duration, between(timedelta(seconds=1), timedelta(minutes=15))]
# RDS keeps automated backups for 1 to 35 days; 0 switches them off, which no stack may.
DatabaseRetention = Annotated[Days, between(timedelta(days=1), timedelta(days=35))]


class Room(BaseModel):
    """The settings of one room: frozen, read by key, never by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StackSettings(Room):
    """What the whole stack shares."""

    environment: Environment = Field(
        alias="environment", description="What the stack is for: `production`, `staging` or `development`."
    )
    account_id: AccountId = Field(
        alias="accountId", description="The only AWS account (12 digits) that the stack may be deployed to."
    )
    region: Region = Field("us-east-1", alias="region", description="The AWS region.")
    disposable: bool = Field(
        False,
        alias="disposable",
        description="Whether everything, data included, may be destroyed without a trace: no deletion protection, no final snapshot, buckets emptied.",
    )
    log_retention: LogRetention = Field(
        timedelta(days=30),
        alias="logRetention",
        description="How long logs are kept: one of CloudWatch's periods, such as `30d`.",
    )


class NetworkSettings(Room):
    """The VPC."""

    cidr: IPv4Network = Field(
        IPv4Network("10.20.0.0/16"),
        alias="networkCidr",
        description="The VPC's addresses, /16 to /20; every subnet is cut out of it.",
    )
    zones: ZoneLetters = Field(
        ("a", "b", "c"),
        alias="networkZones",
        description="The letters of the three availability zones in the region, separated by commas.",
    )
    nat_gateways: NatGateways = Field(
        NatGateways.ONE,
        alias="natGateways",
        description="`one` for all zones, or `per-zone`, which survives the loss of a zone.",
    )


class DatabaseSettings(Room):
    """The PostgreSQL instances."""

    instance_class: InstanceClass = Field(
        "db.t4g.medium",
        alias="databaseInstanceClass",
        description="The class of the primary and of its replica; 2 GiB of memory at least.",
    )
    storage_gib: StorageGib = Field(20, alias="databaseStorageGib", description="The storage to begin with, in GiB.")
    maximum_storage_gib: StorageGib = Field(
        100,
        alias="databaseMaximumStorageGib",
        description="The storage up to which RDS grows by itself, in GiB; at least 10 % above the beginning.",
    )
    multi_az: bool = Field(False, alias="databaseMultiAz", description="Whether a standby waits in another zone.")
    replica: bool = Field(True, alias="databaseReplica", description="Whether there is a read replica.")
    backup_retention: DatabaseRetention = Field(
        timedelta(days=7),
        alias="databaseBackupRetention",
        description="How far back RDS's own point-in-time recovery reaches: `1d` to `35d`.",
    )
    performance_insights: bool = Field(
        True,
        alias="databasePerformanceInsights",
        description="Whether Performance Insights records the load (7 days, free of charge).",
    )
    blue_green_update: bool = Field(
        False,
        alias="databaseBlueGreenUpdate",
        description="Whether changes go through an RDS blue/green deployment; impossible with a replica.",
    )
    name: DatabaseName = Field("jobr", alias="databaseName", description="The name of the database.")


class ApplicationSettings(Room):
    """The application and its door."""

    image: ImageByDigest = Field(
        alias="applicationImage", description="The application's image by digest: `repository@sha256:…`."
    )
    architecture: Architecture = Field(
        Architecture.ARM64,
        alias="applicationArchitecture",
        description="The processor that the image was built for: `arm64` or `x86_64`.",
    )
    tasks: Annotated[int, Field(ge=1, le=100)] = Field(
        2,
        alias="applicationTasks",
        description="How many tasks the service is created with; later the count is not Pulumi's.",
    )
    cpu: Annotated[int, Field(ge=128, le=16384)] = Field(
        1000, alias="applicationCpu", description="CPU units of the application's container; 1024 are one vCPU."
    )
    memory_mib: Annotated[int, Field(ge=128, le=122880)] = Field(
        1024, alias="applicationMemoryMib", description="Memory limit of the application's container, in MiB."
    )
    bake_time: BakeTime = Field(
        timedelta(minutes=10),
        alias="deploymentBakeTime",
        description="How long blue stays ready after green took the traffic: `0m` to `1d`.",
    )
    domain: DomainName | None = Field(
        None, alias="domainName", description="The name under which people reach the application."
    )
    certificate_arn: CertificateArn | None = Field(
        None,
        alias="certificateArn",
        description="The ACM certificate of the HTTPS listener. Either this or `certificateBody`.",
    )
    certificate_body: str | None = Field(
        None,
        alias="certificateBody",
        description="A certificate (PEM) to import instead, self-signed for instance; never in production.",
    )
    certificate_chain: str | None = Field(
        None, alias="certificateChain", description="The imported certificate's chain (PEM), if it has one."
    )
    certificate_private_key: SecretStr | None = Field(
        None, alias="certificatePrivateKey", description="The imported certificate's private key (PEM)."
    )
    openai_api_key: SecretStr = Field(alias="openaiApiKey", description="The application's key for OpenAI's API.")


class OperationsSettings(Room):
    """The functions, their schedules and who hears of trouble."""

    architecture: Architecture = Field(
        Architecture.ARM64,
        alias="functionArchitecture",
        description="The processor that the functions' image is built for: `arm64` or `x86_64`.",
    )
    backup_schedule: ScheduleExpression = Field(
        "cron(15 1 * * ? *)",
        alias="backupSchedule",
        description="When the database is dumped (UTC), as EventBridge Scheduler writes it.",
    )
    backup_timeout: FunctionTimeout = Field(
        timedelta(minutes=15),
        alias="backupTimeout",
        description="How long one dump may take: `1s` to `15m`, Lambda's limit.",
    )
    backup_memory_mib: Annotated[int, Field(ge=128, le=10240)] = Field(
        2048, alias="backupMemoryMib", description="Memory of the backup function, in MiB; CPU grows with it."
    )
    backup_temporary_mib: Annotated[int, Field(ge=512, le=10240)] = Field(
        512, alias="backupTemporaryMib", description="Temporary disk of the backup function, in MiB."
    )
    backup_retention: Days = Field(
        timedelta(days=30), alias="backupRetention", description="How long dumps are kept, such as `30d`."
    )
    backup_reserved: bool = Field(
        False,
        alias="backupReservedConcurrency",
        description="Whether one execution is reserved for the backup function and no second may run; needs more than 100 concurrent executions in the account.",
    )
    alarm_emails: Emails = Field(
        (), alias="alarmEmails", description="Who is told of alarms: e-mail addresses, separated by commas."
    )


class Settings(BaseModel):
    """All settings of a stack, checked."""

    model_config = ConfigDict(frozen=True)

    stack: StackSettings
    network: NetworkSettings
    database: DatabaseSettings
    application: ApplicationSettings
    operations: OperationsSettings


ROOMS: dict[str, type[Room]] = {
    "stack": StackSettings,
    "network": NetworkSettings,
    "database": DatabaseSettings,
    "application": ApplicationSettings,
    "operations": OperationsSettings,
}
