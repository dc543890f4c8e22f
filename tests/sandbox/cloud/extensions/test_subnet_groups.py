"""A DB subnet group is still there after it was changed."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


def test_a_changed_subnet_group_stays_with_its_new_subnets_and_description(aws: Callable[[str], Any]) -> None:
    ec2, rds = aws("ec2"), aws("rds")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:3]
    name = f"subnets-{uuid4().hex[:8]}"
    rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription="first", SubnetIds=subnets[:2])
    rds.modify_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription="second", SubnetIds=subnets)
    found = rds.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"][0]
    assert found["DBSubnetGroupDescription"] == "second"
    assert {subnet["SubnetIdentifier"] for subnet in found["Subnets"]} == set(subnets)


def test_a_group_that_does_not_exist_cannot_be_changed(aws: Callable[[str], Any]) -> None:
    subnet = aws("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    with pytest.raises(ClientError, match="DBSubnetGroupNotFound"):
        aws("rds").modify_db_subnet_group(DBSubnetGroupName="none", SubnetIds=[subnet])
