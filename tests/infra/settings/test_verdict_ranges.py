"""What the stack's settings let through, the functions take, too: their own ranges are the same."""

from typing import Any

import pytest

from infra.settings.loading import keys
from runtime.deployments.gate.settings import GateSettings
from runtime.deployments.traffic.settings import TrafficSettings
from runtime.deployments.watch.settings import WatchSettings

LIMITS = [
    (GateSettings, "image_scan_patience_seconds", "imageScanPatience", ("0s", "3600s"), 1),
    (GateSettings, "patience_seconds", "gatePatience", ("1m", "1380m"), 60),
    (WatchSettings, "scale_up_minutes", "scaleUpDeadline", ("1m", "1440m"), 1),
    (TrafficSettings, "observation_minutes", "trafficObservation", ("1m", "60m"), 1),
    (TrafficSettings, "extended_minutes", "trafficExtendedObservation", ("1m", "240m"), 1),
    (TrafficSettings, "baseline_minutes", "trafficBaseline", ("1m", "180m"), 1),
]
DEFAULTS = [
    (GateSettings, "image_scan", "imageScanCheck"),
    (GateSettings, "openai", "openaiCheck"),
    (GateSettings, "stripe", "stripeCheck"),
    (GateSettings, "sendgrid", "sendgridCheck"),
    (TrafficSettings, "error_percent", "trafficErrorPercent"),
    (TrafficSettings, "minimum_requests", "trafficMinimumRequests"),
    (TrafficSettings, "when_inconclusive", "trafficWhenInconclusive"),
    (TrafficSettings, "latency_factor", "trafficLatencyFactor"),
    (TrafficSettings, "latency_floor_seconds", "trafficLatencyFloor"),
    (TrafficSettings, "slow_minutes", "trafficSlowMinutes"),
]


def _bound(model: Any, field: str, *names: str) -> Any:
    (found,) = [
        getattr(one, name) for one in model.model_fields[field].metadata for name in names if hasattr(one, name)
    ]
    return found


@pytest.mark.parametrize(("model", "field", "key", "ends", "unit"), LIMITS)
def test_a_duration_has_the_ends_that_the_function_takes(
    model: Any, field: str, key: str, ends: tuple[str, str], unit: int
) -> None:
    least, most = (int(end[:-1]) for end in ends)
    assert (least * unit, most * unit) == (_bound(model, field, "ge"), _bound(model, field, "le"))
    for end in ends:
        assert keys()[key].parse(end) is not None


@pytest.mark.parametrize(("model", "field", "key"), DEFAULTS)
def test_a_default_is_written_once_more_and_stays_the_same(model: Any, field: str, key: str) -> None:
    assert keys()[key].field.default == model.model_fields[field].default
