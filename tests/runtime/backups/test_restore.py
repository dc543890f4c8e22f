"""A restore is whole or nothing, and never into a database that holds something."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import pytest

from runtime.backups.backup import Backup, back_up
from runtime.backups.keys import split_url
from runtime.backups.restore import Checked, restore
from runtime.common.clock import Deadline
from runtime.common.errors import DeadlineError, IntegrityError, ProgramError, SettingsError, StorageError, TargetError
from tests.runtime.backups.example_database import contents, fill
from tests.runtime.backups.stand_ins import children, program
from tests.runtime.conftest import BUCKET, Scene


@pytest.fixture
def backup(scene: Scene) -> Backup:
    fill(scene.cluster, scene.settings.database_name)
    return back_up(scene.settings, scene.around, scene.never())


@pytest.fixture
def target(scene: Scene) -> Iterator[str]:
    yield scene.cluster.create_database()
    assert children() == []


def is_empty(scene: Scene, database: str) -> bool:
    return list(contents(scene.cluster, database)) == ["large objects"]


def stored(scene: Scene, backup: Backup) -> bytes:
    return scene.around.s3.get_object(Bucket=BUCKET, Key=backup.manifest.object_key)["Body"].read()


def put(scene: Scene, key: str, body: bytes) -> None:
    scene.around.s3.put_object(Bucket=BUCKET, Key=key, Body=body)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_one_flipped_bit_anywhere_is_refused_and_the_target_stays_empty(
    scene: Scene, backup: Backup, target: str, part: float
) -> None:
    body = bytearray(stored(scene, backup))
    body[int(part * (len(body) - 1))] ^= 4
    put(scene, backup.manifest.object_key, bytes(body))

    with pytest.raises(IntegrityError, match="is not what its manifest describes"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())

    assert is_empty(scene, target)


def test_a_dump_with_another_checksum_is_refused_after_all_its_data_was_sent(
    scene: Scene, backup: Backup, target: str
) -> None:
    assert backup.manifest.raw_bytes > 2 * 1024 * 1024, "more than the piece that is held back"
    changed = backup.manifest.model_copy(update={"raw_sha256": "0" * 64})
    put(scene, split_url(backup.manifest_url)[1], changed.model_dump_json().encode())

    with pytest.raises(IntegrityError, match="decompressed bytes are others"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())

    assert is_empty(scene, target)


@pytest.mark.parametrize("kept", [0, 1, 1000])
def test_a_truncated_dump_is_refused_before_the_target_is_touched(
    scene: Scene, backup: Backup, target: str, kept: int
) -> None:
    put(scene, backup.manifest.object_key, stored(scene, backup)[:kept])

    with pytest.raises(IntegrityError, match=f"has {kept} bytes, not the {backup.manifest.compressed_bytes}"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())

    assert is_empty(scene, target)


def test_bytes_after_the_end_of_the_dump_are_refused(scene: Scene, backup: Backup, target: str) -> None:
    put(scene, backup.manifest.object_key, stored(scene, backup) + b"more")
    longer = backup.manifest.model_copy(update={"compressed_bytes": backup.manifest.compressed_bytes + 4})
    put(scene, split_url(backup.manifest_url)[1], longer.model_dump_json().encode())

    with pytest.raises(IntegrityError, match="is not what its manifest describes"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())

    assert is_empty(scene, target)


def test_a_missing_dump_and_a_missing_manifest_are_told_with_their_address(
    scene: Scene, backup: Backup, target: str
) -> None:
    for key in (backup.manifest.object_key, split_url(backup.manifest_url)[1]):
        scene.around.s3.delete_object(Bucket=BUCKET, Key=key)
        with pytest.raises(StorageError, match=f"s3://{BUCKET}/{key} .*it does not exist"):
            restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())


@pytest.mark.parametrize("body", [b"", b"{}", b'{"format_version": 2}', b"\xff", b"[1]"])
def test_what_is_no_manifest_of_a_known_version_is_refused(scene: Scene, target: str, body: bytes) -> None:
    put(scene, "database/manifest.json", body)

    with pytest.raises(IntegrityError, match="is no manifest that this version reads"):
        restore(scene.around.s3, f"s3://{BUCKET}/database/manifest.json", scene.connection(target), scene.never())


@pytest.mark.parametrize("url", ["", "manifest.json", "s3://bucket", "s3:///key", "https://bucket/key"])
def test_an_address_that_is_none_is_refused_with_an_example(scene: Scene, url: str) -> None:
    with pytest.raises(SettingsError, match=r"is not like s3://"):
        restore(scene.around.s3, url, scene.connection("postgres"), scene.never())


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE TABLE keep_me ()", "relation keep_me"),
        ("CREATE SEQUENCE keep_me", "relation keep_me"),
        ("CREATE SCHEMA keep_me", "schema keep_me"),
        ("CREATE FUNCTION keep_me() RETURNS int RETURN 1", r"function keep_me\(\)"),
        ("CREATE TYPE keep_me AS ENUM ()", "type keep_me"),
        ("SELECT lo_create(77)", "large object 77"),
    ],
)
def test_a_target_that_holds_anything_is_refused_and_left_as_it_is(
    scene: Scene, backup: Backup, target: str, statement: LiteralString, name: str
) -> None:
    scene.cluster.execute(target, statement)
    before = contents(scene.cluster, target)

    with pytest.raises(TargetError, match=rf"is not empty \({name}\)"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())

    assert contents(scene.cluster, target) == before


def test_a_missing_role_is_told_with_the_options_that_do_without_it(scene: Scene, target: str) -> None:
    scene.cluster.execute(
        scene.settings.database_name,
        "CREATE ROLE passing; CREATE TABLE of_role (n int); ALTER TABLE of_role OWNER TO passing",
    )
    backup = back_up(scene.settings, scene.around, scene.never())
    scene.cluster.execute(scene.settings.database_name, "ALTER TABLE of_role OWNER TO postgres; DROP ROLE passing")

    with pytest.raises(ProgramError, match="restore with --no-owner --no-privileges"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())
    assert is_empty(scene, target)

    restore(
        scene.around.s3, backup.manifest_url, scene.connection(target), scene.never(), ("--no-owner", "--no-privileges")
    )
    assert "public.of_role" in contents(scene.cluster, target)


def test_a_pg_restore_that_is_killed_leaves_the_target_empty(
    scene: Scene, backup: Backup, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Checked.verify

    def kill_then_verify(checked: Checked) -> None:
        for process in children():
            process.kill()
        original(checked)

    monkeypatch.setattr(Checked, "verify", kill_then_verify)

    with pytest.raises(ProgramError, match="ended by SIGKILL"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())

    assert is_empty(scene, target)


def test_the_deadline_leaves_the_target_empty(scene: Scene, backup: Backup, target: str) -> None:
    with pytest.raises(DeadlineError, match="take longer"):
        restore(
            scene.around.s3,
            backup.manifest_url,
            scene.connection(target),
            Deadline.within(scene.around.clock, 0, "take longer"),
        )

    assert is_empty(scene, target)


def test_a_pg_restore_older_than_the_backups_pg_dump_is_refused(
    scene: Scene, backup: Backup, target: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'old', 'pg_restore', '15.4')}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(ProgramError, match=r"pg_restore 15\.4 is older than the pg_dump 18\.4"):
        restore(scene.around.s3, backup.manifest_url, scene.connection(target), scene.never())
