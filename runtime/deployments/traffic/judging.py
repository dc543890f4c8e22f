"""From the load balancer's counters to a decision on green."""

from datetime import datetime
from typing import Any

from runtime.common.aws import cloud_errors
from runtime.common.errors import CloudError
from runtime.deployments.hearing import Decision, Hearing
from runtime.deployments.service import ServiceState
from runtime.deployments.stages import Stage
from runtime.deployments.traffic.explanation import blames_image, findings, numbers, summary
from runtime.deployments.traffic.judge import Judgement, judge
from runtime.deployments.traffic.metrics import Measured, read
from runtime.deployments.traffic.series import Counted, blue_minutes, green_minutes
from runtime.deployments.traffic.settings import Inconclusive, TrafficSettings
from runtime.deployments.traffic.shifts import Seen
from runtime.deployments.traffic.window import (
    MINUTE,
    Window,
    minute_of,
    seconds_to_next_look,
    settled_until,
    window_of,
)
from runtime.deployments.verdict import Outcome, Verdict


def judged(hearing: Hearing[TrafficSettings], seen: Seen) -> Decision:
    """GO, STOP, INCONCLUSIVE, or WAIT until the next minute is complete. Raises CloudError."""
    settings, now, since = hearing.settings, hearing.clock.now(), since_when(hearing)
    # The shift lies a little before the first call, perhaps in the minute before it.
    shift = minute_of(since) - MINUTE
    counted = _counted(hearing, seen.state, shift)
    before = [minute for minute in counted if minute.start < shift]
    green = green_minutes([minute for minute in counted if minute.start >= shift], before)
    window = window_of(green, since, settled_until(now, settings.metrics_delay), settings.limits)
    judgement = judge(window.minutes, blue_minutes(before), settings.limits, complete=window.complete)
    failed = sum(float(minute.errors) for minute in green if minute.start >= window.start)
    verdict = _verdict(hearing, seen, judgement, window, failed)
    # From now, not from when the numbers were asked for: that took a while.
    return Decision(verdict, seconds_to_next_look(hearing.clock.now(), settings.metrics_delay, window.start))


def since_when(hearing: Hearing[TrafficSettings]) -> datetime:
    """From when on green has had what is judged: the first call; before the next shift, a window's length ago: it has baked since."""
    if hearing.call.stage is not Stage.PRE_PRODUCTION_TRAFFIC_SHIFT:
        return hearing.started
    return hearing.started - hearing.settings.metrics_delay - hearing.settings.observation_minutes * MINUTE


def measured_by(elbv2: Any, state: ServiceState) -> Measured:
    """What CloudWatch counts the two colours by. Raises CloudError where ELB or ECS does not say."""
    blue, green = state.blue.target_group_arn if state.blue else None, state.green_target_group
    if blue is None or green is None:
        raise CloudError(
            f"ECS does not name the target groups of {state.service_arn}'s revisions (blue's {blue}, green's {green}): "
            "see that the service has advancedConfiguration, and deploy again."
        )
    with cloud_errors(f"describe the target group {green}"):
        answer = elbv2.describe_target_groups(TargetGroupArns=[green])
    balancers = sorted({arn for group in answer["TargetGroups"] for arn in group.get("LoadBalancerArns", [])})
    if len(balancers) != 1:
        raise CloudError(
            f"The target group {green} hangs on {len(balancers)} load balancers, not on one: deploy the stack again."
        )
    return Measured.by_arn(balancers[0], green, blue)


def _counted(hearing: Hearing[TrafficSettings], state: ServiceState, shift: datetime) -> tuple[Counted, ...]:
    measured = measured_by(hearing.clients.get("elbv2"), state)
    begin = shift - hearing.settings.baseline_minutes * MINUTE
    return read(hearing.clients.get("cloudwatch"), measured, begin, hearing.clock.now() + MINUTE)


def _verdict(
    hearing: Hearing[TrafficSettings], seen: Seen, judgement: Judgement, window: Window, failed: float
) -> Verdict:
    limits = hearing.settings.limits
    tolerated = (
        judgement.outcome is Outcome.INCONCLUSIVE and hearing.settings.when_inconclusive is Inconclusive.CONTINUE
    )
    return hearing.verdict(
        judgement.outcome,
        summary(judgement, window, limits, tolerated=tolerated),
        image_digest=seen.digest,
        findings=findings(judgement, window, limits),
        numbers={**seen.numbers, **numbers(judgement, window, limits), "failed_requests_so_far": failed},
        tolerated=tolerated,
        blames_image=blames_image(judgement, limits),
    )
