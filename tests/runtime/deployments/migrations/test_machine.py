"""The state machine, interpreted for real: each step is the real function, each task a real process, the database PostgreSQL."""

import json
from typing import Any

import pytest

from tests.docs import aws_cli
from tests.runtime.deployments.migrations.conftest import GUIDE, INSTANCE, REVISION, Stage, psql

BLOCKED = psql("CREATE TABLE users (id int)", "SELECT pg_sleep(600)")


def commands(text: str) -> list[list[str]]:
    """The `aws` commands in a text."""
    return [words for line in text.splitlines() if line.strip().startswith("aws ") for words in aws_cli.commands(line)]


def restores(text: str) -> list[list[str]]:
    return [words for words in commands(text) if words[2].startswith("restore-")]


def test_a_good_migration_is_snapshotted_made_as_the_migrations_login_verified_and_told_to_nobody(stage: Stage) -> None:
    found = stage.migrate()
    assert found["status"] == "SUCCEEDED", found
    assert [state for state in stage.states if not state.startswith(("Wait", "Look", "Is", "What"))] == [
        *("Prepare", "Take a snapshot", "Migrate", "Verify", "Tidy", "Done"),
    ]
    output = json.loads(found["output"])
    assert stage.snapshots() == [output["snapshot"]["identifier"]]
    assert output["warnings"][0] == "the index idx_jobs_search of jobs is missing"
    assert stage.tables() >= {"users", "payments"}
    with stage.database.open_superuser() as session:
        owner = session.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'users'").fetchone()
    assert owner == ("jobr_owner",)
    assert stage.notices() == []


def test_a_check_lists_what_is_pending_and_snapshots_and_changes_nothing(stage: Stage) -> None:
    stage.configure(dry_run_command="echo pending: 001_create_indexes")
    output = json.loads(stage.migrate(phase="check")["output"])
    assert output["pending"] == ["pending: 001_create_indexes"]
    assert (stage.snapshots(), stage.tables()) == ([], set())


def test_without_a_dry_run_command_a_check_asks_nobody(stage: Stage) -> None:
    output = json.loads(stage.migrate(phase="check")["output"])
    assert (output["pending"], stage.ecs.tasks) == (None, {})


def test_a_dry_run_that_fails_says_why_and_leaves_the_database_alone(stage: Stage) -> None:
    stage.configure(dry_run_command="sh -c 'echo the migrations table is locked; exit 3'")
    found = stage.migrate(phase="check")
    assert (found["status"], found["error"]) == ("FAILED", "OneOffTaskError")
    assert "The dry run ended with code 3" in found["cause"]
    assert "the migrations table is locked" in found["cause"]
    assert "nothing in the database was changed" in found["cause"]
    assert (stage.snapshots(), stage.tables(), restores(found["cause"])) == ([], set(), [])


def test_a_migration_that_fails_after_a_commit_is_told_with_a_restore_that_nobody_started(stage: Stage) -> None:
    stage.configure(command=psql("CREATE TABLE users (id int)", "CREATE TABLE users (id int)"))
    found = stage.migrate()
    assert (found["status"], found["error"]) == ("FAILED", "OneOffTaskError")
    assert "ended with code 1" in found["cause"]
    assert "already exists" in found["cause"]
    # What was committed stays, and no second instance was made.
    assert stage.tables() == {"users"}
    instances = stage.tools.aws.get("rds").describe_db_instances()["DBInstances"]
    assert [instance["DBInstanceIdentifier"] for instance in instances] == [INSTANCE]
    (notice,) = stage.notices()
    assert notice["TopicArn"].endswith(":critical")
    assert notice["Subject"] == f"[jobr test] migration failed (expand): revision {REVISION}"
    assert restores(notice["Message"]) == restores(found["cause"]) != []


