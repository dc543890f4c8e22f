"""What the environment of every hook holds, declared once: the functions read it, infra renders it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from runtime.backups.settings import BucketName, KeyPrefix, KmsKeyArn
from runtime.common.environment import EnvironmentSettings

TopicArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$")]


class HookSettings(EnvironmentSettings):
    """Where verdicts go, and which container is the application."""

    environment: str = Field(min_length=1, description="The stack's name, such as production")
    artifacts_bucket: BucketName = Field(description="The bucket that keeps every verdict")
    artifacts_kms_key_arn: KmsKeyArn = Field(description="The key that encrypts them")
    verdicts_prefix: KeyPrefix = Field(default="deployments/", description="Their folder in the bucket")
    critical_topic_arn: TopicArn = Field(description="Told of every verdict that stops a deployment")
    warning_topic_arn: TopicArn = Field(description="Told of every inconclusive verdict")
    information_topic_arn: TopicArn = Field(description="Told of every verdict that lets a deployment go on")
    container_name: str = Field(default="app", min_length=1, description="The application's container in the task")
