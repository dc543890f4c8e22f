"""DB subnet groups and parameter groups."""

from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from sandbox.provider.types.databases import PARAMETER_GROUP, SUBNET_GROUP
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import WholeContract, subnets

TAGS = {"Name": "a case"}
_SUBNETS = Call("describe_db_subnet_groups", {"DBSubnetGroupName": "{name}"}, at="DBSubnetGroups[0]")
_GROUP = Call("describe_db_parameter_groups", {"DBParameterGroupName": "{name}"}, at="DBParameterGroups[0]")
_VALUES = Call("describe_db_parameters", {"DBParameterGroupName": "{name}", "Source": "user"}, at="Parameters")
_TAGS = Call("list_tags_for_resource", {"ResourceName": "{arn}"}, at="TagList")
_STATIC = {"name": "max_connections", "value": "150", "applyMethod": "pending-reboot"}
_DYNAMIC = {"name": "log_min_duration_statement", "value": "1000", "applyMethod": "immediate"}


def _value(name: str) -> str:
    return f"[?ParameterName=='{name}'].ParameterValue | [0]"


def _tag_changes() -> tuple[Change, ...]:
    return (
        Change("tags", {"Name": "another", "Owner": "us"}, {"length(@)": 2}, look=_TAGS),
        Change("tags", None, {"@": []}, look=_TAGS),
    )


_RETAGGED = Drift(
    Call("add_tags_to_resource", {"ResourceName": "{arn}", "Tags": [{"Key": "Name", "Value": "by hand"}]}),
    "tags",
    {"Name": "by hand"},
)


def _subnet_group(bench: Bench) -> dict[str, Any]:
    return {"name": bench.unique("subnets"), "subnetIds": list(subnets(bench.cloud))[:2], "tags": TAGS}


def _parameter_group(bench: Bench) -> dict[str, Any]:
    return {"name": bench.unique("parameters"), "family": "postgres18", "parameters": [_STATIC, _DYNAMIC], "tags": TAGS}


class TestGroups(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:rds/subnetGroup:SubnetGroup",
            _subnet_group,
            _SUBNETS,
            {"DBSubnetGroupDescription": "Managed by Pulumi", "length(Subnets)": 2},
            outputs={"arn": "arn:aws:rds:us-east-1:123456789012:subgrp:{name}"},
            changes=(
                Change("description", "of the databases", {"DBSubnetGroupDescription": "of the databases"}),
                *_tag_changes(),
            ),
            replaces={"name": "another"},
            drift=(_RETAGGED,),
            vanish=Call("delete_db_subnet_group", {"DBSubnetGroupName": "{name}"}),
        ),
        Case(
            "aws:rds/parameterGroup:ParameterGroup",
            _parameter_group,
            _GROUP,
            {"DBParameterGroupFamily": "postgres18", "Description": "Managed by Pulumi"},
            outputs={"arn": "arn:aws:rds:us-east-1:123456789012:pg:{name}"},
            changes=(
                Change(
                    "parameters",
                    [_STATIC, {**_DYNAMIC, "value": "500"}],
                    {_value("log_min_duration_statement"): "500", _value("max_connections"): "150"},
                    look=_VALUES,
                ),
                Change(
                    "parameters",
                    [_STATIC],
                    {_value("log_min_duration_statement"): None, _value("max_connections"): "150"},
                    look=_VALUES,
                ),
                Change("parameters", None, {"@": []}, look=_VALUES),
                *_tag_changes(),
            ),
            replaces={"name": "another", "family": "postgres17", "description": "another"},
            drift=(
                Drift(
                    Call(
                        "modify_db_parameter_group",
                        {
                            "DBParameterGroupName": "{name}",
                            "Parameters": [
                                {
                                    "ParameterName": "log_min_duration_statement",
                                    "ParameterValue": "7",
                                    "ApplyMethod": "immediate",
                                }
                            ],
                        },
                    ),
                    "parameters",
                    [_STATIC, {**_DYNAMIC, "value": "7"}],
                ),
                _RETAGGED,
            ),
            vanish=Call("delete_db_parameter_group", {"DBParameterGroupName": "{name}"}),
        ),
    )

    def test_a_subnet_group_gets_another_subnet_and_its_order_means_nothing(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, SUBNET_GROUP)
        given = _subnet_group(bench)
        state = bench.create(given)
        assert not bench.diff(state, {**given, "subnetIds": given["subnetIds"][::-1]}).changed
        state = bench.update(state, {**given, "subnetIds": list(subnets(cloud))})
        found = bench.call(_SUBNETS, state)
        assert {subnet["SubnetIdentifier"] for subnet in found["Subnets"]} == set(subnets(cloud))
        bench.client("rds").modify_db_subnet_group(DBSubnetGroupName=state.id, SubnetIds=given["subnetIds"])
        read = bench.read(state)
        assert read is not None
        assert bench.planner.diff(read.inputs, state.inputs, read.outputs).changed == {"subnetIds"}
        bench.clean()

    def test_a_parameter_group_that_shall_outlive_its_resource_does(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, PARAMETER_GROUP)
        state = bench.create({**_parameter_group(bench), "skipDestroy": True})
        bench.delete(state)
        assert bench.call(_GROUP, state)["DBParameterGroupName"] == state.id
