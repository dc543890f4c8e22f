"""How a base is made: what is there is not stored again, one run at a time, and whatever fails leaves no base."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from runtime.backups.base.copying import CHUNK_BYTES
from runtime.backups.base.making import Around, Base, Progress, make_base
from runtime.backups.base.manifest import BaseManifest
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import DatabaseError, DeadlineError, ProgramError, StorageError
from tests.runtime.backups.base import clients
from tests.runtime.backups.base.making import Making
from tests.runtime.backups.stand_ins import program
from tests.runtime.conftest import BUCKET, KEY

# Some 90 MiB in 6 ranges.
LARGE = "CREATE TABLE large AS SELECT n, repeat(md5(n::text), 30) AS filler FROM generate_series(1, 90000) AS n"
SMALL = "CREATE TABLE small AS SELECT n FROM generate_series(1, 100) AS n"


def workers() -> list[psutil.Process]:
    """The worker processes of this process."""
    return [
        process
        for process in psutil.Process().children()
        if any("runtime.common.workers" in argument for argument in process.cmdline())
    ]


def test_a_second_base_of_an_unchanged_database_stores_no_chunk(making: Making) -> None:
    making.execute(LARGE)
    first = making.base()
    stored = making.chunks()

    second = making.base()

    assert (second.progress.new_chunks, second.progress.new_bytes) == (0, 0)
    assert making.chunks() == stored, "not one object was written again"
    assert second.manifest.tables == first.manifest.tables
    assert len(making.manifests()) == 2


def test_an_appended_table_stores_its_new_ranges_alone(making: Making) -> None:
    making.execute(LARGE)
    first = making.base()

    making.execute("INSERT INTO large SELECT n, repeat(md5(n::text), 30) FROM generate_series(90001, 92000) AS n")
    second = making.base()

    before, after = first.manifest.tables[0].chunks, second.manifest.tables[0].chunks
    assert after[: len(before) - 1] == before[:-1], "the ranges that nobody touched are the same chunks"
    assert second.progress.new_chunks == 1, "the last range, and nothing of the definitions"
    assert second.manifest.rows == 92000


def test_objects_are_encrypted_with_the_key_and_named_by_what_they_hold(making: Making) -> None:
    making.execute(SMALL)
    base = making.base()

    for key in (base.key, making.folder.chunk(base.manifest.tables[0].chunks[0].sha256)):
        head = making.client.head_object(Bucket=BUCKET, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)
    assert set(making.chunks()) == {making.folder.chunk(sha256) for sha256 in base.manifest.unique_chunks()}
    assert BaseManifest.read(making.client, BUCKET, base.key) == base.manifest


def test_long_values_are_cut_into_chunks_by_their_rows(making: Making) -> None:
    making.execute("CREATE TABLE long AS SELECT n, repeat('x', 9000000) AS filler FROM generate_series(1, 9) AS n")

    chunks = making.base().manifest.tables[0].chunks

    assert [chunk.rows for chunk in chunks] == [4, 4, 1], "a chunk ends with the row that makes it full"
    assert all(chunk.raw_bytes < CHUNK_BYTES + 9_100_000 for chunk in chunks), "memory has an end"


def test_progress_grows_to_the_end_and_has_a_rate(making: Making) -> None:
    making.execute(LARGE)
    heard: list[Progress] = []

    base = make_base(
        making.source(),
        making.destination,
        making.options,
        Around(making.clock, Deadline.never(making.clock), heard.append),
    )

    assert [step.done_bytes for step in heard] == sorted(step.done_bytes for step in heard)
    assert heard[-1] == base.progress
    assert base.progress.done_bytes == base.progress.total_bytes > 90_000_000
    assert base.progress.rate == base.progress.done_bytes / base.progress.seconds


def test_a_run_that_was_killed_leaves_chunks_that_the_next_run_finds(making: Making) -> None:
    making.execute(LARGE)
    process = _another_process(making)
    while len(making.chunks()) < 3:
        assert process.poll() is None, "it was to be killed while it worked"
        time.sleep(0.02)
    process.kill()
    process.wait()
    left = making.chunks()
    assert making.manifests() == [], "there is no base without its manifest"

    base = _once_the_lock_is_free(making)

    assert base.progress.new_chunks < len(base.manifest.unique_chunks()), "what was stored was not stored again"
    after = making.chunks()
    assert {key: after[key] for key in left} == left
    assert base.manifest.rows == 90000


def test_only_one_run_at_a_time_and_the_other_one_is_named(making: Making) -> None:
    making.execute(LARGE)
    process = _another_process(making)
    while not making.chunks():
        time.sleep(0.02)

    with pytest.raises(
        DatabaseError, match=r"Another base of .* is being made: pid \d+ \(postgres, jobr-operations, for \d+ s\)"
    ):
        making.base()

    assert process.wait() == 0, "the first one ends as if nothing had been"
    assert len(making.manifests()) == 1


def test_a_worker_that_dies_is_told_at_once(making: Making) -> None:
    making.execute(LARGE)
    began = time.monotonic()

    def kill(_: Progress) -> None:
        for process in workers():
            process.kill()

    around = Around(making.clock, Deadline.never(making.clock), kill)
    with pytest.raises(ProgramError, match=r"A worker process of the base of .* was ended by SIGKILL.*more\s+memory"):
        make_base(making.source(), making.destination, making.options, around)

    assert time.monotonic() - began < 20
    assert workers() == []
    assert making.manifests() == []


@pytest.mark.parametrize(
    ("connect", "words"),
    [
        (clients.refusing_chunks, r"refused to store s3://.*/chunks/.*InternalError"),
        (clients.unreachable, r"failed to store s3://.*EndpointConnectionError"),
        (clients.denied, r"look for s3://.*the role lacks a right"),
        (clients.refusing_manifests, r"refused to store s3://.*manifest\.json.*InternalError"),
    ],
)
def test_what_s3_refuses_is_told_and_there_is_no_base(making: Making, connect: object, words: str) -> None:
    making.execute(SMALL)
    making.destination = replace(making.destination, connect=connect)  # type: ignore[arg-type]

    with pytest.raises(StorageError, match=words):
        making.base()

    assert making.manifests() == []
    assert workers() == []


def test_a_bucket_that_does_not_exist_is_told(making: Making) -> None:
    making.destination = replace(making.destination, bucket="no-such-bucket")

    with pytest.raises(StorageError, match="the bucket does not exist"):
        making.base()


def test_a_chunk_that_somebody_else_stored_first_counts_as_stored(making: Making) -> None:
    making.execute(SMALL)
    first = making.base()
    making.destination = replace(making.destination, connect=clients.raced)

    second = making.base()

    assert second.progress.new_chunks == 0, "S3 said that it is there (412), and that is as good"
    assert second.manifest.tables == first.manifest.tables


def test_the_deadline_ends_a_run_and_its_processes(making: Making) -> None:
    making.execute(LARGE)

    with pytest.raises(DeadlineError, match="take longer"):
        making.base(deadline=Deadline.within(making.clock, 0, "take longer"))

    assert workers() == []


def test_a_run_that_took_longer_than_chunks_are_sure_to_stay_writes_no_manifest(making: Making) -> None:
    making.execute(SMALL)
    moments = iter([datetime.now(UTC)])

    def now() -> datetime:
        return next(moments, datetime.now(UTC) + timedelta(days=1, minutes=1))

    making.clock = replace(Clock(), now=now)

    with pytest.raises(DeadlineError, match="took longer than 1 day"):
        making.base()

    assert making.manifests() == []


def test_an_end_of_the_session_that_keeps_the_tables_locked_ends_the_run(making: Making) -> None:
    making.execute(LARGE)

    def end(_: Progress) -> None:
        with making.cluster.connect() as session:
            session.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle in transaction'
                AND backend_start = (SELECT min(backend_start) FROM pg_stat_activity WHERE datname = %s AND state = 'idle in transaction')""",
                [making.database, making.database],
            )

    around = Around(making.clock, Deadline.never(making.clock), end)
    with pytest.raises(DatabaseError, match="terminating connection"):
        make_base(making.source(), making.destination, making.options, around)

    assert making.manifests() == [], "a table could have been replaced meanwhile"


