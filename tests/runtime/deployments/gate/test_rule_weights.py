import json
import shlex
from dataclasses import replace

import pytest

from runtime.common.aws import make_client
from runtime.deployments.gate import rule_weights
from runtime.deployments.service import Revision, Rule
from runtime.deployments.verdict import Level
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.deployment import BLUE, BLUE_GROUP, GREEN_GROUP, PRODUCTION_RULE
from tests.runtime.deployments.gate.stage import scene, single, state

OTHER = BLUE_GROUP.replace("jobr-blue", "somebody-elses")


def finding(weights: dict[str, int], blue: bool = True) -> tuple[Level, str, str]:
    service = state(blue)
    found = rule_weights.judged(service, Rule(PRODUCTION_RULE, weights))
    return found.outcome, found.message, found.mend


@pytest.mark.parametrize(
    "weights", [{BLUE_GROUP: 100, GREEN_GROUP: 0}, {BLUE_GROUP: 1}, {GREEN_GROUP: 0, BLUE_GROUP: 999}]
)
def test_everything_to_blue_is_as_it_must_be(weights: dict[str, int]) -> None:
    assert finding(weights) == (Level.OK, "All traffic goes to jobr-blue, blue's group.", "")


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (
            {BLUE_GROUP: 90, GREEN_GROUP: 10},
            "exactly one group must have traffic, but it forwards to: jobr-blue 90, jobr-green 10",
        ),
        ({BLUE_GROUP: 0, GREEN_GROUP: 100}, "everything goes to jobr-green, but the tasks of blue are in jobr-blue"),
        ({BLUE_GROUP: 0, GREEN_GROUP: 0}, "exactly one group must have traffic"),
        ({}, "it forwards to: nothing"),
        ({BLUE_GROUP: 100, OTHER: 0}, "it forwards to somebody-elses, which is none of the service's two groups"),
    ],
)
def test_weights_with_which_ecs_would_roll_back_are_told_with_the_command_that_mends_them(
    weights: dict[str, int], words: str
) -> None:
    outcome, message, mend = finding(weights)
    assert outcome is Level.FAIL
    assert words in message
    command = shlex.split(mend)
    assert command[:5] == ["aws", "elbv2", "modify-rule", "--rule-arn", PRODUCTION_RULE]
    (action,) = json.loads(command[6])
    groups = {group["TargetGroupArn"]: group["Weight"] for group in action["ForwardConfig"]["TargetGroups"]}
    assert groups == {BLUE_GROUP: 100, GREEN_GROUP: 0}
    # What the command would send is held to the service's own model.
    operation = make_client("elbv2", "us-east-1").meta.service_model.operation_model("ModifyRule")
    assert set(action) <= set(operation.input_shape.members["Actions"].member.members)


@pytest.mark.parametrize("group", [BLUE_GROUP, GREEN_GROUP])
def test_before_a_first_deployment_either_group_may_have_everything(group: str) -> None:
    other = GREEN_GROUP if group == BLUE_GROUP else BLUE_GROUP
    assert finding({group: 100, other: 0}, blue=False)[0] is Level.OK
    assert finding({group: 50, other: 50}, blue=False)[0] is Level.FAIL


def test_where_ecs_does_not_say_which_group_is_blues_that_is_a_warning() -> None:
    unresolved = replace(state(), blue=Revision(BLUE, "definition", "image", None, None))
    found = rule_weights.judged(unresolved, Rule(PRODUCTION_RULE, {BLUE_GROUP: 100}))
    assert found.outcome is Level.WARN
    assert found.mend == f"look at blue: aws ecs describe-service-revisions --service-revision-arns {BLUE}"
    assert rule_weights.judged(unresolved, Rule(PRODUCTION_RULE, {})).outcome is Level.FAIL


def test_the_weights_are_among_the_numbers(account: Account) -> None:
    service = state(production_rule=Rule(PRODUCTION_RULE, {BLUE_GROUP: 100, GREEN_GROUP: 0}))
    result = rule_weights.check(scene(account, service=service))
    assert result.numbers == {"weights of the production rule": {BLUE_GROUP: 100, GREEN_GROUP: 0}}
    assert single(rule_weights.check(scene(account))).outcome is Level.WARN, "a service without a rule has no weights"
