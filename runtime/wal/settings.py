"""The archiver's environment, declared once: the task and the function read it, infra renders it."""

from pydantic import Field

from runtime.backups.settings import BucketName, KeyPrefix, KmsKeyArn, SecretArn
from runtime.common.environment import EnvironmentSettings

# Where its metrics stand in CloudWatch.
NAMESPACE = "Jobr/Archive"


class WalSettings(EnvironmentSettings):
    """What the archiver needs to know. `WalSettings.variables()` names the variable of each field."""

    environment: str = Field(min_length=1, description="The stack's name, such as production")
    database_host: str = Field(min_length=1, description="The primary's host name, which its certificate carries")
    database_port: int = Field(default=5432, ge=1, le=65535)
    # 63 bytes: NAMEDATALEN - 1, https://www.postgresql.org/docs/18/limits.html
    database_name: str = Field(min_length=1, max_length=63)
    database_instance: str = Field(
        min_length=1, description="What tells the server from its copies: the resource id of the RDS instance"
    )
    replication_secret_arn: SecretArn = Field(description="A secret of JSON with username and password")
    backup_bucket: BucketName
    wal_prefix: KeyPrefix = Field(default="wal/", description="The folder of the archive in the bucket")
    backup_kms_key_arn: KmsKeyArn = Field(description="The key that encrypts every object of the archive")
    # Names of slots: https://www.postgresql.org/docs/18/warm-standby.html#STREAMING-REPLICATION-SLOTS-MANIPULATION
    wal_slot: str = Field(default="jobr_archive", pattern=r"^[a-z0-9_]{1,63}$")
    wal_seconds: float = Field(
        default=1.0, ge=0.1, le=60, description="The longest that a change waits for its segment"
    )
    wal_idle_seconds: float = Field(
        default=30.0, ge=1, le=600, description="The longest that an idle archive says nothing of it"
    )
