"""What the whole stack shares."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import Field

from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, at_least, in_production
from infra.settings.types import AccountId, Environment, LogRetention, Region

# What production keeps of its logs: a quarter.
PRODUCTION_LOG_RETENTION = timedelta(days=90)


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


def _nothing_disposable(values: Values) -> Iterator[Problem]:
    if values["disposable"] and values["environment"] is Environment.PRODUCTION:
        yield Problem.to_set("disposable", "must not be true in production", "false")


RULES: tuple[Rule, ...] = (
    _nothing_disposable,
    in_production("logRetention", holds=at_least(PRODUCTION_LOG_RETENTION), reason="must be at least 90d", value="90d"),
)
