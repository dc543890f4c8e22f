"""The provider serves a program that it was not written for: created, seen with boto3, changed, refreshed, removed.

The tests run in this order on one embedded cloud, as the life of one stack.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox import inventory
from sandbox.cloud import control
from sandbox.home import PROJECT, Home
from tests.sandbox.provider import second_program

SECONDS = 30  # how long the embedded cloud may take to pass a message on


class Tracker:
    """The second program's stack on an embedded cloud of its own."""

    def __init__(self, home: Home, source: Path) -> None:
        self.home = home
        self.source = source
        self.settings: dict[str, Any] = {}
        self.outputs: Mapping[str, Any] = {}

    def _run(self, operation: str, variant: str = "program") -> subprocess.CompletedProcess[str]:
        (self.source / "Pulumi.yaml").write_text("name: parcels\nruntime: python\n")
        lines = [f"  parcels:{key}: {json.dumps(value)}" for key, value in self.settings.items()]
        (self.source / "Pulumi.dev.yaml").write_text("\n".join(["config:", *lines, "  aws:region: us-east-1"]) + "\n")
        arguments = [operation, str(self.home.root), str(self.source), variant]
        return subprocess.run(
            [sys.executable, "-m", second_program.__name__, *arguments],
            cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def _must(self, operation: str) -> dict[str, int]:
        ended = self._run(operation)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        told = json.loads(ended.stdout.splitlines()[-1])
        self.outputs = told["outputs"]
        return {word: count for word, count in told["counts"].items() if word != "unchanged"}

    def up(self, **settings: Any) -> dict[str, int]:
        """Deploys with these settings on top of the former ones: how many resources were created, updated and so on."""
        self.settings |= settings
        return self._must("up")

    def must_fail(self, variant: str) -> str:
        ended = self._run("up", variant)
        assert ended.returncode == 1, ended.stdout + ended.stderr
        return ended.stdout

    def refresh(self) -> None:
        self._must("refresh")

    def destroy(self) -> None:
        self._must("destroy")

    def client(self, service: str) -> Any:
        return inventory.client(self.home, service)


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    home = Home(tmp_path_factory.mktemp("second") / "home")
    home.root.mkdir()
    control.start(home)
    yield Tracker(home, tmp_path_factory.mktemp("source"))
    control.stop(home)


def test_a_program_of_another_kind_comes_up(tracker: Tracker) -> None:
    counts = tracker.up(depot="north")
    assert set(counts) == {"created"}
    name = tracker.outputs["bucket"]
    assert name.startswith("labels-"), "a bucket's automatic name is in lower case"
    group = tracker.client("ec2").describe_security_groups(GroupIds=[tracker.outputs["group"]])["SecurityGroups"][0]
    assert group["IpPermissionsEgress"] == [], "no rule that the program did not declare"
    assert group["Description"] == "Managed by Pulumi"
    rules = tracker.client("s3").get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert [rule["Expiration"]["Days"] for rule in rules] == [9]


def test_a_second_up_changes_nothing(tracker: Tracker) -> None:
    assert tracker.up() == {}


def test_its_database_answers_at_its_own_port_over_verified_tls(tracker: Tracker) -> None:
    host, port = tracker.outputs["database"].split(":")
    assert port == "6432"
    # The password is a secret output of random; it is reset here as an owner would, through the API.
    rds = tracker.client("rds")
    rds.modify_db_instance(
        DBInstanceIdentifier=tracker.outputs["identifier"], MasterUserPassword="parcels-for-all", ApplyImmediately=True
    )
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier=tracker.outputs["identifier"], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    parameters = {"host": host, "port": port, "dbname": "parcels", "user": "keeper", "password": "parcels-for-all"}
    with psycopg.connect(
        **parameters, sslmode="verify-full", sslrootcert=str(tracker.home.certificate_authority)
    ) as link:
        assert link.execute("SELECT current_setting('server_version_num')::int / 10000").fetchone() == (18,)


def test_its_function_runs_for_real_with_its_own_environment(tracker: Tracker) -> None:
    answer = tracker.client("lambda").invoke(FunctionName=tracker.outputs["function"], Payload=b'{"parcel": 7}')
    assert json.load(answer["Payload"]) == {"seen": {"parcel": 7}, "depot": "north", "left": True}


def test_a_message_reaches_the_function_through_topic_and_queue(tracker: Tracker) -> None:
    tracker.client("sns").publish(TopicArn=tracker.outputs["topic"], Message="a parcel has come")
    logs, group = tracker.client("logs"), f"/aws/lambda/{tracker.outputs['function']}"
    deadline = time.monotonic() + SECONDS
    ended = 0
    while ended < 2 and time.monotonic() < deadline:
        found = logs.filter_log_events(logGroupName=group)["events"]
        ended = sum("REPORT RequestId" in event["message"] for event in found)
        time.sleep(0.2)
    assert ended >= 2, "one run was asked for above, the other came by the topic"


def test_a_state_machine_runs_the_function_and_catches_its_error(tracker: Tracker) -> None:
    machines = tracker.client("stepfunctions")
    endings = {}
    for case in ("arrive", "fail"):
        run = machines.start_execution(stateMachineArn=tracker.outputs["machine"], input=json.dumps({case: True}))
        deadline = time.monotonic() + SECONDS
        while (found := machines.describe_execution(executionArn=run["executionArn"]))["status"] == "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        endings[case] = (found["status"], json.loads(found["output"]))
    assert endings["arrive"][1]["seen"] == {"arrive": True}
    assert endings["fail"] == ("SUCCEEDED", {"lost": True})


def test_changes_are_made_in_place_where_the_official_provider_makes_them_so(tracker: Tracker) -> None:
    counts = tracker.up(depot="south", yard="the new yard", versioning="Enabled", retention="3", disposable=True)
    assert set(counts) == {"updated"}
    assert counts["updated"] == 5
    function = tracker.client("lambda").get_function_configuration(FunctionName=tracker.outputs["function"])
    assert function["Environment"]["Variables"] == {"DEPOT": "south"}
    assert tracker.client("s3").get_bucket_versioning(Bucket=tracker.outputs["bucket"])["Status"] == "Enabled"
    found = tracker.client("rds").describe_db_instances(DBInstanceIdentifier=tracker.outputs["identifier"])
    assert found["DBInstances"][0]["BackupRetentionPeriod"] == 3


def test_drift_is_found_and_mended(tracker: Tracker) -> None:
    bucket, group = tracker.outputs["bucket"], tracker.outputs["group"]
    tracker.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    ec2 = tracker.client("ec2")
    ec2.create_tags(Resources=[group], Tags=[{"Key": "Owner", "Value": "somebody else"}])
    tracker.client("logs").delete_log_group(
        logGroupName=next(
            g["logGroupName"]
            for g in tracker.client("logs").describe_log_groups()["logGroups"]
            if "lorry" in g["logGroupName"]
        )
    )
    tracker.refresh()
    assert tracker.up() == {"updated": 2, "created": 1}
    assert tracker.client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    tags = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["Tags"]
    assert {"Key": "Owner", "Value": "parcels"} in tags
    assert tracker.up() == {}


def test_a_type_without_a_mapping_is_an_error_that_names_it(tracker: Tracker) -> None:
    assert "no mapping for the type aws:ec2/keyPair:KeyPair" in tracker.must_fail("unmapped")


def test_a_request_that_aws_would_refuse_fails_the_plan_with_every_reason(tracker: Tracker) -> None:
    text = tracker.must_fail("refused")
    for wrong in ("no role", "cobol85", "901"):
        assert wrong in text


def test_destroying_leaves_nothing(tracker: Tracker) -> None:
    tracker.client("s3").put_object(Bucket=tracker.outputs["bucket"], Key="a/label", Body=b"x")
    bucket = tracker.outputs["bucket"]
    tracker.destroy()
    assert bucket not in {found["Name"] for found in tracker.client("s3").list_buckets()["Buckets"]}
    assert tracker.client("rds").describe_db_instances()["DBInstances"] == []
    assert tracker.client("lambda").list_functions()["Functions"] == []
