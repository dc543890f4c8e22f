"""The recovery's command line: what it prints, and what it answers."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from runtime.common.errors import SecretError, SettingsError
from runtime.recovery.__main__ import main
from runtime.recovery.arguments import connection_of, parse, target_of
from runtime.recovery.targets import AfterTransaction, AtPoint, Everything, Target, UntilLsn, UntilTime
from tests.runtime.conftest import BUCKET

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PLAN = ["plan", "--bucket", BUCKET, "--database", "app"]
RUN = ["run", "--bucket", BUCKET, "--database", "app", "--host", "db.example", "--into", "app"]


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        ([], Everything()),
        (["--latest"], Everything()),
        (["--time", "2026-11-25T03:14:15Z"], UntilTime(datetime(2026, 11, 25, 3, 14, 15, tzinfo=UTC))),
        (["--time", "2026-11-25T03:14:15"], UntilTime(datetime(2026, 11, 25, 3, 14, 15, tzinfo=UTC))),
        (["--lsn", "16/B374D848"], UntilLsn(0x16_B374D848)),
        (["--transaction", "4711"], AfterTransaction(4711)),
        (["--point", "before the launch"], AtPoint("before the launch")),
    ],
)
def test_a_target_is_named_in_one_way(arguments: list[str], target: Target) -> None:
    assert target_of(parse([*PLAN, *arguments])) == target


@pytest.mark.parametrize(
    "arguments",
    [
        ["--lsn", "yesterday"],
        ["--time", "yesterday"],
        ["--transaction", "x"],
        ["--time", "2026-11-25", "--latest"],
    ],
)
def test_a_target_that_makes_no_sense_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([*PLAN, *arguments])
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_plan_without_an_archive_says_where_it_looked(bucket: "S3Client", capsys: pytest.CaptureFixture[str]) -> None:
    assert bucket
    assert main(PLAN) == 1
    said = capsys.readouterr().err
    assert said.startswith("TargetError: There is no archive of app")
    assert f"s3://{BUCKET}/wal/" in said


def test_a_recovery_needs_somebody_to_log_in_as(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGUSER", raising=False)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with pytest.raises(SettingsError, match="--secret"):
        connection_of(parse(RUN), None)


def test_the_password_comes_from_the_environment_and_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "hush")
    connection = connection_of(parse([*RUN, "--user", "restorer"]), None)
    assert (connection.user, connection.database, connection.tls.mode) == ("restorer", "app", "verify-full")
    assert "hush" not in repr(connection)


def test_a_secret_that_does_not_exist_is_named(aws: str) -> None:
    from runtime.common.aws import secrets_manager_client

    assert aws
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:none"
    with pytest.raises(SecretError, match=arn):
        connection_of(parse([*RUN, "--secret", arn]), secrets_manager_client())
