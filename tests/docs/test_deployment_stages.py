"""docs/deployment-stages.toml is true of the API's model and of pulumi_aws as they are installed, whole, and every entry of it is cited."""

import inspect
import re
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import botocore.session
import pulumi_aws as aws
import pytest
from botocore.model import ServiceModel, Shape, StructureShape
from policy_sentry.querying.actions import get_action_data

from tools.documents.stages import entries, facts

TABLE = facts()
STAGES: dict[str, dict[str, Any]] = TABLE["stages"]
ENTRIES = dict(entries(TABLE))
EVERYTHING = 100
HOOK = aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgs


@cache
def model(service: str = "ecs") -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def member(path: str) -> Shape:
    """The shape of `Structure.member.member`. Raises KeyError where there is none."""
    name, *members = path.split(".")
    shape = model().shape_for(name)
    for step in members:
        assert isinstance(shape, StructureShape), path
        shape = shape.members[step]
    return shape


def enum(name: str) -> list[str]:
    return list(model().shape_for(name).metadata["enum"])


def _is_in_the_model(source: str) -> bool:
    service, _, path = source.removeprefix("botocore:").rpartition("/")
    name, _, attribute = path.partition(".")
    try:
        shape = model(service or "ecs").shape_for(name)
    except botocore.model.NoShapeFoundError:
        return False
    return not attribute or (isinstance(shape, StructureShape) and attribute in shape.members)


def test_every_entry_names_sources_that_exist() -> None:
    assert len(ENTRIES) > 100
    unknown = [
        (name, source)
        for name, entry in ENTRIES.items()
        for source in entry.get("sources") or ["none at all"]
        if source not in TABLE["sources"] and not (source.startswith("botocore:") and _is_in_the_model(source))
    ]
    assert unknown == []


def test_every_source_is_one_page_and_used() -> None:
    used = {source for entry in ENTRIES.values() for source in entry["sources"]}
    assert set(TABLE["sources"]) - used == set()
    urls = [source["url"] for source in TABLE["sources"].values()]
    assert len(set(urls)) == len(urls)
    assert [url for url in urls if not re.fullmatch(r"https://[a-z.]+/[\w./#-]+", url)] == []


def test_what_no_source_says_comes_with_an_assumption_and_with_what_makes_a_wrong_one_harmless() -> None:
    for name, entry in ENTRIES.items():
        assert {"assume", "safe"} & entry.keys() == ({"assume", "safe"} if entry.get("open") else set()), name
    assert sum(1 for entry in ENTRIES.values() if entry.get("open")) > 10


def test_the_table_was_read_against_the_versions_that_are_installed() -> None:
    installed = {package: version(package) for package in TABLE["versions"]}
    assert installed == TABLE["versions"], "read the models again, mend docs/deployment-stages.toml, then its versions"


def test_hooks_are_called_where_the_model_says_in_the_models_order() -> None:
    assert [name for name, stage in STAGES.items() if stage["hook"]] == enum("DeploymentLifecycleHookStage")


def test_the_stages_that_the_api_reports_are_the_models_in_its_order() -> None:
    assert [name for name, stage in STAGES.items() if stage["reported"]] == enum("ServiceDeploymentLifecycleStage")


def test_a_pause_stands_at_every_hook_but_those_that_the_model_excludes() -> None:
    note = member("DeploymentLifecycleHook.lifecycleStages").documentation.partition("<note>")[2]
    excluded = set(re.findall(r"<code>(\w+_TRAFFIC_SHIFT)</code>", note))
    assert len(excluded) == 2
    assert {name for name, stage in STAGES.items() if stage["pause"]} == set(
        enum("DeploymentLifecycleHookStage")
    ) - excluded
    assert {name for name, stage in STAGES.items() if stage["on_rollback"]} == excluded, (
        "AWS excludes them because they are walked again on the way back"
    )


def test_the_stages_walked_for_each_shift_are_those_of_which_the_model_says_so() -> None:
    sections = re.split(r"<li> <p>", member("DeploymentLifecycleHook.lifecycleStages").documentation)
    repeated = {section.split("</p>")[0] for section in sections if "traffic shift step" in section}
    assert {name for name, stage in STAGES.items() if stage["per_shift"]} == repeated


def test_strategies_and_their_parameters_are_the_models() -> None:
    assert set(TABLE["strategies"]) == set(enum("DeploymentStrategy"))
    for strategy in TABLE["strategies"].values():
        for parameter in strategy["parameters"]:
            member(f"DeploymentConfiguration.{parameter}")
        assert bool(strategy["stages"]) == strategy["hooks"]


@pytest.mark.parametrize("strategy", [name for name, entry in TABLE["strategies"].items() if entry["stages"]])
@pytest.mark.parametrize("kind", ["production", "test"])
def test_a_stage_begins_with_the_traffic_that_the_one_before_it_left(strategy: str, kind: str) -> None:
    path = TABLE["strategies"][strategy]["stages"]
    assert path == [name for name in STAGES if name in path], "in the order of the stages"
    repeated = [name for name in path if STAGES[name]["per_shift"]]
    end = path.index(repeated[-1]) + 1
    walked = [*path[: path.index(repeated[0])], *repeated, *repeated, *path[end:]]
    given, shifts, weights = 0, iter([10, EVERYTHING]), []
    for name in walked:
        before, after = (given if weight == "previous" else weight for weight in STAGES[name][kind])
        given = next(shifts) if after == "shift" else after
        weights.append((before, given))
    assert [(this, following) for this, following in pairwise(weights) if this[1] != following[0]] == []
    assert weights[0][0] == 0
    assert weights[-1][1] == EVERYTHING


