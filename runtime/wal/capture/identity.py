"""Which tables have an identity that their UPDATEs and DELETEs can be published by: found before any of them is refused."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from runtime.database_roles.work import Work
from runtime.wal.capture import gaps
from runtime.wal.capture.objects import SCHEMA, TABLES

_TABLES = sql.SQL(TABLES.text)
_PREFLIGHT = sql.SQL("""
WITH tables AS ({})
SELECT t.name, t.reason, t.mendable, ARRAY(
    SELECT p.pubname FROM pg_publication p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
        OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid
            AND r.prrelid IN (SELECT t.oid UNION ALL SELECT relid FROM pg_partition_ancestors(t.oid)))
        OR EXISTS (SELECT FROM pg_publication_namespace s JOIN pg_class c ON c.relnamespace = s.pnnspid
            WHERE s.pnpubid = p.oid AND c.oid IN (SELECT t.oid UNION ALL SELECT relid FROM pg_partition_ancestors(t.oid))))
    ORDER BY 1)
FROM tables t WHERE NOT t.usable ORDER BY t.name""").format(_TABLES)
_TO_KEEP = sql.SQL("SELECT t.oid FROM {} t WHERE {}(t.oid) IS NOT NULL OR t.reason IS NOT NULL ORDER BY t.name").format(
    sql.Identifier(SCHEMA, "tables"), sql.Identifier(SCHEMA, "next_step")
)
_KEEP = sql.SQL("SELECT name, done, gap FROM {}(ARRAY[%s]::oid[])").format(sql.Identifier(SCHEMA, "keep_tables"))


@dataclass(frozen=True)
class Finding:
    """A table without a usable identity, why, and the publications because of which its UPDATEs or DELETEs are refused already.

    `mended` says that the capture gives it REPLICA IDENTITY FULL; the others are archived with their new rows alone.
    """

    table: str
    reason: str
    mended: bool
    refused_by: tuple[str, ...]

    def __str__(self) -> str:
        name, remedy = self.table, "give it a primary key, not deferrable and without generated columns"
        if self.refused_by:
            what = f"{name}: UPDATE or DELETE is refused now, because {', '.join(self.refused_by)} publishes it and {self.reason}"
        elif self.mended:
            what = f"{name}: {self.reason}, so it is published with whole rows, and its WAL grows"
        else:
            what = f"{name}: changed and deleted rows are not archived: {self.reason}"
        return f"{what}. To mend it: {remedy}"


def preflight(session: psycopg.Connection[Any]) -> tuple[Finding, ...]:
    """Every permanent table, partitions included, that has no usable identity; whether or not the capture is installed."""
    rows = session.execute(_PREFLIGHT).fetchall()
    return tuple(Finding(name, reason, mended, tuple(publications)) for name, reason, mended, publications in rows)


def keep_tables(work: Work) -> None:
    """Give every table its identity and its place in the publications, each in a transaction of its own; name what cannot be."""
    late = []
    for (oid,) in work.rows(_TO_KEEP):
        for name, done, gap in work.rows(_KEEP, oid):
            if done is not None:
                work.changes.append(done)
                # Its publication follows from its identity, by the event trigger, in the same statement.
                late += [name] if " ADD TABLE " in done or done.endswith(" FULL") else []
            else:
                remedy = "see to that, and deploy again" if "is refused: " in gap else "give it a primary key"
                work.warn(f"{name}: changed and deleted rows are not archived: {gap}. To mend it: {remedy}")
    if late:
        # A line that was there already is not whole without a new base.
        reason = "what happened to it before it was published is not in the archive"
        gaps.say(work, "ALTER PUBLICATION", reason, sorted(set(late)))
    for finding in preflight(work.session):
        if finding.refused_by:
            work.warn(str(finding))
