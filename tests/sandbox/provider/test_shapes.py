"""Properties become members and come back, whatever the two sides call them."""

from typing import Any

import boto3
import pytest
from botocore.model import StructureShape
from hypothesis import given
from hypothesis import strategies as st

from sandbox.provider import shapes
from sandbox.provider.checks import Unknown
from sandbox.provider.mapping import FLAT, Convert
from sandbox.provider.values import UNKNOWN, decode, encode, has_unknown


def shape(service: str, operation: str) -> StructureShape:
    make: Any = boto3.client  # the stubs want each service's name as a literal
    client = make(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    found = client.meta.service_model.operation_model(operation).input_shape
    assert isinstance(found, StructureShape)
    return found


def placed(operation: str, service: str, rename: dict[str, str | Convert], **properties: object) -> dict[str, object]:
    built: dict[str, object] = {}
    for name, value in properties.items():
        shapes.place(built, shape(service, operation), value, rename, name)
    return built


def test_a_property_meets_the_member_of_the_same_name_whatever_its_case() -> None:
    assert placed("CreateVpc", "ec2", {}, cidrBlock="10.0.0.0/16") == {"CidrBlock": "10.0.0.0/16"}
    assert placed("CreateService", "ecs", {}, enableEcsManagedTags=True) == {"enableECSManagedTags": True}


def test_a_single_block_becomes_a_list_where_the_api_wants_one() -> None:
    built = placed("CreateService", "ecs", {}, loadBalancers={"containerName": "app", "containerPort": 5000})
    assert built == {"loadBalancers": [{"containerName": "app", "containerPort": 5000}]}


def test_a_list_of_one_becomes_a_structure_where_the_api_wants_one_and_more_are_refused() -> None:
    rename: dict[str, str | Convert] = {}
    one = placed("CreateService", "ecs", rename, deploymentConfiguration=[{"strategy": "ROLLING"}])
    assert one == {"deploymentConfiguration": {"strategy": "ROLLING"}}
    with pytest.raises(shapes.UnmappedError, match="one block, not 2"):
        placed("CreateService", "ecs", rename, deploymentConfiguration=[{"strategy": "ROLLING"}, {}])


def test_a_rename_may_lead_deeper_and_two_properties_may_share_a_structure_in_any_order() -> None:
    rename: dict[str, str | Convert] = {"alarms": "deploymentConfiguration.alarms"}
    alarms = {"alarmNames": ["a"], "enable": True, "rollback": True}
    first = placed("CreateService", "ecs", rename, alarms=alarms, deploymentConfiguration={"strategy": "ROLLING"})
    last = placed("CreateService", "ecs", rename, deploymentConfiguration={"strategy": "ROLLING"}, alarms=alarms)
    assert first == last == {"deploymentConfiguration": {"strategy": "ROLLING", "alarms": alarms}}


def test_the_properties_of_a_flat_block_are_members_of_the_level_above() -> None:
    rename: dict[str, str | Convert] = {"healthCheck": FLAT, "healthCheck.matcher": "Matcher.HttpCode"}
    rename["healthCheck.path"] = "HealthCheckPath"
    built = placed("CreateTargetGroup", "elbv2", rename, healthCheck={"path": "/ready", "matcher": "200"})
    assert built == {"HealthCheckPath": "/ready", "Matcher": {"HttpCode": "200"}}
    assert shapes.gathered(built, rename, "healthCheck") == {"path": "/ready", "matcher": "200"}


def test_texts_and_numbers_take_the_form_of_the_api() -> None:
    built = placed("CreateService", "ecs", {}, deploymentConfiguration={"bakeTimeInMinutes": "10"}, desiredCount=2.0)
    assert built == {"deploymentConfiguration": {"bakeTimeInMinutes": 10}, "desiredCount": 2}
    assert placed("RegisterTaskDefinition", "ecs", {}, cpu=1024) == {"cpu": "1024"}


def test_a_nested_property_without_a_member_is_an_error_that_names_it() -> None:
    with pytest.raises(shapes.UnmappedError, match=r"deploymentConfiguration\.stratergy has no member"):
        placed("CreateService", "ecs", {}, deploymentConfiguration={"stratergy": "ROLLING"})


def test_an_unknown_value_passes_through_unconverted() -> None:
    rename: dict[str, str | Convert] = {"subnets": Convert("Subnets", len, len)}
    assert isinstance(placed("CreateLoadBalancer", "elbv2", rename, subnets=UNKNOWN)["Subnets"], Unknown)


def test_reading_back_keeps_the_programs_form_and_ignores_what_it_did_not_give() -> None:
    found = {"Path": "/ready", "Interval": 30, "Extra": True}
    assert shapes.project({"path": "/ready", "interval": "30"}, found, {}, "check") == {
        "path": "/ready",
        "interval": "30",
    }


def test_reading_back_shows_what_differs() -> None:
    assert shapes.project({"path": "/ready"}, {"Path": "/live"}, {}, "check") == {"path": "/live"}
    assert shapes.project(["a"], ["a", "b"], {}, "names") == ["a", "b"]
    assert shapes.project(True, None, {}, "flag") is None


def test_what_the_api_leaves_out_equals_false_zero_and_empty() -> None:
    nothings: tuple[Any, ...] = (False, 0, "", [], {})
    for nothing in nothings:
        assert shapes.project(nothing, None, {}, "any") == nothing


@pytest.mark.parametrize(
    ("member", "property_name"),
    [
        ("KMSMasterKeyID", "kmsMasterKeyId"),
        ("SSEAlgorithm", "sseAlgorithm"),
        ("ID", "id"),
        ("VpcId", "vpcId"),
        ("Ipv6CidrBlock", "ipv6CidrBlock"),
    ],
)
def test_members_are_spelled_as_pulumi_spells_them(member: str, property_name: str) -> None:
    assert shapes.spelled(member) == property_name


def test_a_set_comes_back_in_the_programs_order_however_deep_it_lies() -> None:
    given = {"subnets": ["b", "a"], "ports": [2, 1]}
    found = {"Subnets": ["a", "b"], "Ports": [1, 2]}
    seen = shapes.project(given, found, {}, "network", unordered=("network.subnets",))
    assert seen == {"subnets": ["b", "a"], "ports": [1, 2]}


def test_what_a_set_gained_and_lost_is_shown_without_moving_the_rest() -> None:
    def seen(given: list[str], found: list[str]) -> Any:
        return shapes.project(given, found, {}, "names", unordered=("names",))

    assert seen(["a", "b", "c"], ["c", "x", "b"]) == ["x", "b", "c"]
    assert seen(["b", "a"], ["a", "b", "c"]) == ["b", "a", "c"]
    assert seen(["a", "b", "c"], ["c", "a"]) == ["a", "c"]


def test_blocks_of_a_set_meet_their_counterparts_under_the_apis_names() -> None:
    given = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]
    found = [{"Name": "b", "Port": 2, "Extra": 1}, {"Name": "a", "Port": 1}]
    assert shapes.project(given, found, {}, "targets", unordered=("targets",)) == given
    assert shapes.project(given, found, {}, "targets")[0] == {"name": "b", "port": 2}


def test_sets_inside_the_blocks_of_a_list_have_paths_without_indices() -> None:
    given = [{"stages": ["x", "y"]}, {"stages": ["z", "y"]}]
    found = [{"Stages": ["y", "x"]}, {"Stages": ["y", "z"]}]
    assert shapes.project(given, found, {}, "hooks", unordered=("hooks.stages",)) == given


trees = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), trees, max_size=4))
def test_values_survive_the_wire(values: dict[str, object]) -> None:
    decoded = decode(encode(values))
    assert has_unknown(decoded) == has_unknown(values)
    if not has_unknown(values):
        assert decoded == values


@given(st.dictionaries(st.text(max_size=5), st.integers(), max_size=8))
def test_keys_come_off_the_wire_in_one_order_whatever_order_they_had(values: dict[str, int]) -> None:
    assert list(decode(encode(values))) == sorted(values)
