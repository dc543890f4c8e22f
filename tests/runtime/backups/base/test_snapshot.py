"""The moment of a base: consistent with the line, never waiting without an end, never empty because a table was replaced."""

from typing import Any

import psycopg
import pytest

from runtime.backups.base import making as module
from runtime.backups.base import snapshot
from runtime.backups.base.locks import lock_tables
from runtime.backups.base.making import Base
from runtime.backups.base.schema import store_schema
from runtime.common.errors import DatabaseError
from tests.postgres_cluster import PostgresCluster
from tests.runtime.backups.base.making import Making

TABLE = "CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) AS n"


def on_the_line(making: Making) -> Base:
    return making.base(making.source(streaming=making.connection(), line=making.line()))


def test_the_position_of_a_base_is_on_its_line_and_no_slot_stays(making: Making) -> None:
    making.execute(TABLE)
    line = making.line()

    manifest = making.base(making.source(streaming=making.connection(), line=line)).manifest

    assert manifest.line == line
    assert manifest.lsn is not None
    assert manifest.lsn >= int(line[-16:], 16)
    with making.cluster.connect() as session:
        assert session.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (0,), "it would keep the log"


def test_a_long_transaction_is_named_instead_of_waited_for_without_an_end(making: Making) -> None:
    making.execute(TABLE)
    with making.cluster.connect(making.database) as session, session.transaction():
        session.execute("INSERT INTO t VALUES (0)")
        pid = session.info.backend_pid
        with pytest.raises(DatabaseError, match=rf"within 2 seconds.*pid {pid} \(postgres, for \d+ s\)"):
            on_the_line(making)

    assert on_the_line(making).manifest.rows == 1001, "it is gone, and so is the obstacle"


def test_whoever_has_a_table_for_himself_is_named(making: Making) -> None:
    making.execute(TABLE)
    with making.cluster.connect(making.database) as session, session.transaction():
        session.execute("LOCK TABLE t")
        with pytest.raises(DatabaseError, match=rf"could not be locked.*pid {session.info.backend_pid} \(postgres"):
            making.base()

    assert making.manifests() == []


def test_a_line_of_another_history_is_refused(making: Making) -> None:
    line = making.line()
    other = ("0" if line[0] != "0" else "1") + line[1:]

    with pytest.raises(DatabaseError, match=r"is another history.*begin a new line"):
        making.base(making.source(streaming=making.connection(), line=other))


def test_a_server_without_logical_decoding_gives_a_base_that_stands_for_itself(
    making: Making, postgres_cluster: PostgresCluster
) -> None:
    making.cluster, making.database = postgres_cluster, postgres_cluster.create_database()
    making.execute(TABLE)

    manifest = on_the_line(making).manifest

    assert (manifest.rows, manifest.line, manifest.lsn) == (1000, None, None)


@pytest.mark.parametrize(
    "change", ["TRUNCATE t; INSERT INTO t VALUES (1)", "DROP TABLE t; CREATE TABLE t AS SELECT 1 AS n"]
)
def test_a_table_that_is_replaced_as_the_base_begins_is_not_backed_up_as_an_empty_one(
    making: Making, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    making.execute(TABLE)
    changed: list[int] = []

    def change_first(*arguments: object) -> None:
        if not changed:
            with making.cluster.connect(making.database) as session:
                session.execute(change.encode())
            changed.append(1)
        lock_tables(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot, "lock_tables", change_first)

    assert making.base().manifest.rows == 1, "a new snapshot was taken, which sees the new table's row"


def test_tables_that_keep_being_replaced_end_the_run(making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    making.execute(TABLE)

    def change_always(*arguments: object) -> None:
        making.execute("TRUNCATE t")
        lock_tables(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot, "lock_tables", change_always)

    with pytest.raises(DatabaseError, match=r"replaced by new ones 3 times .*\(public\.t\)|\(t\)"):
        making.base()


def test_definitions_cannot_change_while_a_base_is_made(making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    making.execute(TABLE)
    original, refused = store_schema, list[str]()

    def try_to_change(*arguments: Any) -> Any:
        with making.cluster.connect(making.database) as session:
            session.execute("SET lock_timeout = '300ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable) as error:
                session.execute("ALTER TABLE t ADD COLUMN later int")
        refused.append(str(error.value))
        return original(*arguments)

    monkeypatch.setattr(module, "store_schema", try_to_change)

    assert making.base().manifest.tables[0].columns == ("n",)
    assert refused, "the change waited for the base"
