"""The traffic hook's door: at every shift and after the last one ECS asks whether green may keep what it has.

For blue/green it stands at POST_PRODUCTION_TRAFFIC_SHIFT. For canary and linear it stands at PRODUCTION_TRAFFIC_SHIFT as well, where each
step but the last is judged, or at PRE_PRODUCTION_TRAFFIC_SHIFT, where the step before is.
"""

from typing import Any

from runtime.deployments.door import Context, serve
from runtime.deployments.hearing import Decision, Hearing, Hook
from runtime.deployments.stages import Stage
from runtime.deployments.traffic.judging import judged
from runtime.deployments.traffic.settings import TrafficSettings
from runtime.deployments.traffic.shifts import see, unjudged

STAGES = frozenset(
    {Stage.PRE_PRODUCTION_TRAFFIC_SHIFT, Stage.PRODUCTION_TRAFFIC_SHIFT, Stage.POST_PRODUCTION_TRAFFIC_SHIFT}
)


def handle(event: object, context: Context) -> dict[str, Any]:
    """Answer a call of ECS at a shift of production traffic."""
    return serve(event, context, HOOK)


def decide(hearing: Hearing[TrafficSettings]) -> Decision:
    """GO, STOP, INCONCLUSIVE, or WAIT. Raises CloudError."""
    seen = see(hearing)
    return unjudged(hearing, seen) or judged(hearing, seen)


HOOK = Hook("deployment-traffic", TrafficSettings, STAGES, decide)
