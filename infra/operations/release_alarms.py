"""The alarms that move a release back. ECS reads them by name; nothing may mute them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.operations.alarms.component import Alarms, AlarmsArgs
from infra.operations.alarms.requests import WatchedBalancer, release_alarms
from infra.operations.severity import Severity
from infra.settings import AlarmSettings


@dataclass(frozen=True, kw_only=True)
class ReleaseAlarmsArgs:
    """What the alarms are made from."""

    settings: AlarmSettings
    balancer: WatchedBalancer
    topics: Mapping[Severity, pulumi.Input[str]]


class ReleaseAlarms(Alarms):
    """Produces the alarms on errors, latency and unhealthy targets, of all requests and of each colour.

    They exist before the service, so that its first release is watched. `names` is for ECS.
    """

    def __init__(self, name: str, args: ReleaseAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        alarms = release_alarms(args.balancer, args.settings)
        super().__init__(name, AlarmsArgs(alarms=alarms, topics=args.topics), opts)
