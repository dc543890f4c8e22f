import pytest

from sandbox.provider.registry import Registry, UnknownTypeError
from sandbox.provider.types import account
from tests.sandbox.provider.types.harness import RecordingCloud


@pytest.fixture
def registry(cloud: RecordingCloud) -> Registry:
    return Registry(cloud, (), account.LOOKUPS, {})


def test_the_caller_is_in_the_embedded_account(registry: Registry) -> None:
    answer = registry.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert answer["accountId"] == answer["id"] == "123456789012"
    assert answer["arn"].startswith("arn:aws:sts::123456789012:")
    assert answer["userId"]


def test_the_region_is_the_one_that_the_stack_names(registry: Registry) -> None:
    answer = registry.invoke("aws:index/getRegion:getRegion", {})
    assert answer["region"] == answer["name"] == answer["id"] == "us-east-1"
    assert answer["endpoint"] == "ec2.us-east-1.amazonaws.com"


def test_the_zones_are_the_regions_available_ones(registry: Registry) -> None:
    answer = registry.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {"state": "available"})
    assert answer["names"][:3] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert len(answer["zoneIds"]) == len(answer["names"])
    assert answer["id"] == "us-east-1"


def test_the_partition_is_the_commercial_one(registry: Registry) -> None:
    answer = registry.invoke("aws:index/getPartition:getPartition", {})
    assert answer["partition"] == "aws"
    assert answer["dnsSuffix"] == "amazonaws.com"


def test_an_argument_without_a_mapping_is_refused_by_its_name(registry: Registry) -> None:
    with pytest.raises(UnknownTypeError, match="excludeNames"):
        registry.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {"excludeNames": ["us-east-1a"]})


def test_a_function_without_a_mapping_is_refused_by_its_name(registry: Registry) -> None:
    with pytest.raises(UnknownTypeError, match="getBanana"):
        registry.invoke("aws:index/getBanana:getBanana", {})
