from collections import Counter
from collections.abc import Iterable

import pytest

from policy.catalogue import POLICIES
from policy.model import Finding, Standard
from tests.policy.fixtures import FAILING, PASSING
from tests.policy.fixtures.example import Example, resources

CONTROLS = {control.id: control for policy in POLICIES for control in policy.controls}


def findings(examples: Iterable[Example], environment: str = "production") -> list[Finding]:
    stack = resources(examples, environment)
    return [finding for policy in POLICIES for finding in policy.check(stack)]


def pairs(found: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(finding.resource.name, finding.control.id) for finding in found}


def test_what_keeps_to_the_policies_passes_in_production() -> None:
    assert pairs(findings(PASSING)) == set()


def test_every_failing_example_breaks_its_controls_and_no_other() -> None:
    expected = {(example.name, control) for example in FAILING for control in example.breaks}
    assert pairs(findings(FAILING)) == expected


def test_every_control_of_every_policy_has_an_example_that_breaks_it() -> None:
    assert {control for example in FAILING for control in example.breaks} == set(CONTROLS)


def test_a_policy_reports_the_controls_that_it_names_and_no_other() -> None:
    stack = resources(FAILING)
    for policy in POLICIES:
        assert {finding.control for finding in policy.check(stack)} == set(policy.controls), policy.name


def test_a_control_belongs_to_one_policy() -> None:
    doubled = [id_ for id_, count in Counter(c.id for p in POLICIES for c in p.controls).items() if count > 1]
    assert doubled == []


def test_every_policy_judges_either_each_resource_or_all_together() -> None:
    assert [policy.name for policy in POLICIES if bool(policy.each) == bool(policy.whole)] == []


def test_a_rule_of_the_house_has_its_reason_and_a_control_of_aws_its_page() -> None:
    for control in CONTROLS.values():
        house = control.standard is Standard.HOUSE
        assert control.id.startswith("House.") is house
        assert control.source.startswith("https://docs.aws.amazon.com/") is not house
        assert control.source


@pytest.mark.parametrize(
    "control",
    [
        *("RDS.5", "RDS.8", "RDS.11", "House.final-snapshot", "RDS.20", "RDS.21", "ELB.6"),
        *("EFS.7", "EC2.55", "EC2.56", "CloudWatch.16", "House.secrets-can-be-restored", "House.not-emptied"),
    ],
)
def test_what_production_alone_must_have_is_not_asked_of_a_disposable_stack(control: str) -> None:
    assert control not in {finding.control.id for finding in findings(FAILING, "development")}


def test_all_else_is_asked_of_every_stack() -> None:
    lenient = set(CONTROLS) - {finding.control.id for finding in findings(FAILING, "development")}
    assert len(lenient) == 13


def test_no_message_repeats_the_value_of_a_variable() -> None:
    assert not [finding for finding in findings(FAILING) if "planted" in str(finding)]
