"""The SQL that the documents tell people to type is run on a PostgreSQL 18."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.docs.code import pieces
from tests.postgres_cluster import PostgresCluster, running_cluster

# A statement has a verb and at least two words more: `VACUUM FULL` alone is a word about it.
STATEMENT = re.compile(
    r"(?:SELECT|GRANT|REVOKE|VACUUM|REINDEX|ROLLBACK PREPARED|CREATE|ALTER|DROP|INSERT|UPDATE|DELETE)\s+\S+\s+\S.*",
    re.DOTALL,
)
# What stands for the words that a person fills in.
SAMPLES = {
    "<pid>": "0",
    "<table>": "account",
    "<column>": "money",
    "<name>": "account_money",
    "<ids>": "ARRAY[1, 2]",
    "<slot>": "a_slot",
    "<gid>": "a transaction",
    "<oid>": "4711",
    "<login>": "an_old_login",
}
# What is right and is refused here: this server is no replica, and has no prepared transaction.
REFUSED = {
    "pg_is_wal_replay_paused": errors.ObjectNotInPrerequisiteState,
    "ROLLBACK PREPARED": errors.UndefinedObject,
}
# The embedded server has no extensions: a table with the columns of pg_stat_statements 1.12, which is PostgreSQL 18's (its page
# of the documentation).
PG_STAT_STATEMENTS = """
    CREATE TABLE pg_stat_statements (
        userid oid, dbid oid, toplevel bool, queryid bigint, query text,
        plans bigint, total_plan_time float8, min_plan_time float8, max_plan_time float8, mean_plan_time float8, stddev_plan_time float8,
        calls bigint, total_exec_time float8, min_exec_time float8, max_exec_time float8, mean_exec_time float8, stddev_exec_time float8,
        rows bigint,
        shared_blks_hit bigint, shared_blks_read bigint, shared_blks_dirtied bigint, shared_blks_written bigint,
        local_blks_hit bigint, local_blks_read bigint, local_blks_dirtied bigint, local_blks_written bigint,
        temp_blks_read bigint, temp_blks_written bigint,
        shared_blk_read_time float8, shared_blk_write_time float8, local_blk_read_time float8, local_blk_write_time float8,
        temp_blk_read_time float8, temp_blk_write_time float8,
        wal_records bigint, wal_fpi bigint, wal_bytes numeric, wal_buffers_full bigint,
        stats_since timestamptz, minmax_stats_since timestamptz
    )
"""


@pytest.fixture(scope="module")
def session() -> Iterator[psycopg.Connection[Any]]:
    """A server with what the statements are about: logins, a table, a large object, a slot."""
    with running_cluster() as cluster, cluster.connect() as session:
        _furnish(cluster)
        yield session


def _furnish(cluster: PostgresCluster) -> None:
    with cluster.connect() as session:
        for role in ("jobr_admin", "jobr_owner", "jobr_backup", "jobr_application", "an_old_login"):
            session.execute(f"CREATE ROLE {role}".encode())
        session.execute("CREATE TABLE account (id int PRIMARY KEY, money int)")
        session.execute(PG_STAT_STATEMENTS)
        session.execute("SELECT lo_create(4711)")
        session.execute("SELECT pg_create_physical_replication_slot('a_slot')")


def _statements() -> list[tuple[str, str]]:
    return sorted({(page.name, code) for page, code in pieces() if STATEMENT.fullmatch(code)})


@pytest.mark.parametrize(("page", "statement"), _statements())
def test_postgresql_runs_every_statement_as_it_is_written(
    session: psycopg.Connection[Any], page: str, statement: str
) -> None:
    text = statement
    for word, sample in SAMPLES.items():
        text = text.replace(word, sample)
    left = re.findall(r"<[a-z-]+>|…", text)
    assert not left, f"{page}: say in SAMPLES what stands for {left}, or write the statement out"
    refusal = next((error for words, error in REFUSED.items() if words in text), None)
    if refusal is None:
        session.execute(text.encode())
        return
    with pytest.raises(refusal):
        session.execute(text.encode())


def test_the_runbooks_have_statements_to_run() -> None:
    assert len({statement for page, statement in _statements() if page.endswith(".md")}) > 20
