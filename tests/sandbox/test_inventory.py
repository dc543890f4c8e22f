from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import inventory
from sandbox.cloud import control
from sandbox.home import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    found = Home(tmp_path_factory.mktemp("inventory"))
    cloud = control.start(found)
    inventory.remember_baseline(found, cloud.boot_id or "")
    yield found
    control.stop(found)


def remaining(home: Home) -> dict[str, list[str]]:
    return {kind: ids for kind, ids in inventory.left(home).items() if ids}


def test_what_every_account_has_is_no_remainder(home: Home) -> None:
    assert inventory.count(home)["VPCs"], "a fresh account has a default VPC"
    assert remaining(home) == {}


def test_a_thing_is_counted_until_it_is_gone(home: Home) -> None:
    ec2 = inventory.client(home, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    left = remaining(home)
    assert left["VPCs"] == [vpc]
    assert left["route tables"], "the VPC's own route table counts, too"
    ec2.delete_vpc(VpcId=vpc)
    assert remaining(home) == {}


def test_every_page_of_a_long_list_is_counted(home: Home) -> None:
    logs = inventory.client(home, "logs")
    names = sorted(f"group-{i:03}" for i in range(60))
    for name in names:
        logs.create_log_group(logGroupName=name)
    assert remaining(home)["log groups"] == names
    for name in names:
        logs.delete_log_group(logGroupName=name)
    assert remaining(home) == {}


def test_services_of_a_cluster_are_counted(home: Home) -> None:
    ecs = inventory.client(home, "ecs")
    ecs.create_cluster(clusterName="c")
    task = ecs.register_task_definition(family="f", containerDefinitions=[{"name": "n", "image": "i", "memory": 64}])
    ecs.create_service(cluster="c", serviceName="s", taskDefinition="f", desiredCount=0)
    left = remaining(home)
    assert len(left["container services"]) == len(left["container clusters"]) == 1
    ecs.delete_service(cluster="c", service="s", force=True)
    ecs.delete_cluster(cluster="c")
    ecs.deregister_task_definition(taskDefinition=task["taskDefinition"]["taskDefinitionArn"])
    assert remaining(home) == {}


def test_schedules_are_named_with_their_group(home: Home) -> None:
    scheduler = inventory.client(home, "scheduler")
    target = {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f", "RoleArn": "arn:aws:iam::123456789012:role/r"}
    scheduler.create_schedule(
        Name="nightly", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    assert remaining(home)["schedules"] == ["default/nightly"]
    scheduler.delete_schedule(Name="nightly")


def test_keys_and_secrets_that_wait_for_deletion_are_told_as_such(home: Home) -> None:
    kms, secrets = inventory.client(home, "kms"), inventory.client(home, "secretsmanager")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secrets.create_secret(Name="s", SecretString="x")
    assert remaining(home) == {"keys": [key], "secrets": ["s"]}
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    secrets.delete_secret(SecretId="s")
    left = remaining(home)
    assert left == {inventory.WAITING_KEYS: [key], inventory.WAITING_SECRETS: ["s"]}
    assert set(left) <= inventory.WAITING


def test_the_baseline_is_taken_once_for_each_start(tmp_path: Path) -> None:
    elsewhere, counts = Home(tmp_path), iter([{"VPCs": ["a"]}, {"VPCs": ["b"]}])
    for boot_id in ("one", "one", "two"):
        inventory.remember_baseline(elsewhere, boot_id, lambda _: next(counts))
    assert next(counts, None) is None
