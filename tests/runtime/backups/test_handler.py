"""The doors: what Lambda gets, what the log tells, what the command line answers."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.backups import __main__ as command_line
from runtime.backups import handler
from runtime.backups.backup import back_up
from runtime.backups.settings import BackupSettings
from runtime.common.errors import OperationError, PreflightError, SettingsError, UnexpectedError
from runtime.common.postgres import Tls
from tests.runtime.backups.example_database import contents, fill
from tests.runtime.backups.stand_ins import json_lines
from tests.runtime.conftest import PLAIN, Scene


@dataclass
class Invocation:
    """What Lambda hands over, with so many seconds left."""

    seconds: float = 900
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@pytest.fixture
def deployed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The function's environment, with a plain connection where the image has a verified one."""
    rendered = BackupSettings.render(**{field: str(value) for field, value in scene.settings.model_dump().items()})
    for name, value in rendered.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Tls, "verified", classmethod(lambda *_: PLAIN))
    return scene


def test_a_backup_answers_with_its_manifest_and_logs_and_measures_it(
    deployed: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(deployed.cluster, deployed.settings.database_name)

    result = handler.handle({"ignored": True}, Invocation())

    output = capsys.readouterr().out
    started, finished, metrics = json_lines(output)
    assert result["manifest_url"].endswith("/manifest.json")
    assert (started["event"], finished["event"]) == ("backup started", "backup finished")
    assert finished["request_id"] == "request-1"
    assert {name: finished[name] for name in result} == result
    assert metrics["Environment"] == "test"
    assert metrics["BackupSucceeded"] == 1
    assert (metrics["BackupRawBytes"], metrics["BackupCompressedBytes"]) == (
        result["raw_bytes"],
        result["compressed_bytes"],
    )
    assert metrics["BackupDuration"] == result["seconds"]
    assert deployed.cluster.password not in output


def test_a_failure_is_logged_measured_and_raised_for_the_alarm(
    deployed: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BACKUP_BUCKET", "no-such-bucket")

    with pytest.raises(PreflightError, match="no-such-bucket"):
        handler.handle({}, Invocation())

    failed, metrics = json_lines(capsys.readouterr().out)[-2:]
    assert (failed["level"], failed["error"]) == ("ERROR", "PreflightError")
    assert metrics["BackupSucceeded"] == 0
    assert deployed.left_behind() == {"objects": [], "uploads": []}


def test_wrong_settings_are_told_before_anything_is_reached(deployed: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_HOST")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(SettingsError, match="DATABASE_HOST is not set"):
        handler.handle({}, Invocation())

    assert deployed.left_behind()["objects"] == []


def test_an_unforeseen_failure_shows_no_secret(
    deployed: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leak(*_: object) -> None:
        raise RuntimeError(f"cannot use {deployed.cluster.password}")

    monkeypatch.setattr("runtime.backups.backup.dump", leak)

    with pytest.raises(UnexpectedError) as failure:
        handler.handle({}, Invocation())

    assert str(failure.value) == "RuntimeError: cannot use ***"
    assert failure.value.__cause__ is None
    assert deployed.cluster.password not in capsys.readouterr().out


def test_a_function_that_is_out_of_time_stops_by_itself_and_names_the_task(deployed: Scene) -> None:
    with pytest.raises(OperationError, match=r"Fargate task: python -m runtime\.backups run"):
        handler.handle({}, Invocation(seconds=0.01))

    assert deployed.left_behind() == {"objects": [], "uploads": []}


def test_the_command_line_makes_and_restores_a_backup(deployed: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    fill(deployed.cluster, deployed.settings.database_name)
    target = deployed.cluster.create_database()

    assert command_line.main(["run"]) == 0
    manifest = json_lines(capsys.readouterr().out)[1]["manifest_url"]
    where = ["--host", deployed.cluster.host, "--port", str(deployed.cluster.port), "--database", target]
    assert (
        command_line.main(
            ["restore", "--manifest", manifest, *where, "--secret", deployed.settings.database_secret_arn]
        )
        == 0
    )

    assert "every checksum agrees" in capsys.readouterr().out
    assert contents(deployed.cluster, target) == contents(deployed.cluster, deployed.settings.database_name)


@pytest.mark.parametrize("authorities", [True, False])
def test_the_command_line_restores_over_verified_tls_only(
    scene: Scene, authorities: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bundle = tmp_path / "authorities.pem"
    bundle.write_text("")
    if authorities:
        monkeypatch.setenv("PGSSLROOTCERT", str(bundle))
    backup = back_up(scene.settings, scene.around, scene.never())
    monkeypatch.setenv("PGPASSWORD", scene.cluster.password)
    where = [
        "--host",
        scene.cluster.host,
        "--port",
        str(scene.cluster.port),
        "--database",
        "postgres",
        "--user",
        scene.cluster.user,
    ]

    assert command_line.main(["restore", "--manifest", backup.manifest_url, *where]) == 1

    told = capsys.readouterr().err
    assert ("The server must speak TLS" if authorities else "PGSSLROOTCERT is not set") in told
    assert scene.cluster.password not in told
    assert "Traceback" not in told


def test_a_restore_with_nobody_to_log_in_as_says_what_to_give(aws: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert os.environ["AWS_ENDPOINT_URL"] == aws

    assert command_line.main(["restore", "--manifest", "s3://b/k", "--host", "h", "--database", "d"]) == 1

    assert "give --secret" in capsys.readouterr().err
