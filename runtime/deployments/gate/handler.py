"""The gate's door: ECS calls it before green starts (PRE_SCALE_UP)."""

from typing import Any

from runtime.deployments.door import Context, serve
from runtime.deployments.gate.decide import decide
from runtime.deployments.gate.settings import GateSettings
from runtime.deployments.hearing import Hook
from runtime.deployments.stages import Stage

GATE = Hook(name="deployment-gate", settings=GateSettings, stages=frozenset({Stage.PRE_SCALE_UP}), decide=decide)


def handle(event: object, context: Context) -> dict[str, Any]:
    """Answer one call of ECS: SUCCEEDED, FAILED, or IN_PROGRESS while a scan or the migrations run. Never raises."""
    return serve(event, context, GATE)
