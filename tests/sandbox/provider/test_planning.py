"""Before anything is sent: names, defaults, refusals and differences."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.home import Home
from sandbox.provider.api import Cloud
from sandbox.provider.lifecycle import Lifecycle
from sandbox.provider.mapping import Name, Resource
from sandbox.provider.planning import DEFAULTS, Failure, Planner, automatic_name
from sandbox.provider.types.databases import INSTANCE
from sandbox.provider.types.functions import FUNCTION
from sandbox.provider.types.load_balancers import TARGET_GROUP
from sandbox.provider.types.network import SUBNET, VPC
from sandbox.provider.types.storage import BUCKET, LIFECYCLE, POLICY
from sandbox.provider.values import UNKNOWN

NETWORK = "vpc-0123456789abcdef0"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """A provider's view of a cloud that does not run: planning must not need one."""
    home = Home(tmp_path_factory.mktemp("none"))
    home.certificate_authority.parent.mkdir(parents=True)
    home.certificate_authority.touch()
    return Cloud(home)


class Plan:
    """Check and Diff of one type."""

    def __init__(self, cloud: Cloud, resource: Resource) -> None:
        self.planner = Planner(Lifecycle(resource, cloud))

    def check(self, old: Mapping[str, Any] | None = None, **new: Any) -> tuple[dict[str, Any], list[Failure]]:
        return self.planner.check("thing", b"seed", old or {}, new, {"Stack": "test"})

    def inputs(self, **new: Any) -> dict[str, Any]:
        inputs, failures = self.check(**new)
        assert not failures
        return inputs


def test_an_automatic_name_is_kept_from_one_run_to_the_next(cloud: Cloud) -> None:
    plan = Plan(cloud, BUCKET)
    first = plan.inputs()
    again, _ = plan.planner.check("thing", b"another seed", first, {}, {})
    assert again["bucket"] == first["bucket"]
    assert first["bucket"].startswith("thing-")


@given(
    st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,80}", fullmatch=True), st.binary(min_size=1, max_size=8), st.integers(12, 63)
)
def test_automatic_names_stay_within_their_limit_and_end_in_seven_digits(name: str, seed: bytes, limit: int) -> None:
    made = automatic_name(Name(limit=limit, lower=True), name, seed)
    assert len(made) <= limit
    assert made == made.lower()
    assert len(made.rsplit("-", 1)[1]) == 7


def test_the_official_defaults_are_filled_in(cloud: Cloud) -> None:
    inputs = Plan(cloud, VPC).inputs(cidrBlock="10.0.0.0/16")
    assert inputs["enableDnsSupport"] is True
    assert "enableDnsSupport" in inputs[DEFAULTS]


def test_default_tags_go_under_the_resources_own(cloud: Cloud) -> None:
    inputs = Plan(cloud, VPC).inputs(cidrBlock="10.0.0.0/16", tags={"Name": "vpc", "Stack": "own"})
    assert inputs["tags"] == {"Stack": "own", "Name": "vpc"}


def test_a_property_without_a_mapping_is_an_error_that_names_it(cloud: Cloud) -> None:
    _, failures = Plan(cloud, VPC).check(cidrBlock="10.0.0.0/16", ipv6IpamPoolId="ipam-pool-1", nonsense=1)
    assert {failure.property for failure in failures} == {"ipv6IpamPoolId", "nonsense"}
    assert all("aws:ec2/vpc:Vpc" in failure.reason for failure in failures)


def test_a_nested_property_without_a_mapping_is_an_error_that_names_it(cloud: Cloud) -> None:
    rules = [{"id": "all", "status": "Enabled", "filter": {"prefix": "a/"}, "expiration": {"dayz": 3}}]
    _, failures = Plan(cloud, LIFECYCLE).check(bucket="a-bucket", rules=rules)
    assert [failure.property for failure in failures] == ["rules"]
    assert "rules.expiration.dayz" in failures[0].reason


def test_what_aws_would_refuse_is_refused_in_the_preview_all_at_once(cloud: Cloud) -> None:
    _, failures = Plan(cloud, INSTANCE).check(
        identifier="primary", instanceClass="db.banana.7xl", engine="postgres", engineVersion="99.1", allocatedStorage=20,
        storageType="gp9", username="jobr", password=UNKNOWN, skipFinalSnapshot=True,
    )  # fmt: skip
    reasons = "\n".join(failure.reason for failure in failures)
    for value in ("db.banana.7xl", "99.1", "gp9"):
        assert value in reasons