def test_the_prepared_restore_is_what_the_cli_takes_and_lands_in_the_databases_own_groups(stage: Stage) -> None:
    stage.configure(command="false")
    cause = stage.migrate()["cause"]
    found = commands(cause)
    assert [problem for words in found for problem in aws_cli.problems(words)] == []
    assert [words[2] for words in found] == [
        "describe-db-instances",
        "restore-db-instance-to-point-in-time",
        "restore-db-instance-from-db-snapshot",
    ]
    kept = stage.kept()
    moment = kept["restore"]["moment"]
    assert kept["progress"]["before"][:19] == moment[:19]
    for words in found[1:]:
        line = " ".join(words)
        for option in (
            "--db-subnet-group-name jobr-subnets",
            "--db-parameter-group-name jobr-parameters",
            "--vpc-security-group-ids sg-database",
            "--no-publicly-accessible",
            "--deletion-protection",
        ):
            assert option in line
    assert f"--restore-time {moment}" in " ".join(found[1])
    assert f"--db-snapshot-identifier {stage.snapshots()[0]}" in " ".join(found[2])


def test_the_moment_of_the_restore_is_before_the_first_change(stage: Stage) -> None:
    stage.configure(command="false")
    stage.migrate()
    (task,) = stage.ecs.tasks.values()
    before = stage.kept()["progress"]["before"]
    assert task.started is not None
    assert before <= task.started.isoformat().replace("+00:00", "Z")


def test_a_migration_that_takes_longer_than_it_may_is_stopped_in_the_container_and_in_the_database(
    stage: Stage,
) -> None:
    stage.configure(command=BLOCKED, timeout_seconds=300)
    found = stage.migrate()
    assert (found["status"], found["error"]) == ("FAILED", "OneOffTimeoutError")
    assert "it ran longer than 300 s" in found["cause"]
    (task,) = stage.ecs.tasks.values()
    assert task.started is not None
    assert 300 < (stage.hands.moment - task.started).total_seconds() <= 310
    assert task.stopped_because == "it ran longer than 300 s"
    assert "1 session(s) of the migration still ran in the database, and were ended." in found["cause"]
    with stage.database.open_superuser() as session:
        left = session.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'jobr_migrations'").fetchone()
    assert left == (0,)
    assert restores(found["cause"])


def test_an_index_that_a_stopped_migration_left_invalid_is_found_and_named_with_what_mends_it(stage: Stage) -> None:
    with stage.database.open_superuser() as session:
        session.execute("SET ROLE jobr_owner")
        session.execute("CREATE TABLE users (id int, email text)")
        session.execute("INSERT INTO users VALUES (1, 'a'), (2, 'a')")
    # A unique index over doubles fails and stays, invalid; the second statement takes it for the index and succeeds.
    unique = "INDEX CONCURRENTLY IF NOT EXISTS idx_users_email ON users (email)"
    tables = GUIDE.replace('-c "CREATE TABLE users (id int, email text)" ', "").replace(" -v ON_ERROR_STOP=1", "")
    stage.configure(
        command=tables.replace("CREATE INDEX CONCURRENTLY idx_users_email ON users (email)", f"CREATE UNIQUE {unique}")
    )
    found = stage.migrate()
    assert (found["status"], found["error"]) == ("FAILED", "VerificationError")
    assert "the index idx_users_email of users is invalid" in found["cause"]
    assert "DROP INDEX CONCURRENTLY idx_users_email" in found["cause"]
    assert restores(found["cause"])


def test_a_task_that_ecs_cannot_place_is_told_in_ecs_words(stage: Stage) -> None:
    stage.ecs.refuses = "Capacity is unavailable at this time"
    found = stage.migrate()
    assert found["error"] == "OneOffTaskError"
    assert "Capacity is unavailable at this time" in found["cause"]


def test_a_task_that_never_starts_is_given_up_after_five_minutes(stage: Stage) -> None:
    stage.ecs.stays_pending = True
    stage.configure(command="sleep 600")
    found = stage.migrate()
    assert found["error"] == "OneOffTimeoutError"
    assert "it had not started after 300 s" in found["cause"]