def test_statuses_are_the_models_and_each_is_reached_and_left_as_the_table_says() -> None:
    statuses = TABLE["statuses"]
    assert set(statuses) == set(enum("ServiceDeploymentStatus"))
    reached = {"PENDING"} | {following for status in statuses.values() for following in status["next"]}
    assert reached == set(statuses)
    assert {name for name, status in statuses.items() if not status["next"]} == {
        "SUCCESSFUL",
        "STOPPED",
        "ROLLBACK_SUCCESSFUL",
        "ROLLBACK_FAILED",
    }


def _leaves(name: str) -> set[str]:
    shape = model().shape_for(name)
    assert isinstance(shape, StructureShape)
    return {
        f"{key}.{leaf}" if leaf else key
        for key, value in shape.members.items()
        for leaf in (
            value.members if isinstance(value, StructureShape) and not value.metadata.get("document") else [""]
        )
    }


def test_a_hook_is_declared_by_the_members_and_values_of_the_model() -> None:
    assert set(TABLE["configuration"]) == _leaves("DeploymentLifecycleHook")
    for name, entry in TABLE["configuration"].items():
        assert set(entry["values"]) == set(member(f"DeploymentLifecycleHook.{name}").metadata.get("enum", [])), name


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def test_pulumi_aws_declares_a_hook_by_the_same_members() -> None:
    declared = {_snake(name.partition(".")[0]) for name in TABLE["configuration"]}
    assert set(inspect.signature(HOOK.__init__).parameters) - {"__self__"} == declared
    timeout = {_snake(name.partition(".")[2]) for name in TABLE["configuration"] if "." in name}
    args = aws.ecs.ServiceDeploymentConfigurationLifecycleHookTimeoutConfigurationArgs
    assert set(inspect.signature(args.__init__).parameters) - {"__self__"} == timeout


def test_what_is_open_about_pulumi_aws_is_what_its_descriptions_say() -> None:
    said = inspect.getdoc(HOOK.__init__) or ""
    stages = set(re.findall(r"`([A-Z_]+)`", said.partition("lifecycle_stages:")[2].split("\n")[0]))
    hooks = {name for name, stage in STAGES.items() if stage["hook"]}
    assert hooks - stages == {"PRE_PRODUCTION_TRAFFIC_SHIFT"}, "facts.pre-production-through-pulumi is settled"
    assert "Only valid when `target_type` is `PAUSE`" in said, (
        "facts.timeout-of-a-lambda-hook-through-pulumi is settled"
    )


def test_the_limits_that_the_model_has_are_the_models() -> None:
    limits = {name: limit["value"] for name, limit in TABLE["limits"].items()}
    assert limits["pause-hook-timeout"] == model().shape_for("DeploymentLifecycleHookDuration").metadata["max"]
    minutes = member("DeploymentLifecycleHookTimeoutConfiguration.timeoutInMinutes")
    assert f"Default: {limits['lambda-hook-timeout']} " in minutes.documentation
    for bake in ["CanaryConfiguration.canaryBakeTimeInMinutes", "LinearConfiguration.stepBakeTimeInMinutes"]:
        assert f"0 to {limits['bake']} minutes" in member(bake).documentation


def test_ways_back_by_request_are_values_of_the_model() -> None:
    assert "ROLLBACK" in enum("StopServiceDeploymentStopType")
    assert "ROLLBACK" in enum("DeploymentLifecycleHookAction")
    assert {strategy for way in TABLE["rollbacks"].values() for strategy in way["strategies"]} == set(
        TABLE["strategies"]
    )


def test_what_the_api_is_said_to_show_are_members_of_its_answers() -> None:
    for name in TABLE["shown"]:
        member(name)
    hook = model().shape_for("DeploymentLifecycleHookDetail")
    assert isinstance(hook, StructureShape)
    said = TABLE["shown"]["ServiceDeployment.lifecycleHookDetails"]["what"]
    assert [key for key in hook.members if key not in said] == []


def test_every_permission_is_an_action_of_aws() -> None:
    for name, permission in TABLE["permissions"].items():
        for action in permission["actions"]:
            service, _, verb = action.partition(":")
            found = get_action_data(service, verb)
            # policy-sentry's data is older than the call that continues a pause; botocore's model has it.
            assert found or verb in model(service).operation_names, f"{name}: {action}"


def test_an_events_example_bears_one_of_its_names_and_knows_the_table() -> None:
    for kind, sent in TABLE["events"].items():
        assert sent["detail"]["eventName"] in sent["names"], kind
    hook = TABLE["events"]["ECS Hook State Change"]
    assert hook["detail"]["lifecycleStage"] in STAGES
    assert {name.removeprefix("HOOK_") for name in hook["names"]} == set(enum("DeploymentLifecycleHookStatus"))
