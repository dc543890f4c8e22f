"""The whole program, run as Pulumi runs it, with what it registers recorded."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from infra.settings import SettingsError
from tests.infra.recording import (
    DEVELOPMENT,
    KEY_IN_BASE64,
    PRODUCTION,
    PROGRAM,
    Recorded,
    Recording,
    record,
    run_program,
)

# A component's type token stands in the URN of all that is in it: renaming one replaces a database.
COMPONENTS = {
    "jobr:application:Certificate",
    "jobr:application:Cluster",
    "jobr:application:ImageRepository",
    "jobr:application:Listeners",
    "jobr:application:Metrics",
    "jobr:application:Scaling",
    "jobr:application:Task",
    "jobr:application:LoadBalancer",
    "jobr:application:Service",
    "jobr:data:ApplicationSecrets",
    "jobr:data:Bucket",
    "jobr:data:DatabaseEvents",
    "jobr:data:DatabaseInstances",
    "jobr:data:DatabaseLogin",
    "jobr:data:DatabaseMonitoring",
    "jobr:data:DatabaseProxy",
    "jobr:data:DatabaseRoles",
    "jobr:data:Keys",
    "jobr:data:Postgres",
    "jobr:data:RecoveryRegion",
    "jobr:data:Replication",
    "jobr:data:StoredSecret",
    "jobr:data:Uploads",
    "jobr:network:FlowLogs",
    "jobr:network:InterfaceEndpoints",
    "jobr:network:SecurityGroups",
    "jobr:network:Vpc",
    "jobr:operations:Alarms",
    "jobr:operations:ArchiverTask",
    "jobr:operations:DatabaseBackup",
    "jobr:operations:Function",
    "jobr:operations:FunctionSchedule",
    "jobr:operations:Notifications",
    "jobr:operations:ReleaseAlarms",
    "jobr:operations:RuntimeImage",
    "jobr:operations:WalArchiver",
    "jobr:operations:Watch",
    "jobr:releases:DeploymentWatch",
    "jobr:releases:Gate",
    "jobr:releases:Hooks",
    "jobr:releases:Migrations",
    "jobr:releases:Outcome",
}
# Where Pulumi names a resource after its logical name, the longest name that AWS takes; it appends eight characters.
LONGEST_NAMES = {
    "aws:lb/loadBalancer:LoadBalancer": 32,
    "aws:lb/targetGroup:TargetGroup": 32,
    "aws:rds/instance:Instance": 63,
    "aws:s3/bucket:Bucket": 63,
    "aws:iam/role:Role": 64,
    "aws:lambda/function:Function": 64,
    "aws:cloudwatch/eventRule:EventRule": 64,
    "aws:scheduler/schedule:Schedule": 64,
}


def test_the_types_of_components_stay_as_they_are(development: Recording, production: Recording) -> None:
    every = [*development.resources, *production.resources]
    assert {resource.type for resource in every if resource.type.startswith("jobr:")} == COMPONENTS


def test_every_aws_resource_goes_through_a_provider_that_knows_its_account(stack: Recording) -> None:
    providers = {provider.name: provider.inputs for provider in stack.all("pulumi:providers:aws")}
    assert {inputs["allowedAccountIds"] for inputs in providers.values()} == {'["123456789012"]'}
    others = [r.name for r in stack.resources if r.type.startswith("aws:") and _provider_of(r) not in providers]
    assert others == []


def test_only_copies_of_buckets_and_their_key_lie_in_the_second_region(production: Recording) -> None:
    (second,) = [p.name for p in production.all("pulumi:providers:aws") if p.inputs["region"] == "us-west-2"]
    there = {r.type for r in production.resources if r.type.startswith("aws:") and _provider_of(r) == second}
    assert {type_ for type_ in there if not type_.startswith("aws:s3/")} == {"aws:kms/key:Key", "aws:kms/alias:Alias"}


def _provider_of(resource: Recorded) -> str:
    return resource.provider.split("::")[-2] if resource.provider else ""


def test_every_resource_belongs_to_a_component(stack: Recording) -> None:
    strays = [
        r.name for r in stack.resources if r.type.startswith(("aws:", "random:", "docker:")) and "jobr:" not in r.parent
    ]
    assert strays == []


def test_every_resource_with_tags_says_its_name_and_component(stack: Recording) -> None:
    tagged = [resource for resource in stack.resources if "tags" in resource.inputs]
    assert len(tagged) > 40
    assert [r.name for r in tagged if r.inputs["tags"].keys() < {"Name", "Component"}] == []


def test_names_leave_room_for_the_suffix_that_pulumi_appends(stack: Recording) -> None:
    too_long = [r.name for type_, limit in LONGEST_NAMES.items() for r in stack.all(type_) if len(r.name) + 8 > limit]
    assert too_long == []


def test_the_only_resources_with_protection_hold_data_and_a_disposable_stack_has_none(
    development: Recording, production: Recording
) -> None:
    protected = {resource.type for resource in production.resources if resource.protect}
    assert protected == {
        "aws:amp/workspace:Workspace",
        "aws:efs/fileSystem:FileSystem",
        "aws:kms/key:Key",
        "aws:rds/instance:Instance",
        "aws:s3/bucket:Bucket",
    }
    assert not any(resource.protect for resource in development.resources)


def test_secrets_reach_the_engine_only_as_secrets(stack: Recording) -> None:
    hidden = re.compile(f"that-is-secret|{KEY_IN_BASE64}|the-generated-password|a-registry-password")
    open_ = [
        (resource.type, name)
        for resource in stack.resources
        for name, value in resource.inputs.items()
        if hidden.search(str(value))
        and name not in resource.secrets
        and "4dabf18193072939515e22adb298388d" not in str(value)
    ]
    assert open_ == []


@pytest.mark.parametrize("way", [PROGRAM, PROGRAM / "__main__.py"])
def test_the_program_runs_as_a_folder_and_as_a_file_again_and_again_in_one_process(
    way: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, development: Recording
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if Path(entry or ".").resolve() != PROGRAM.parent])
    again = record(lambda: runpy.run_path(str(way), run_name="__main__"), DEVELOPMENT, "development")
    assert sorted((r.type, r.name) for r in again.resources) == sorted((r.type, r.name) for r in development.resources)


def test_bad_settings_register_nothing_at_all() -> None:
    seen = Recording()
    bad = {**PRODUCTION, "databaseMultiAz": "false", "colour": "blue"}
    with pytest.raises(SettingsError) as caught:
        record(run_program, bad, recording=seen)
    assert {problem.key for problem in caught.value.problems} == {"databaseMultiAz", "colour"}
    assert seen.resources == []
