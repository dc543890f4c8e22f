"""When a history breaks, a new line begins that names the gap; it never goes on as if nothing had been."""

import pytest

from runtime.common.errors import DatabaseError
from runtime.common.s3 import Encryption
from runtime.wal.segments import Header, message_frame, pack
from tests.runtime.wal import messages
from tests.runtime.wal.world import Archived


def begin(archived: Archived) -> None:
    """A line with a row in it."""
    archived.run("CREATE TABLE things (id int PRIMARY KEY)", "INSERT INTO things VALUES (0)")
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        archived.run("INSERT INTO things VALUES (1)")
        archived.catch_up()


def go_on(archived: Archived) -> str:
    """Archive again; why a new line began, nothing when the old one went on."""
    before = len(archived.lines())
    with archived.archiver() as running:
        archived.until(lambda: bool(running.events("archiver started")))
        archived.run("INSERT INTO things VALUES (2)")
        archived.until(lambda: len(archived.lines()) > before or archived.stored_upto() >= archived.flushed())
        archived.run("INSERT INTO things VALUES (3)")
        archived.catch_up()
    found = archived.lines()
    if len(found) == before:
        return ""
    follows = found[-1].follows
    assert follows is not None
    assert follows.line == found[-2].name
    assert len(archived.told(found[-2])) == 1, "what the old line has stays readable"
    assert archived.told()[-1][2] != (), "the new line has what was written since"
    assert running.events("a line of the archive begins")[0]["level"] == "ERROR"
    assert any(line.get("LineBroken") == 1 for line in running.lines())
    return follows.reason


def test_an_unbroken_history_stays_on_its_line(archived: Archived) -> None:
    begin(archived)
    assert go_on(archived) == ""
    assert len(archived.told()) == 3


def test_a_slot_that_is_gone_begins_a_new_line(archived: Archived) -> None:
    begin(archived)
    archived.query("SELECT pg_drop_replication_slot(%s)", archived.database)
    assert go_on(archived) == "the slot is gone"


def test_a_slot_that_somebody_else_moved_begins_a_new_line(archived: Archived) -> None:
    begin(archived)
    archived.run("INSERT INTO things VALUES (100)")
    archived.query("SELECT pg_replication_slot_advance(%s, pg_current_wal_lsn())", archived.database)
    assert "somebody else moved it" in go_on(archived)


def test_a_restored_copy_with_the_same_slot_begins_a_new_line(archived: Archived) -> None:
    begin(archived)
    copy = archived.where(DATABASE_INSTANCE="db-RESTORED")
    assert "db-RESTORED now, no longer db-FIRST" in go_on(copy)


def test_a_server_behind_its_archive_begins_a_new_line(archived: Archived) -> None:
    begin(archived)
    store_what_only_a_twin_knows(archived, length=2**30)
    assert "went back in time" in go_on_without(archived)


def test_a_server_that_tells_another_history_begins_a_new_line(archived: Archived) -> None:
    begin(archived)
    store_what_only_a_twin_knows(archived, length=64 * 1024)
    archived.run("INSERT INTO things VALUES (4)")
    archived.run("SELECT pg_logical_emit_message(false, 'filler', repeat('x', 100000), true)")
    assert "another transaction than the archive" in go_on_without(archived)


def test_a_publication_that_was_made_again_begins_a_new_line(archived: Archived) -> None:
    begin(archived)
    archived.run("DROP PUBLICATION jobr_archive_changes", "INSERT INTO things VALUES (50)")
    with pytest.raises(DatabaseError, match="no publication jobr_archive_changes"):
        archived.once()
    archived.run("CREATE PUBLICATION jobr_archive_changes FOR ALL TABLES WITH (publish = 'update, delete')")
    assert "was dropped and made again" in go_on(archived)


def test_a_publication_that_is_dropped_meanwhile_ends_the_session(archived: Archived) -> None:
    begin(archived)
    running = archived.start()
    archived.until(lambda: bool(running.events("archiver started")))
    archived.run("DROP PUBLICATION jobr_archive")
    running.thread.join(20)
    with pytest.raises(DatabaseError, match="was dropped while it was archived"):
        running.end()


def test_a_lost_slot_begins_a_new_line(archived: Archived) -> None:
    begin(archived)
    archived.run("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()")
    for _ in range(3):
        archived.run(
            "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 10000000), true)", "SELECT pg_switch_wal()"
        )
    archived.run("CHECKPOINT", "ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()")
    assert "the slot is lost" in go_on(archived)


def go_on_without(archived: Archived) -> str:
    """Why a new line began, where the old one holds what no server ever told."""
    with archived.archiver():
        archived.until(lambda: len(archived.lines()) > 1)
        archived.run("INSERT INTO things VALUES (5)")
        archived.catch_up()
    follows = archived.lines()[-1].follows
    assert follows is not None
    assert len(archived.told()) >= 1
    return follows.reason


def store_what_only_a_twin_knows(archived: Archived, length: int) -> None:
    """As a copy of the server would have that took over the slot's copy, stored a transaction, and died before it confirmed."""
    archive, confirmed = archived.archive(), archived.stored_upto()
    lsn = confirmed + 64
    header = Header(
        line=archive.line, writer="f" * 16, number=0, after=confirmed, upto=confirmed + length, inside=False
    )
    frames = [message_frame(lsn, messages.begin(lsn, 4_000_000)), message_frame(lsn, messages.commit(lsn, lsn + 8))]
    archive.put(pack(header, frames), Encryption(archived.settings.backup_kms_key_arn))
