"""A table of the target as it is now: its columns, its unique indexes, and what would fire although it must not."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from runtime.recovery.errors import ReplayError
from runtime.wal.pgoutput import Relation

TABLE = """
SELECT c.oid, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s
"""
# A domain may forbid NULL, which a staging table needs where the stream leaves a value out: it gets the type below.
COLUMNS = """
WITH RECURSIVE base (number, type, modifier) AS (
    SELECT attnum, atttypid, atttypmod FROM pg_attribute WHERE attrelid = %(oid)s AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT b.number, t.typbasetype, t.typtypmod FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
)
SELECT a.attname, a.attgenerated <> '', format_type(b.type, b.modifier), n.nspname, c.collname
FROM pg_attribute a JOIN base b ON b.number = a.attnum JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
LEFT JOIN pg_collation c ON c.oid = a.attcollation LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE a.attrelid = %(oid)s ORDER BY a.attnum
"""
# Each type's own equality (citext's, not text's), as the index has it: strategy 3 of btree. Keys WITHOUT OVERLAPS have GiST, and PostgreSQL's own types.
INDEXES = """
SELECT array_agg(a.attname::text ORDER BY k.place), array_agg(coalesce(n.nspname, 'pg_catalog')::text ORDER BY k.place), bool_and(a.attnotnull)
FROM pg_index i
CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[]) WITH ORDINALITY AS k (attnum, class, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
JOIN pg_opclass o ON o.oid = k.class
LEFT JOIN pg_amop e ON e.amopfamily = o.opcfamily AND e.amopstrategy = 3 AND e.amoplefttype = o.opcintype AND e.amoprighttype = o.opcintype
    AND e.amopmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')
LEFT JOIN pg_operator q ON q.oid = e.amopopr LEFT JOIN pg_namespace n ON n.oid = q.oprnamespace
WHERE i.indrelid = %(oid)s AND (i.indisunique OR i.indisprimary) AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
    AND k.place <= i.indnkeyatts
GROUP BY i.indexrelid, i.indisprimary ORDER BY i.indisprimary DESC, i.indexrelid
"""
LOUD = """
SELECT 'TRIGGER', tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = %(oid)s AND NOT tgisinternal AND tgenabled IN ('A', 'R')
UNION ALL
SELECT 'RULE', rulename, ev_enabled::text FROM pg_rewrite WHERE ev_class = %(oid)s AND ev_enabled IN ('A', 'R') AND rulename <> '_RETURN'
"""


@dataclass(frozen=True)
class TargetColumn:
    """A column: whether the table computes it, and its type, below all domains, with its collation, as SQL."""

    name: str
    generated: bool
    type: sql.Composable


@dataclass(frozen=True)
class UniqueIndex:
    """A key of the table: its columns, the schemas of their equality operators, and whether all are NOT NULL."""

    columns: tuple[str, ...]
    operators: tuple[str, ...]
    not_null: bool


@dataclass(frozen=True)
class Loud:
    """A trigger or rule that fires although session_replication_role is replica: what to say to silence it, and to have it back."""

    silence: sql.Composed
    restore: sql.Composed


@dataclass(frozen=True)
class Table:
    """A table of the target."""

    schema: str
    name: str
    columns: dict[str, TargetColumn]
    indexes: tuple[UniqueIndex, ...]
    loud: tuple[Loud, ...]

    @property
    def sql(self) -> sql.Composable:
        """The table's name."""
        return sql.Identifier(self.schema, self.name)


def describe(session: psycopg.Connection[Any], relation: Relation) -> Table | None:
    """The target's table of this name, None when there is none. Raises ReplayError when it cannot take these rows."""
    found = session.execute(TABLE, [relation.schema, relation.name]).fetchone()
    if found is None:
        return None
    oid, kind = found
    name = f"{relation.schema}.{relation.name}"
    if kind != "r":
        raise ReplayError(
            f"{name} is no plain table in the target, and cannot be written. The publication must stream partitions under their own names: "
            "ALTER PUBLICATION … SET (publish_via_partition_root = false)."
        )
    place = {"oid": oid}
    columns = {row[0]: TargetColumn(row[0], row[1], _type(*row[2:])) for row in session.execute(COLUMNS, place)}
    indexes = tuple(UniqueIndex(tuple(row[0]), tuple(row[1]), row[2]) for row in session.execute(INDEXES, place))
    table = sql.Identifier(relation.schema, relation.name)
    loud = tuple(_loud(table, *row) for row in session.execute(LOUD, place))
    _check(name, relation, columns)
    return Table(relation.schema, relation.name, columns, indexes, loud)


def _type(name: str, collation_schema: str | None, collation: str | None) -> sql.Composable:
    # The name comes from format_type, which quotes what needs it.
    spelled: sql.Composable = sql.SQL(name)
    if collation is None or collation_schema is None:
        return spelled
    return sql.SQL("{} COLLATE {}").format(spelled, sql.Identifier(collation_schema, collation))


def _loud(table: sql.Composable, kind: str, name: str, enabled: str) -> Loud:
    words = {"A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}
    command = "ALTER TABLE {} {} {}"
    silence = f"DISABLE {kind}"
    restore = f"{words[enabled]} {kind}"
    return Loud(
        sql.SQL(command).format(table, sql.SQL(silence), sql.Identifier(name)),
        sql.SQL(command).format(table, sql.SQL(restore), sql.Identifier(name)),
    )


def _check(name: str, relation: Relation, columns: dict[str, TargetColumn]) -> None:
    told = {column.name for column in relation.columns}
    if missing := sorted(told - columns.keys()):
        raise ReplayError(
            f"The stream has columns of {name} that the target has not: {', '.join(missing)}. The table was changed on the source without a message of it in the "
            "stream. Recover to a point before the change, or from a base made after it."
        )
    if unknown := sorted(
        column.name for column in columns.values() if not column.generated and column.name not in told
    ):
        raise ReplayError(
            f"The target has columns of {name} that the stream has not: {', '.join(unknown)}. Their values would be lost. Either the publication has a list "
            "of columns (remove it), or the table was changed on the source without a message of it in the stream: recover to a point before the change, or "
            "from a base made after it."
        )