def test_no_password_is_in_the_arguments_of_a_process(making: Making) -> None:
    making.execute(LARGE)
    seen: list[str] = []

    def look(_: Progress) -> None:
        seen.extend(" ".join(process.cmdline()) for process in workers())

    make_base(
        making.source(), making.destination, making.options, Around(making.clock, Deadline.never(making.clock), look)
    )

    assert seen, "it looked while they worked"
    assert not any(making.cluster.password in text for text in seen)


def test_a_pg_dump_older_than_the_server_is_refused(
    making: Making, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = program(tmp_path / "old", "pg_dump", "15.4")
    monkeypatch.setenv("PATH", f"{old}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(ProgramError, match=r"pg_dump 15\.4 is older than the server's 18\.4"):
        making.base()


RUN = """
import json, sys
from tests.postgres_cluster import PostgresCluster
from tests.runtime.backups.base.making import Making
from runtime.common.aws import s3_client
from pathlib import Path
port, binaries, database = json.loads(sys.argv[1])
Making(PostgresCluster(port, Path(binaries)), s3_client(), database).base()
"""


def _another_process(making: Making) -> "subprocess.Popen[bytes]":
    arguments = json.dumps([making.cluster.port, str(making.cluster.binaries), making.database])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, "-c", RUN, arguments], env=environment)


def _once_the_lock_is_free(making: Making) -> Base:
    """The server notices a moment later that the session's process is gone."""
    for _ in range(50):
        try:
            return making.base()
        except DatabaseError as error:
            if "Another base" not in str(error):
                raise
            time.sleep(0.1)
    raise AssertionError("the lock of a run that was killed stays")
