"""The traffic hook's environment, declared once: the function reads it, infra renders it."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from runtime.deployments.settings import HookSettings
from runtime.deployments.traffic.limits import Limits

Positive = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
_PERCENT = 100


class Inconclusive(StrEnum):
    """What happens when too few people asked for a judgement."""

    CONTINUE = "continue"
    ROLLBACK = "rollback"
    EXTEND = "extend"


class TrafficSettings(HookSettings):
    """What green is held to while people use it."""

    error_percent: Positive = Field(
        default=Decimal(1), lt=100, description="Green fails above this part of failed requests, in percent"
    )
    early_stop_doubt: Positive = Field(
        default=Decimal("0.001"),
        le=Decimal("0.1"),
        description="Before its time is over green fails only when keeping the limit has become less probable than this, for each minute",
    )
    minimum_requests: int = Field(default=100, ge=1, description="Fewer are no evidence: the verdict is inconclusive")
    when_inconclusive: Inconclusive = Field(
        default=Inconclusive.CONTINUE,
        description="`continue`, `rollback`, or `extend`: watch until there are enough requests, and roll back after EXTENDED_MINUTES",
    )
    observation_minutes: int = Field(default=5, ge=1, le=60, description="How long green is watched, for each shift")
    # A default that other settings rule out is told, too.
    extended_minutes: int = Field(
        default=30, ge=1, le=240, validate_default=True, description="How long at most with `extend`"
    )
    baseline_minutes: int = Field(default=15, ge=1, le=180, description="How long blue is looked at before the shift")
    metrics_delay_seconds: int = Field(
        default=110,
        ge=0,
        le=600,
        description="After so long CloudWatch has everything of a minute; with the look itself it is two minutes",
    )
    latency_factor: Positive = Field(
        default=Decimal("1.5"), ge=1, description="A minute is slow above this many times blue's p95"
    )
    latency_floor_seconds: Positive = Field(
        default=Decimal("0.5"), description="No minute is slow below this p95, whatever blue's was"
    )
    slow_minutes: int = Field(
        default=3, ge=1, validate_default=True, description="Green fails with so many slow minutes"
    )
    weights_patience_seconds: int = Field(
        default=60, ge=0, le=600, description="How long the listener's rule may take to show the shift"
    )

    @field_validator("extended_minutes")
    @classmethod
    def _is_longer(cls, value: int, info: ValidationInfo) -> int:
        if value < (shorter := info.data.get("observation_minutes", 0)):
            raise ValueError(f"must be at least OBSERVATION_MINUTES, which is {shorter}")
        return value

    @field_validator("slow_minutes")
    @classmethod
    def _fit_the_window(cls, value: int, info: ValidationInfo) -> int:
        # A field that is wrong itself is missing from `data`, and reported already.
        if value > (longest := info.data.get("observation_minutes", value)):
            raise ValueError(f"must be at most OBSERVATION_MINUTES, which is {longest}")
        return value

    @property
    def limits(self) -> Limits:
        """The same for the judge."""
        extends = self.when_inconclusive is Inconclusive.EXTEND
        return Limits(
            error_limit=self.error_percent / _PERCENT,
            doubt=self.early_stop_doubt,
            minimum_requests=self.minimum_requests,
            window_minutes=self.observation_minutes,
            longest_minutes=self.extended_minutes if extends else self.observation_minutes,
            latency_factor=self.latency_factor,
            latency_floor=self.latency_floor_seconds,
            slow_minutes=self.slow_minutes,
        )

    @property
    def metrics_delay(self) -> timedelta:
        """How long after a minute's end its numbers are complete."""
        return timedelta(seconds=self.metrics_delay_seconds)