def test_a_function_that_ends_before_it_knows_its_task_leaves_no_task_running(stage: Stage) -> None:
    stage.ecs.forgets_answer = True
    stage.configure(command=BLOCKED)
    found = stage.migrate()
    assert (found["status"], found["error"]) == ("FAILED", "TimeoutError")
    (task,) = stage.ecs.tasks.values()
    assert task.process.poll() is not None
    assert "may have been changed since" in found["cause"]
    assert restores(found["cause"])


def test_a_login_that_would_wait_for_locks_without_end_migrates_nothing(stage: Stage) -> None:
    with stage.database.open_superuser() as session:
        session.execute("ALTER ROLE jobr_migrations SET lock_timeout = 0")
    found = stage.migrate()
    assert found["error"] == "NotReadyError"
    assert "jobr_migrations has no lock_timeout" in found["cause"]
    assert (stage.snapshots(), stage.ecs.tasks) == ([], {})


def test_contracting_waits_until_blue_is_gone(stage: Stage) -> None:
    stage.configure(contract_command=GUIDE)
    old = stage.definition.replace(":1", ":0")
    stage.ecs.serving = (stage.definition, old)
    found = stage.migrate(phase="contract")
    assert found["error"] == "NotReadyError"
    assert f"tasks of {old} run" in found["cause"]
    assert stage.tables() == set()
    stage.ecs.serving = (stage.definition,)
    assert stage.migrate(phase="contract")["status"] == "SUCCEEDED"
    assert "users" in stage.tables()


def test_a_phase_without_a_command_says_which_setting_has_it(stage: Stage) -> None:
    found = stage.migrate(phase="contract")
    assert found["error"] == "NotReadyError"
    assert "jobr:migrationContractCommand" in found["cause"]


def test_an_input_that_is_none_fails_and_says_what_one_looks_like(stage: Stage) -> None:
    found = stage.migrate(revision="")
    assert (found["status"], found["error"]) == ("FAILED", "MigrationInputError")
    assert '"phase": "expand"' in json.loads(found["cause"])["errorMessage"]


def test_a_moments_trouble_with_aws_is_tried_again_and_starts_no_second_task(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls = stage.ecs.describe_tasks, []

    def throttled(**params: Any) -> Any:
        calls.append(params)
        if len(calls) < 3:
            error = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
            raise stage.ecs.client.exceptions.ClientError(error, "DescribeTasks")
        return original(**params)

    monkeypatch.setattr(stage.ecs, "describe_tasks", throttled)
    assert stage.migrate()["status"] == "SUCCEEDED"
    assert len(stage.ecs.tasks) == 1


def test_a_password_that_a_migration_prints_is_masked_wherever_its_lines_go(stage: Stage) -> None:
    stage.configure(command="sh -c 'echo connecting to $DATABASE_URL; exit 1'")
    found = stage.migrate()
    told = found["cause"] + json.dumps(stage.kept()) + stage.notices()[0]["Message"]
    assert "connecting to postgresql://jobr_migrations:***@" in told
    assert "secret-of-migrations" not in told


def test_a_topic_that_is_gone_hides_nothing_of_why_the_migration_failed(stage: Stage) -> None:
    stage.configure(command="false", critical_topic_arn="arn:aws:sns:us-east-1:123456789012:gone")
    found = stage.migrate()
    assert found["error"] == "OneOffTaskError"
    assert "Beside that: telling people failed." in found["cause"]
    assert stage.kept()["error"] == "OneOffTaskError"


def test_a_conclusion_that_fails_itself_leaves_the_first_error_to_be_read(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.configure(command="false")
    monkeypatch.setattr("runtime.deployments.migrations.conclude.report.cause", lambda *_: 1 / 0)
    found = stage.migrate()
    assert (found["status"], found["error"]) == ("FAILED", "OneOffTaskError")
    assert "ended with code 1" in found["cause"]
    assert stage.states[-1] == "Untold"
