"""A backup that fails says why, leaves nothing behind and keeps every secret."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.backups.backup import back_up
from runtime.common.clock import Deadline
from runtime.common.errors import DatabaseError, DeadlineError, PreflightError, ProgramError, SecretError, StorageError
from runtime.common.postgres import Tls
from tests.postgres_cluster import PostgresCluster
from tests.runtime.backups.stand_ins import BIG, children, program, refuse, s3_hook
from tests.runtime.conftest import Scene

NOTHING: dict[str, list[str]] = {"objects": [], "uploads": []}


@pytest.fixture(scope="module")
def big_database(postgres_cluster: PostgresCluster) -> str:
    name = postgres_cluster.create_database()
    postgres_cluster.execute(name, BIG)
    return name


@pytest.fixture
def big(scene: Scene, big_database: str) -> Scene:
    return replace(scene, settings=scene.settings.model_copy(update={"database_name": big_database}))


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    yield
    assert children() == []


def test_a_pg_dump_that_is_killed_midway_leaves_no_object_and_no_open_upload(big: Scene) -> None:
    killed: list[int] = []

    def kill(**_: Any) -> None:
        for process in children():
            killed.append(process.pid)
            process.kill()

    with (
        s3_hook(big.around.s3, "UploadPart", kill),
        pytest.raises(ProgramError, match=r"pg_dump .* was ended by SIGKILL"),
    ):
        back_up(big.settings, big.around, big.never())

    assert killed, "it was killed while it worked"
    assert big.left_behind() == NOTHING


def test_a_database_that_ends_the_session_midway_is_quoted_and_nothing_stays(big: Scene) -> None:
    def end_sessions(**_: Any) -> None:
        with big.cluster.connect() as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname ~ '^test_'"
            )

    with (
        s3_hook(big.around.s3, "UploadPart", end_sessions),
        pytest.raises(ProgramError, match=r"terminating connection|server closed the connection") as failure,
    ):
        back_up(big.settings, big.around, big.never())

    assert big.cluster.password not in str(failure.value)
    assert big.left_behind() == NOTHING


@pytest.mark.parametrize("number", [1, 3])
def test_a_part_that_s3_refuses_ends_pg_dump_and_nothing_stays(big: Scene, number: int) -> None:
    def refuse_one(request: Any, **_: Any) -> Any:
        return refuse() if f"partNumber={number}" in request.url else None

    with (
        s3_hook(big.around.s3, "UploadPart", refuse_one),
        pytest.raises(StorageError, match=rf"take part {number} of s3://.*InternalError"),
    ):
        back_up(big.settings, big.around, big.never())

    assert big.left_behind() == NOTHING


def test_a_completion_that_s3_refuses_leaves_nothing(scene: Scene) -> None:
    with (
        s3_hook(scene.around.s3, "CompleteMultipartUpload", refuse),
        pytest.raises(StorageError, match="complete the upload"),
    ):
        back_up(scene.settings, scene.around, scene.never())

    assert scene.left_behind() == NOTHING


def test_a_manifest_that_s3_refuses_means_that_there_is_no_backup(scene: Scene) -> None:
    with (
        s3_hook(scene.around.s3, "PutObject", refuse),
        pytest.raises(StorageError, match=r"store s3://.*manifest\.json"),
    ):
        back_up(scene.settings, scene.around, scene.never())

    assert [key.rsplit("/")[-1] for key in scene.left_behind()["objects"]] == ["dump.zst"]


def test_an_abort_that_fails_too_is_told_beside_the_first_failure(scene: Scene) -> None:
    with (
        s3_hook(scene.around.s3, "CompleteMultipartUpload", refuse),
        s3_hook(scene.around.s3, "AbortMultipartUpload", refuse),
        pytest.raises(StorageError, match="complete the upload") as failure,
    ):
        back_up(scene.settings, scene.around, scene.never())

    assert "abort the upload" in failure.value.__notes__[0]


def test_the_deadline_ends_a_pg_dump_that_waits_and_names_the_remedy(scene: Scene) -> None:
    scene.cluster.execute(scene.settings.database_name, "CREATE TABLE locked ()")
    deadline = Deadline.within(scene.around.clock, 1.5, "use a bigger machine")

    with scene.cluster.connect(scene.settings.database_name) as session, session.transaction():
        session.execute("LOCK TABLE locked")
        with pytest.raises(DeadlineError, match="use a bigger machine"):
            back_up(scene.settings, scene.around, deadline)

    assert scene.left_behind() == NOTHING


def test_the_deadline_ends_an_upload_that_hangs(big: Scene) -> None:
    deadline = Deadline.within(big.around.clock, 2, "use a bigger machine")

    def hang(**_: Any) -> None:
        while deadline.remaining():
            time.sleep(0.05)

    with s3_hook(big.around.s3, "UploadPart", hang), pytest.raises(DeadlineError, match="use a bigger machine"):
        back_up(big.settings, big.around, deadline)

    assert big.left_behind() == NOTHING


def test_everything_that_is_missing_is_told_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = {
        "backup_bucket": "no-such-bucket",
        "database_secret_arn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:none",
    }

    with pytest.raises(PreflightError) as failure:
        back_up(scene.settings.model_copy(update=missing), replace(scene.around, tls=Tls.verified({})), scene.never())

    text = str(failure.value)
    assert "look at the bucket no-such-bucket (404)" in text
    assert "pg_dump is not on PATH" in text
    assert "secret:none cannot be read (ResourceNotFoundException)" in text
    assert "PGSSLROOTCERT is not set" in text


def test_a_wrong_password_is_told_without_the_password(scene: Scene) -> None:
    scene.around.secrets_manager.put_secret_value(
        SecretId=scene.settings.database_secret_arn, SecretString='{"username": "postgres", "password": "s3cr3t-guess"}'
    )

    with pytest.raises(PreflightError, match="password authentication failed") as failure:
        back_up(scene.settings, scene.around, scene.never())

    assert isinstance(failure.value.problems[0], DatabaseError)
    assert "s3cr3t-guess" not in str(failure.value)


def test_an_unreachable_database_is_told_with_its_address(scene: Scene) -> None:
    with pytest.raises(PreflightError, match=r"127\.0\.0\.1:9 .*refused\. Look at DATABASE_HOST and DATABASE_PORT"):
        back_up(scene.settings.model_copy(update={"database_port": 9}), scene.around, scene.never())

    assert scene.left_behind() == NOTHING


@pytest.mark.parametrize("content", ["hunter2", '{"username": "x"}', '{"password": "hunter2"}', '["hunter2"]'])
def test_a_secret_that_is_no_pair_of_credentials_is_told_without_its_content(scene: Scene, content: str) -> None:
    scene.around.secrets_manager.put_secret_value(SecretId=scene.settings.database_secret_arn, SecretString=content)

    with pytest.raises(PreflightError, match="must be JSON such as") as failure:
        back_up(scene.settings, scene.around, scene.never())

    assert isinstance(failure.value.problems[0], SecretError)
    assert "hunter2" not in str(failure.value)


def test_a_server_without_tls_is_refused_where_verification_is_asked_for(scene: Scene, tmp_path: Path) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_text("")
    around = replace(scene.around, tls=Tls.verified({"PGSSLROOTCERT": str(authorities)}))

    with pytest.raises(PreflightError, match="The server must speak TLS"):
        back_up(scene.settings, around, scene.never())


def test_authorities_that_cannot_be_read_are_told_with_their_path(tmp_path: Path, scene: Scene) -> None:
    around = replace(scene.around, tls=Tls.verified({"PGSSLROOTCERT": str(tmp_path / "none.pem")}))

    with pytest.raises(PreflightError, match=r"PGSSLROOTCERT names .*none\.pem, which is no readable file"):
        back_up(scene.settings, around, scene.never())


def test_a_pg_dump_older_than_the_server_is_refused_before_anything_is_written(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'old', 'pg_dump', '15.4')}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(PreflightError, match=r"pg_dump 15\.4 is older than the server's 18\.4"):
        back_up(scene.settings, scene.around, scene.never())

    assert scene.left_behind() == NOTHING


def test_a_program_that_ends_well_without_an_archive_is_no_backup(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'mute', 'pg_dump', '18.4')}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(ProgramError, match="wrote no archive"):
        back_up(scene.settings, scene.around, scene.never())

    assert scene.left_behind() == NOTHING


def test_neither_arguments_nor_variables_of_pg_dump_hold_a_password(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "record"
    body = f'(echo "$@"; env; stat -c %a "$PGPASSFILE") > {record}; echo "$PGPASSFILE" > {record}.file; exit 1'
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'spy', 'pg_dump', '18.4', body)}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(ProgramError, match="ended with code 1"):
        back_up(scene.settings, scene.around, scene.never())

    written = record.read_text()
    assert scene.cluster.password not in written
    assert "PGPASSWORD" not in written
    assert "AWS_SECRET_ACCESS_KEY" not in written, "pg_dump has no use for AWS's credentials"
    assert written.splitlines()[-1] == "600", "the password's file is for this account alone"
    assert not Path(Path(f"{record}.file").read_text().strip()).exists(), "the password's file is gone"
