"""Whether the production rule sends everything to blue: ECS rolls back before anything starts where two groups have traffic."""

import json
from collections.abc import Iterable

from runtime.deployments.gate.check import Result, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.service import Rule, ServiceState
from runtime.deployments.verdict import Finding, Level

CHECK = "rule weights"


def check(scene: Scene) -> Result:
    """The weights as the load balancer has them now."""
    state = scene.state
    rule = state.production_rule
    if rule is None:
        return one(
            CHECK,
            Level.WARN,
            "The service has no production rule, so there are no weights.",
            "run `pulumi up` if it should have one",
        )
    finding = judged(state, rule)
    return Result((finding,), {"weights of the production rule": dict(rule.weights)})


def judged(state: ServiceState, rule: Rule) -> Finding:
    """What the weights come to. Before a first deployment one of the two groups has everything, whichever it is."""
    foreign = sorted(rule.weights.keys() - set(state.target_groups))
    if foreign:
        return _wrong(
            state, rule, f"it forwards to {', '.join(map(_name, foreign))}, which is none of the service's two groups"
        )
    if len(rule.live) != 1:
        shares = ", ".join(f"{_name(group)} {weight}" for group, weight in rule.weights.items()) or "nothing"
        return _wrong(state, rule, f"exactly one group must have traffic, but it forwards to: {shares}")
    live = next(iter(rule.live))
    blue = state.blue.target_group_arn if state.blue else None
    if blue is not None and live != blue:
        return _wrong(state, rule, f"everything goes to {_name(live)}, but the tasks of blue are in {_name(blue)}")
    whose = "before the first deployment" if state.blue is None else "blue's group"
    if state.blue is not None and blue is None:
        message = f"All traffic goes to {_name(live)}; ECS does not say which group blue is in."
        return Finding(check=CHECK, outcome=Level.WARN, message=message, mend=f"look at blue: {_describe(state)}")
    return Finding(check=CHECK, outcome=Level.OK, message=f"All traffic goes to {_name(live)}, {whose}.")


def _wrong(state: ServiceState, rule: Rule, reason: str) -> Finding:
    message = f"The production rule {rule.arn} is not as a deployment needs it: {reason}."
    blue = state.blue.target_group_arn if state.blue else next(iter(state.target_groups), None)
    mend = (
        f"look at blue ({_describe(state)}) and give its group everything"
        if blue is None
        else _command(rule, blue, state.target_groups)
    )
    return Finding(check=CHECK, outcome=Level.FAIL, message=message, mend=mend)


def _command(rule: Rule, live: str, groups: Iterable[str]) -> str:
    weights = [{"TargetGroupArn": group, "Weight": 100 if group == live else 0} for group in groups]
    actions = json.dumps([{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}])
    return f"aws elbv2 modify-rule --rule-arn {rule.arn} --actions '{actions}'"


def _describe(state: ServiceState) -> str:
    arn = state.blue.arn if state.blue else state.green.arn
    return f"aws ecs describe-service-revisions --service-revision-arns {arn}"


def _name(arn: str) -> str:
    """The name in a target group's ARN: `…:targetgroup/<name>/<id>`."""
    parts = arn.split("/")
    return parts[1] if len(parts) == len(("prefix", "name", "id")) else arn
