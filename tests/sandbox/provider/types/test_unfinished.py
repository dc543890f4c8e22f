"""A creation that failed half-way: the next deployment writes what was not written, and a refresh agrees with it."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.provider.api import CloudError
from sandbox.provider.state import UnfinishedError
from tests.sandbox.provider.types.harness import Bench
from tests.sandbox.provider.types.surroundings import new_vpc

TAGS = {"Name": "finished"}
# The type, its inputs, the call that fails at first, and the property that this call writes.
Late = tuple[str, Callable[[Bench], dict[str, Any]], str, str]
LATE: list[Late] = [
    (
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        lambda bench: {"vpcId": new_vpc(bench), "tags": TAGS},
        "create_tags",
        "tags",
    ),
    (
        "aws:s3/bucket:Bucket",
        lambda bench: {"bucket": bench.unique("bucket"), "tags": TAGS},
        "put_bucket_tagging",
        "tags",
    ),
    (
        "aws:ec2/vpc:Vpc",
        lambda _: {"cidrBlock": "10.93.0.0/16", "enableDnsHostnames": True, "tags": TAGS},
        "modify_vpc_attribute",
        "enableDnsHostnames",
    ),
]


@pytest.mark.parametrize("late", LATE, ids=[late[0] for late in LATE])
def test_what_a_failed_creation_left_out_is_written_by_the_next_deployment(
    late: Late, bench_of: Callable[[str], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    token, given, call, property_ = late
    bench = bench_of(token)
    inputs = given(bench)
    with monkeypatch.context() as patch:
        patch.setattr(bench.cloud, "call", _without(bench, call))
        with pytest.raises(UnfinishedError, match="not now") as failure:
            bench.create(inputs)
    unfinished = failure.value.state
    bench.made.append(unfinished)
    assert bench.diff(unfinished, inputs).changed >= {property_}
    assert not bench.diff(unfinished, inputs).replaces
    finished = bench.update(unfinished, inputs)
    after = bench.read(finished)
    assert after is not None
    assert after.inputs[property_] == inputs[property_]
    assert not bench.planner.diff(after.inputs, finished.inputs, after.outputs).changed


def _without(bench: Bench, call: str) -> Callable[[str, str, dict[str, Any]], dict[str, Any]]:
    works = bench.cloud.call

    def fails(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if operation == call:
            raise CloudError(operation, "InternalError", "not now")
        return works(service, operation, params)

    return fails
