"""What green is held to."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Limits:
    """`error_limit` and `doubt` are shares of 1, latencies are seconds; runtime/deployments/traffic/settings.py explains each.

    The window is `window_minutes` long, and grows up to `longest_minutes` while it holds fewer than `minimum_requests`.
    """

    error_limit: Decimal
    doubt: Decimal
    minimum_requests: int
    window_minutes: int
    longest_minutes: int
    latency_factor: Decimal
    latency_floor: Decimal
    slow_minutes: int
