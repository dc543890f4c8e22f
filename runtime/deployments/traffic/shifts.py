"""How much of the traffic green has, and when there is nothing to judge in it."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import JsonValue

from runtime.deployments.hearing import Decision, Hearing
from runtime.deployments.hook import EVERYTHING, HookCall
from runtime.deployments.service import ServiceState, ServiceView
from runtime.deployments.stages import Stage
from runtime.deployments.traffic.settings import TrafficSettings
from runtime.deployments.verdict import Finding, Level, Outcome

RULE = "production rule"
LOOK_AGAIN_SECONDS = 5


@dataclass(frozen=True)
class Seen:
    """What was read: green's share of the traffic in percent by the listener's rule, and what the load balancer counts by."""

    state: ServiceState
    share: float

    @property
    def digest(self) -> str | None:
        """The image that is judged."""
        return self.state.green.image_digest

    @property
    def numbers(self) -> dict[str, JsonValue]:
        """The same for a verdict."""
        return {"green_share_percent": self.share}


def see(hearing: Hearing[TrafficSettings]) -> Seen:
    """Read the service and its rule. Raises CloudError."""
    clients, call = hearing.clients, hearing.call
    view = ServiceView(clients.get("ecs"), clients.get("elbv2"), hearing.settings.container_name)
    state = view.read(call.deployment_arn, call.target_revision_arn)
    return Seen(state, share_of(state))


def share_of(state: ServiceState) -> float:
    """Green's percent of production traffic, by the listener's rule itself."""
    rule, group = state.production_rule, state.green_target_group
    weights = rule.weights if rule else {}
    total = sum(weights.values())
    return EVERYTHING * weights.get(group or "", 0) / total if total else 0.0


def unjudged(hearing: Hearing[TrafficSettings], seen: Seen) -> Decision | None:
    """What needs no numbers: nobody to compare with, nothing shifted, or the last shift, which is judged after it."""
    if seen.state.blue is None:
        return _go(
            hearing, seen, "This is the service's first release: nothing is there to compare it with or to go back to."
        )
    wanted = _wanted(hearing.call)
    if wanted == 0.0:
        return _go(hearing, seen, "No production traffic has been shifted yet.")
    if hearing.call.stage is Stage.PRODUCTION_TRAFFIC_SHIFT and wanted == EVERYTHING:
        return _go(hearing, seen, f"The last shift is judged at {Stage.POST_PRODUCTION_TRAFFIC_SHIFT}.")
    if seen.share >= wanted:
        return None
    return _not_shifted(hearing, seen, wanted)


def _wanted(call: HookCall) -> float:
    """Green's percent as ECS tells it; everything at the stage that is walked when all is shifted."""
    if call.stage is Stage.POST_PRODUCTION_TRAFFIC_SHIFT:
        return EVERYTHING
    return call.production_weights.get(call.target_revision_arn, 0.0)


def _not_shifted(hearing: Hearing[TrafficSettings], seen: Seen, wanted: float) -> Decision | None:
    """The rule does not show the shift yet. After some patience it counts as what it is."""
    said = f"the listener's rule gives green {seen.share:g} %, and ECS speaks of {wanted:g} %"
    waited = hearing.clock.now() - hearing.started
    if waited < timedelta(seconds=hearing.settings.weights_patience_seconds):
        finding = Finding(check=RULE, outcome=Level.WAIT, message=said)
        verdict = hearing.verdict(
            Outcome.WAIT, f"Not yet: {said}.", image_digest=seen.digest, findings=(finding,), numbers=seen.numbers
        )
        return Decision(verdict, LOOK_AGAIN_SECONDS)
    if hearing.call.stage is not Stage.POST_PRODUCTION_TRAFFIC_SHIFT:
        # Where ECS should call before it shifts, waiting longer would wait for itself. What is shifted later is judged at the end.
        return (
            None if seen.share else _go(hearing, seen, f"Nothing to judge: {said}. It is judged after the last shift.")
        )
    mend = "find who else moved the rule's weights (CloudTrail: ModifyRule), then deploy again; docs/deployments.md says whose they are"
    finding = Finding(check=RULE, outcome=Level.FAIL, message=said, mend=mend)
    text = f"All traffic should be green's, but {said}. Going on would stop blue, which still has traffic, so the deployment goes back."
    return Decision(
        hearing.verdict(Outcome.STOP, text, image_digest=seen.digest, findings=(finding,), numbers=seen.numbers)
    )


def _go(hearing: Hearing[TrafficSettings], seen: Seen, text: str) -> Decision:
    return Decision(hearing.verdict(Outcome.GO, text, image_digest=seen.digest, numbers=seen.numbers))
