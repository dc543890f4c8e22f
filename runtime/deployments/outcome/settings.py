"""The outcome's environment, declared once: the function reads it, infra renders it."""

from pydantic import Field

from runtime.backups.settings import BucketName, KeyPrefix, KmsKeyArn
from runtime.common.environment import EnvironmentSettings


class OutcomeSettings(EnvironmentSettings):
    """Whose deployment it is about, and where verdicts are kept."""

    environment: str = Field(min_length=1, description="The stack's name, such as production")
    service_arn: str = Field(pattern=r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:service/[^/\s]+/[^/\s]+$")
    artifacts_bucket: BucketName = Field(description="The bucket that keeps every verdict")
    artifacts_kms_key_arn: KmsKeyArn = Field(description="The key that encrypts them")
    verdicts_prefix: KeyPrefix = Field(default="deployments/", description="Their folder in the bucket")

    @property
    def cluster(self) -> str:
        """The cluster's name."""
        return self.service_arn.split("/")[1]

    @property
    def service(self) -> str:
        """The service's name."""
        return self.service_arn.rpartition("/")[2]
