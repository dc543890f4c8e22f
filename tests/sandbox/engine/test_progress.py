from typing import Any

import pytest
from pulumi.automation import EngineEvent

from sandbox.engine.progress import Finding, Progress, Step


def urn(name: str) -> str:
    return f"urn:pulumi:dev::jobr::aws:ec2/vpc:Vpc::{name}"


def step(op: str, name: str, *, custom: bool = True, **more: Any) -> dict[str, Any]:
    state = {"urn": urn(name), "type": "aws:ec2/vpc:Vpc", "custom": custom}
    return {"metadata": {"op": op, "urn": urn(name), "type": "aws:ec2/vpc:Vpc", "new": state, **more}}


def fold(progress: Progress, *events: dict[str, Any]) -> Progress:
    for event in events:
        progress(EngineEvent.from_json(event))
    return progress


def pre(op: str, name: str, **more: Any) -> dict[str, Any]:
    return {"resourcePreEvent": step(op, name, **more)}


def post(op: str, name: str, **more: Any) -> dict[str, Any]:
    return {"resOutputsEvent": step(op, name, **more)}


def diagnostic(message: str, severity: str = "error", **more: Any) -> dict[str, Any]:
    return {"diagnosticEvent": {"message": message, "severity": severity, **more}}


def test_a_resource_is_in_work_from_its_beginning_to_its_outputs() -> None:
    progress = fold(Progress("t"), pre("create", "a"), pre("create", "b"), post("create", "a"))
    assert [entry[:2] for entry in progress.working()] == [(urn("b"), "create")]
    assert progress.done == {"created": 1}


def test_a_component_is_done_at_once_and_counted_once() -> None:
    # A refresh ends a component by another operation than it began it with.
    progress = fold(Progress("t"), pre("refresh", "c", custom=False), post("same", "c", custom=False))
    assert progress.working() == []
    assert progress.done == {"read back": 1}


def test_a_replacement_counts_once_although_it_has_three_steps() -> None:
    ops = ("create-replacement", "replace", "delete-replaced")
    progress = fold(Progress("t"), *(event for op in ops for event in (pre(op, "a"), post(op, "a"))))
    assert progress.done == {"replaced": 1}


def test_what_does_not_change_is_counted_and_is_no_step() -> None:
    progress = fold(Progress("t"), pre("same", "a"), post("same", "a"))
    assert progress.done == {"unchanged": 1}
    assert progress.steps == []


def test_a_change_names_the_properties_that_make_it_necessary() -> None:
    diff = {"tags.Owner": {"diffKind": "update"}, "enableDnsSupport": {"diffKind": "add"}}
    progress = fold(Progress("t"), post("update", "a", detailedDiff=diff))
    assert progress.steps == [Step("updated", urn("a"), ("enableDnsSupport", "tags.Owner"))]


def test_a_failed_resource_is_no_longer_in_work() -> None:
    failed = {"resOpFailedEvent": {**step("create", "a"), "status": 1, "steps": 1}}
    progress = fold(Progress("t"), pre("create", "a"), failed)
    assert progress.failed == [urn("a")]
    assert progress.working() == []
    assert progress.finished == 0


def test_a_diagnostic_is_kept_whole_once_and_without_colour_directives() -> None:
    event = diagnostic("<{%fg 1%}>first\nsecond<{%reset%}>\n", urn=urn("a"))
    assert fold(Progress("t"), event, event).errors == [Finding(urn("a"), "error", "first\nsecond")]


@pytest.mark.parametrize(
    "event",
    [
        diagnostic("registering", "debug"),
        diagnostic("in a moment", "info", ephemeral=True),
        diagnostic("update failed"),
        diagnostic("<{%reset%}>"),
        diagnostic("using pulumi-resource-aws from $PATH at /home/bin/pulumi-resource-aws", "warning"),
    ],
)
def test_what_tells_a_person_nothing_is_dropped(event: dict[str, Any]) -> None:
    assert fold(Progress("t"), event).findings == []


def test_the_value_of_a_refused_property_may_be_secret_and_is_not_kept() -> None:
    refused = (
        "aws:rds/instance:Instance resource 'db': property password value {{hunter2\n}} has a problem: is too short"
    )
    assert [f.text for f in fold(Progress("t"), diagnostic(refused)).errors] == ["password: is too short"]
    whole = "aws:rds/instance:Instance resource 'db' has a problem: needs a class"
    assert [f.text for f in fold(Progress("t"), diagnostic(whole)).errors] == ["needs a class"]


@pytest.mark.parametrize(("level", "severity"), [("mandatory", "error"), ("advisory", "warning")])
def test_a_policy_violation_names_its_policy(level: str, severity: str) -> None:
    violation = {
        "message": "no",
        "policyName": "p",
        "policyPackName": "pack",
        "enforcementLevel": level,
        "resourceUrn": urn("a"),
    }
    [finding] = fold(Progress("t"), {"policyEvent": violation}).findings
    assert finding == Finding(urn("a"), severity, "no", "pack/p")


def test_the_summary_tells_the_changes_in_a_persons_words() -> None:
    changes = {"create": 2, "same": 5, "replace": 1, "create-replacement": 1, "delete-replaced": 1}
    progress = fold(Progress("t"), {"summaryEvent": {"durationSeconds": 7, "resourceChanges": changes}})
    assert progress.planned == {"created": 2, "unchanged": 5, "replaced": 1}
    assert progress.changes == 3
    assert progress.seconds == 7
