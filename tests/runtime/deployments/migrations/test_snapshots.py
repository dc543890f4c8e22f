"""Snapshots around a migration, in the interpreted state machine of test_machine.py."""

from typing import Any

import pytest

from tests.runtime.deployments.migrations.conftest import INSTANCE, Stage


def test_a_snapshot_that_fails_means_that_nothing_is_migrated(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    _snapshot_is(stage, monkeypatch, "failed")
    found = stage.migrate()
    assert (found["status"], found["error"]) == ("FAILED", "SnapshotError")
    assert (stage.tables(), stage.ecs.tasks, "restore-db-instance" in found["cause"]) == (set(), {}, False)
    (notice,) = stage.notices()
    assert notice["TopicArn"].endswith(":warning")
    assert "nothing in the database was changed" in notice["Message"]


def test_a_snapshot_that_does_not_become_available_ends_the_wait_after_an_hour(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _snapshot_is(stage, monkeypatch, "creating")
    began = stage.hands.moment
    found = stage.migrate()
    assert found["error"] == "SnapshotError"
    assert "is creating for more than 60 minutes" in found["cause"]
    assert 3600 < (stage.hands.moment - began).total_seconds() < 3650
    assert stage.tables() == set()


def test_the_newest_ten_snapshots_stay_and_those_of_others_too(stage: Stage) -> None:
    rds = stage.tools.aws.get("rds")
    names = [f"jobr-test-before-expand-{number:02}" for number in range(12)]
    for name in [*names, "by-hand"]:
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=INSTANCE)
    assert stage.migrate()["status"] == "SUCCEEDED"
    left = stage.snapshots()
    assert "by-hand" in left
    assert len([name for name in left if name.startswith("jobr-test-before")]) == 10


def test_snapshots_that_cannot_be_deleted_do_not_fail_a_good_migration(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.deployments.migrations.steps.snapshots.delete_old", lambda _: 1 / 0)
    assert stage.migrate()["status"] == "SUCCEEDED"


def test_a_second_migration_of_a_revision_has_a_snapshot_of_its_own(stage: Stage) -> None:
    stage.configure(command="false")
    stage.migrate()
    stage.migrate()
    assert len(set(stage.snapshots())) == 2


def _snapshot_is(stage: Stage, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    rds = stage.tools.aws.get("rds")
    original = rds.describe_db_snapshots

    def described(**params: Any) -> Any:
        answer = original(**params)
        for snapshot in answer["DBSnapshots"]:
            snapshot["Status"] = status
        return answer

    monkeypatch.setattr(rds, "describe_db_snapshots", described)
