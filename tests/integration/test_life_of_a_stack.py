"""One stack from its first `up` to its `down`, as on AWS. The tests run in this order on one shared home."""

import json
import subprocess
import sys

import pytest

from sandbox import inventory
from sandbox.cloud import control
from sandbox.home import PROJECT
from tests.integration.conftest import Answer, Sandbox


def test_up_from_nothing_creates_everything_and_says_what_a_person_wants(first_up: Answer, sandbox: Sandbox) -> None:
    assert set(first_up.counts) == {"created"}
    assert first_up.counts["created"] > 50
    outputs = sandbox.state().outputs
    for word in (
        "databaseHost",
        outputs["databaseHost"],
        sandbox.home.endpoint,
        str(sandbox.home.log),
        "make invoke",
        "make down",
    ):
        assert word in first_up.text


def test_what_the_overlay_changes_is_told(first_up: Answer) -> None:
    for key in ("jobr:certificateBody", "jobr:certificatePrivateKey", "jobr:openaiApiKey"):
        assert key in first_up.text


@pytest.mark.usefixtures("first_up")
def test_no_secret_is_printed_or_stands_in_the_state_in_clear(sandbox: Sandbox, first_up: Answer) -> None:
    arn = sandbox.state().outputs["databaseSecretArn"]
    secret = json.loads(sandbox.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    assert len(secret["password"]) >= 16
    written = [path.read_text(errors="replace") for path in (sandbox.home.root / "state").rglob("*.json")]
    assert all(secret["password"] not in text for text in [first_up.text, *written])


@pytest.mark.usefixtures("first_up")
def test_a_second_up_changes_nothing(sandbox: Sandbox) -> None:
    assert set(sandbox.must("up").counts) == {"unchanged"}


@pytest.mark.usefixtures("first_up")
def test_a_refresh_of_an_untouched_stack_finds_nothing(sandbox: Sandbox) -> None:
    answer = sandbox.must("refresh")
    assert "behind Pulumi's back" not in answer.text, answer.text
    assert set(sandbox.must("up").counts) == {"unchanged"}


@pytest.mark.usefixtures("first_up")
def test_a_property_changed_behind_pulumis_back_is_found_and_mended(sandbox: Sandbox) -> None:
    bucket = sandbox.state().outputs["backupsBucketName"]
    s3 = sandbox.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    found = sandbox.must("refresh")
    assert "updated   aws:BucketVersioning" in found.text, found.text
    mended = sandbox.must("up")
    assert mended.counts.get("updated") == 1, mended.text
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert set(sandbox.must("up").counts) == {"unchanged"}


@pytest.mark.usefixtures("first_up")
def test_a_resource_deleted_behind_pulumis_back_is_made_again(sandbox: Sandbox) -> None:
    alarms = sandbox.client("cloudwatch")
    name = alarms.describe_alarms()["MetricAlarms"][0]["AlarmName"]
    alarms.delete_alarms(AlarmNames=[name])
    assert "deleted   aws:MetricAlarm" in sandbox.must("refresh").text
    assert sandbox.must("up").counts["created"] == 1
    assert [alarm["AlarmName"] for alarm in alarms.describe_alarms()["MetricAlarms"]] != []


@pytest.mark.parametrize("stack", ["production", "staging"])
def test_a_preview_of_a_real_stack_works_and_tells_its_overlay(sandbox: Sandbox, first_up: Answer, stack: str) -> None:
    before = inventory.count(sandbox.home)
    answer = sandbox.must("preview", "--stack", stack)
    assert answer.counts["created"] >= first_up.counts["created"]
    for words in (
        "with an overlay",
        "secretsprovider: a generated passphrase",
        "jobr:accountId: 123456789012",
        "jobr:openaiApiKey",
    ):
        assert words in answer.text
    assert inventory.count(sandbox.home) == before


@pytest.mark.usefixtures("first_up")
def test_an_unknown_function_is_answered_with_those_that_exist(sandbox: Sandbox) -> None:
    answer = sandbox.run("invoke", "nonsense")
    assert answer.code == 2
    assert sandbox.state().outputs["backupFunctionName"] in answer.text


@pytest.mark.usefixtures("first_up")
def test_the_backup_function_runs_by_its_short_name(sandbox: Sandbox) -> None:
    sandbox.must("invoke", "database-backup")
    bucket = sandbox.state().outputs["backupsBucketName"]
    keys = [
        entry["Key"] for entry in sandbox.client("s3").list_objects_v2(Bucket=bucket, Prefix="database/")["Contents"]
    ]
    assert any("manifest" in key for key in keys), keys


@pytest.mark.usefixtures("first_up")
def test_two_commands_at_once_are_one_too_many(sandbox: Sandbox) -> None:
    with sandbox.start("preview") as first:
        assert first.stdout is not None
        first.stdout.readline()
        second = sandbox.run("up")
        first.communicate()
    assert second.code == 2
    assert f"process {first.pid}" in second.text
    assert first.returncode == 0


@pytest.mark.usefixtures("first_up")
def test_the_status_tells_what_exists(sandbox: Sandbox) -> None:
    text = sandbox.must("status").text
    assert "running" in text
    assert f"Stack development: {len(sandbox.state().live)} resources" in text


@pytest.mark.usefixtures("first_up")
def test_a_healthy_cloud_is_not_forgotten_by_mistake(sandbox: Sandbox) -> None:
    answer = sandbox.run("reset")
    assert answer.code == 2
    assert "make down" in answer.text
    assert control.status(sandbox.home).state == "running"


@pytest.mark.usefixtures("first_up")
def test_another_teams_program_reads_the_outputs_and_deploys_with_them(sandbox: Sandbox) -> None:
    outputs = sandbox.state().outputs
    answer = _consumer(sandbox, "organization/jobr/development")
    assert answer.returncode == 0, answer.stderr
    shown = json.loads(answer.stdout.splitlines()[-1])
    assert shown["databaseHost"] == outputs["databaseHost"]
    assert shown["subnets"] == outputs["privateSubnetIds"]
    assert shown["queueUrl"].startswith(sandbox.home.endpoint)


@pytest.mark.usefixtures("first_up")
def test_another_teams_program_is_told_when_the_stack_is_not_there(sandbox: Sandbox) -> None:
    answer = _consumer(sandbox, "organization/jobr/elsewhere")
    assert answer.returncode == 1
    assert "organization/jobr/elsewhere" in answer.stderr


def _consumer(sandbox: Sandbox, stack: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.integration.consumer", str(sandbox.home.root), stack]
    return subprocess.run(command, cwd=PROJECT, env=sandbox.environment, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("first_up")
def test_down_leaves_the_account_empty_and_ends_the_cloud(sandbox: Sandbox) -> None:
    answer = sandbox.must("down")
    assert "The account is empty" in answer.text
    assert inventory.WAITING_KEYS in answer.text
    assert sandbox.state().live == []
    assert control.status(sandbox.home).state == "dead"
