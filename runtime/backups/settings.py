"""The backup function's environment, declared once: the function reads it, infra renders it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from runtime.common.environment import EnvironmentSettings

# Where its metrics stand in CloudWatch.
NAMESPACE = "Jobr/Backups"
# Names of general-purpose buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
SecretArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$")]
KmsKeyArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$")]
# A folder of keys: no slash at the start, one at the end, only characters that S3 calls safe.
KeyPrefix = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9!_.*'()-]+/)+$", max_length=256)]


class BackupSettings(EnvironmentSettings):
    """What the backup function needs to know. `BackupSettings.variables()` names the variable of each field."""

    environment: str = Field(min_length=1, description="The stack's name, such as production")
    database_host: str = Field(min_length=1, description="The primary's host name, which its certificate carries")
    database_port: int = Field(default=5432, ge=1, le=65535)
    # 63 bytes: NAMEDATALEN - 1, https://www.postgresql.org/docs/18/limits.html
    database_name: str = Field(min_length=1, max_length=63)
    database_secret_arn: SecretArn = Field(description="A secret of JSON with username and password")
    backup_bucket: BucketName
    backup_prefix: KeyPrefix = Field(default="database/", description="The folder of the backups in the bucket")
    backup_kms_key_arn: KmsKeyArn = Field(description="The key that encrypts every object of a backup")
