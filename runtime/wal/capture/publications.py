"""The two publications of the archive.

One publishes what is added and what is emptied, of every table; it can never make a statement fail. The other publishes changed and
deleted rows, of the tables whose replica identity PostgreSQL accepts for that, one by one. In a single publication FOR ALL TABLES,
every UPDATE and DELETE on a table without such an identity would be refused, and none could be left out of it.

A stream names both: START_REPLICATION ... publication_names '"jobr_archive","jobr_archive_changes"'.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from runtime.database_roles.work import Work

ROWS = "jobr_archive"
CHANGES = "jobr_archive_changes"
PUBLICATIONS = (ROWS, CHANGES)

_FOUND = sql.SQL("""
SELECT puballtables, concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
    CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END), pubviaroot OR pubgencols <> 'n'
FROM pg_publication WHERE pubname = %s""")


@dataclass(frozen=True)
class Publication:
    """A publication, and which operations it publishes; `everything` asks for one FOR ALL TABLES where the server allows it."""

    name: str
    publish: str
    everything: bool

    @property
    def options(self) -> sql.Composed:
        """Its WITH clause. Partitions are published as themselves; generated columns are computed again by whoever replays."""
        return sql.SQL("(publish = {}, publish_via_partition_root = false, publish_generated_columns = none)").format(
            sql.Literal(self.publish)
        )


_WANTED = (
    Publication(ROWS, "insert, truncate", everything=True),
    Publication(CHANGES, "update, delete", everything=False),
)


def keep_publications(work: Work) -> None:
    """Both publications as they must be; a list of tables where FOR ALL TABLES is refused."""
    for wanted in _WANTED:
        found = work.rows(_FOUND, wanted.name)
        if not found:
            _make(work, wanted)
            continue
        everything, publish, differs = found[0]
        if wanted.everything and not everything:
            _make_for_all(work, wanted)
        if publish != wanted.publish or differs:
            statement = sql.SQL("ALTER PUBLICATION {} SET {}").format(sql.Identifier(wanted.name), wanted.options)
            work.change(f"the publication {wanted.name} publishes {wanted.publish}, no longer {publish}", statement)


def _make(work: Work, wanted: Publication) -> None:
    if wanted.everything and _make_for_all(work, wanted):
        return
    statement = sql.SQL("CREATE PUBLICATION {} WITH {}").format(sql.Identifier(wanted.name), wanted.options)
    work.change(f"the publication {wanted.name} of a list of tables", statement)


def _make_for_all(work: Work, wanted: Publication) -> bool:
    name = sql.Identifier(wanted.name)
    try:
        with work.session.transaction():
            work.session.execute(sql.SQL("DROP PUBLICATION IF EXISTS {}").format(name))
            work.session.execute(sql.SQL("CREATE PUBLICATION {} FOR ALL TABLES WITH {}").format(name, wanted.options))
    except psycopg.errors.InsufficientPrivilege:
        return False
    work.changes.append(f"the publication {wanted.name} of all tables")
    return True