def test_unknown_values_are_accepted_anywhere_in_a_preview(cloud: Cloud) -> None:
    inputs = Plan(cloud, TARGET_GROUP).inputs(
        port=5000, protocol="HTTP", vpcId=UNKNOWN, targetType="ip", healthCheck={"path": UNKNOWN, "matcher": "200"}
    )
    assert inputs["vpcId"] is UNKNOWN or type(inputs["vpcId"]) is type(UNKNOWN)


def test_nothing_differs_between_a_program_and_itself(cloud: Cloud) -> None:
    plan = Plan(cloud, SUBNET)
    inputs = plan.inputs(vpcId=NETWORK, cidrBlock="10.0.0.0/24", availabilityZone="us-east-1a")
    assert plan.planner.diff(inputs, inputs, {}).changed == set()


def test_a_property_that_the_official_provider_replaces_on_replaces(cloud: Cloud) -> None:
    plan = Plan(cloud, SUBNET)
    old = plan.inputs(vpcId=NETWORK, cidrBlock="10.0.0.0/24", availabilityZone="us-east-1a", mapPublicIpOnLaunch=False)
    new = plan.inputs(vpcId=NETWORK, cidrBlock="10.0.1.0/24", availabilityZone="us-east-1a", mapPublicIpOnLaunch=True)
    found = plan.planner.diff(old, new, {})
    assert found.changed == {"cidrBlock", "mapPublicIpOnLaunch"}
    assert found.replaces == {"cidrBlock"}


def test_a_resource_with_a_name_of_its_own_goes_before_its_replacement_comes(cloud: Cloud) -> None:
    plan = Plan(cloud, TARGET_GROUP)
    given = {"port": 5000, "protocol": "HTTP", "vpcId": NETWORK, "targetType": "ip"}
    named = plan.planner.diff(
        plan.inputs(name="fixed", **given), plan.inputs(name="fixed", **{**given, "port": 80}), {}
    )
    automatic = plan.inputs(**given)
    unnamed = plan.planner.diff(automatic, {**automatic, "port": 80}, {})
    assert named.delete_first
    assert not unnamed.delete_first


def test_a_policy_written_in_another_order_is_no_change(cloud: Cloud) -> None:
    plan = Plan(cloud, POLICY)
    statement = '{"Effect":"Deny","Principal":"*","Action":["s3:*"],"Resource":["arn:aws:s3:::a-bucket/*"]}'
    other = '{"Action":"s3:*","Resource":"arn:aws:s3:::a-bucket/*","Principal":"*","Effect":"Deny"}'
    old = {"bucket": "a-bucket", "policy": f'{{"Version":"2012-10-17","Statement":[{statement}]}}'}
    new = {"bucket": "a-bucket", "policy": f'{{"Statement":{other},"Version":"2012-10-17"}}'}
    assert plan.planner.diff(old, new, {}).changed == set()


def test_a_nested_set_written_in_another_order_is_no_change_and_another_item_is_one(cloud: Cloud) -> None:
    plan = Plan(cloud, FUNCTION)
    one, other, changed = (
        {"vpcConfig": {"subnetIds": subnets, "securityGroupIds": ["sg-1"]}}
        for subnets in (["subnet-1", "subnet-2"], ["subnet-2", "subnet-1"], ["subnet-2", "subnet-3"])
    )
    assert plan.planner.diff(one, other, {}).changed == set()
    assert plan.planner.diff(one, changed, {}).changed == {"vpcConfig"}


def test_a_nested_list_written_in_another_order_is_a_change(cloud: Cloud) -> None:
    plan = Plan(cloud, FUNCTION)
    one, other = ({"imageConfig": {"commands": commands}} for commands in (["a", "b"], ["b", "a"]))
    assert plan.planner.diff(one, other, {}).changed == {"imageConfig"}


def test_a_computed_property_that_the_program_stops_giving_keeps_the_clouds_value(cloud: Cloud) -> None:
    plan = Plan(cloud, INSTANCE)
    assert plan.planner.diff({"backupWindow": "03:00-04:00"}, {}, {}).changed == set()
    assert plan.planner.diff({"deletionProtection": True}, {}, {}).changed == {"deletionProtection"}


def test_no_planning_needs_a_running_cloud(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.certificate_authority.parent.mkdir(parents=True)
    home.certificate_authority.touch()
    inputs, failures = Planner(Lifecycle(VPC, Cloud(home))).check("v", b"s", {}, {"cidrBlock": "10.0.0.0/16"}, {})
    assert inputs["cidrBlock"] == "10.0.0.0/16"
    assert not failures
