import json
from typing import Any

import pytest

from runtime.common.aws import make_client
from runtime.common.errors import CloudError
from runtime.deployments.gate import migrations
from runtime.deployments.gate.migrations import Report
from runtime.deployments.migrations.progress import Phase, Progress
from runtime.deployments.verdict import Level
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.deployment import GREEN
from tests.runtime.deployments.gate.machine import ARN, EXECUTION, Machine
from tests.runtime.deployments.gate.stage import scene, single

REVISION = GREEN.rpartition("/")[2]
DEFINITION = "arn:aws:ecs:us-east-1:123456789012:task-definition/application:7"


def run(account: Account, machine: Machine, phase: Phase = Phase.EXPAND) -> Report:
    account.others["stepfunctions"] = machine.shaped().client
    return migrations.run(scene(account), ARN, phase)


def ended(phase: Phase, **members: Any) -> dict[str, str]:
    progress = Progress(revision=REVISION, task_definition=DEFINITION, phase=phase).but(**members)
    return {"status": "SUCCEEDED", "output": json.dumps(progress.document())}


@pytest.mark.parametrize("phase", [Phase.CHECK, Phase.EXPAND])
def test_a_run_is_begun_once_with_what_the_state_machine_takes(account: Account, phase: Phase) -> None:
    machine = Machine()
    for _ in range(3):
        assert single(run(account, machine, phase).result).outcome is Level.WAIT
    machine.ends[phase] = ended(phase)
    assert single(run(account, machine, phase).result).outcome is Level.OK
    ((name, handed),) = machine.runs.items()
    assert name == f"{REVISION}-{phase}"
    assert Progress.parse(json.loads(handed)) == Progress(revision=REVISION, task_definition=DEFINITION, phase=phase)


def test_a_real_state_machine_is_begun_once_too(account: Account) -> None:
    client = make_client("stepfunctions")
    definition = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
    arn = client.create_state_machine(
        name="migrations", definition=definition, roleArn="arn:aws:iam::123456789012:role/m"
    )["stateMachineArn"]
    for _ in range(2):
        assert migrations.run(scene(account), arn, Phase.EXPAND).result.findings
    assert [one["name"] for one in client.list_executions(stateMachineArn=arn)["executions"]] == [f"{REVISION}-expand"]


def test_what_is_pending_is_listed_by_the_dry_run(account: Account) -> None:
    account.others["stepfunctions"] = (
        Machine(ends={"check": ended(Phase.CHECK, pending=("20261124_add_index",))}).shaped().client
    )
    finding = single(migrations.check(scene(account, migrations_state_machine_arn=ARN)))
    assert (finding.outcome, finding.message) == (
        Level.OK,
        "The dry run ended well. Its last lines: 20261124_add_index",
    )
    assert single(migrations.check(scene(account))).message == "Not asked, by the stack's settings."


def test_what_the_migration_warns_of_is_told(account: Account) -> None:
    report = run(account, Machine(ends={"expand": ended(Phase.EXPAND, warnings=("A slow index.",))}))
    assert [(finding.outcome, finding.message) for finding in report.result.findings] == [
        (Level.OK, "The migrations ended well, and the database is what it must be."),
        (Level.WARN, "A slow index."),
    ]


@pytest.mark.parametrize(
    ("status", "error", "phase", "blamed"),
    [
        ("FAILED", "OneOffTaskError", Phase.EXPAND, True),
        ("FAILED", "VerificationError", Phase.EXPAND, True),
        ("TIMED_OUT", "States.Timeout", Phase.EXPAND, True),
        ("FAILED", "SnapshotError", Phase.EXPAND, False),
        ("FAILED", "NotReadyError", Phase.EXPAND, False),
        ("ABORTED", "", Phase.EXPAND, False),
        ("FAILED", "OneOffTaskError", Phase.CHECK, False),
    ],
)
def test_a_run_that_failed_is_the_images_fault_only_when_it_tried_to_change_something(
    account: Account, status: str, error: str, phase: Phase, blamed: bool
) -> None:
    end = {"status": status, "error": error, "cause": '{"errorMessage": "relation does not exist"}'}
    report = run(account, Machine(ends={phase: end}), phase)
    finding = single(report.result)
    assert finding.outcome is Level.FAIL
    assert finding.message == f"The run ended as {status} ({error}): relation does not exist"
    assert f"--execution-arn {EXECUTION}:{REVISION}-{phase}" in finding.mend
    assert report.blames_image is blamed


@pytest.mark.parametrize("output", ["", "nonsense", "[]", "{}"])
def test_a_report_that_cannot_be_read_is_a_warning(account: Account, output: str) -> None:
    report = run(account, Machine(ends={"expand": {"status": "SUCCEEDED", "output": output}}))
    assert single(report.result).outcome is Level.WARN


def test_a_state_machine_that_is_gone_is_named(account: Account) -> None:
    with pytest.raises(CloudError, match=f"refused to start the migrations {EXECUTION}:{REVISION}-expand"):
        migrations.run(scene(account), ARN, Phase.EXPAND)
