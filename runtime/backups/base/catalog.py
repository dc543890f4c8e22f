"""What there is to back up, read from the catalogs under the base's snapshot."""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from runtime.backups.base.manifest import Extension, Locale, Name, Role, Sequence

Session = psycopg.Connection[Any]

# What pg_dump dumps: nothing of the system's schemas, and of an extension's tables only those that it says hold the user's rows.
_OURS: LiteralString = """
n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_catalog.pg_extension'::regclass
    AND d.deptype = 'e' AND c.oid <> ALL (coalesce(e.extconfig, '{}')))"""
_TABLES: LiteralString = f"""
SELECT c.oid, n.nspname, c.relname, c.relpersistence = 'u' AS unlogged,
    coalesce(pg_catalog.pg_relation_size(CASE WHEN %(sizes)s AND c.relpersistence = 'p' THEN c.oid END), 0) AS bytes,
    coalesce(pg_catalog.pg_relation_size(CASE WHEN %(sizes)s AND c.relpersistence = 'p' THEN nullif(c.reltoastrelid, 0) END), 0) AS toast,
    pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable, pg_catalog.row_security_active(c.oid) AS hidden,
    pg_catalog.pg_get_userbyid(c.relowner) AS owner, c.relforcerowsecurity AS forced,
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
    (SELECT e.extcondition[array_position(e.extconfig, c.oid)] FROM pg_catalog.pg_extension AS e WHERE c.oid = ANY (e.extconfig)) AS condition
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {_OURS} ORDER BY n.nspname, c.relname"""  # noqa: S608  # constants of this file
_SEQUENCES: LiteralString = f"""
SELECT n.nspname, c.relname, pg_catalog.has_sequence_privilege(c.oid, 'SELECT') AS readable
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND NOT (c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()) AND {_OURS}
ORDER BY n.nspname, c.relname"""  # noqa: S608  # constants of this file
_EXTENSIONS: LiteralString = """
SELECT n.nspname, e.extname, e.extversion FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql' ORDER BY e.extname"""
_DATABASE: LiteralString = """
SELECT to_jsonb(d), pg_catalog.pg_encoding_to_char(d.encoding) FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()"""
_MATERIALIZED: LiteralString = f"""
SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND c.relispopulated AND {_OURS} ORDER BY n.nspname, c.relname"""  # noqa: S608  # constants of this file
_VIEWS_READ: LiteralString = """
SELECT DISTINCT r.ev_class, d.refobjid FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')
JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.ev_class"""
# Owners and grantees are dependencies that every database records. Not so for the role that initdb made, which cannot be dropped.
_ROLES: LiteralString = """
SELECT role, bool_or(owns) FROM (
SELECT pg_catalog.pg_get_userbyid(s.refobjid)::text AS role, s.deptype = 'o' AS owns FROM pg_catalog.pg_shdepend AS s
JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid AND d.datname = pg_catalog.current_database()
WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.deptype IN ('o', 'a', 'r')
UNION SELECT pg_catalog.pg_get_userbyid(10)::text, true WHERE EXISTS (
    SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relowner = 10 AND c.relkind <> 't' AND """
_ROLES_END: LiteralString = """)
    OR EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspowner = 10 AND oid >= 16384)
    OR EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata WHERE lomowner = 10)
) AS found GROUP BY role ORDER BY role"""
_LARGE_OBJECTS: LiteralString = """
SELECT (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata), pg_catalog.current_setting('block_size')::int / 4,
    pg_catalog.pg_relation_size('pg_catalog.pg_largeobject'), pg_catalog.has_table_privilege('pg_catalog.pg_largeobject', 'SELECT')"""


@dataclass(frozen=True)
class FoundTable:
    """A table with rows of its own. `bytes` are those of its blocks, `toast_bytes` those of its long values elsewhere."""

    oid: int
    name: Name
    columns: tuple[str, ...]
    condition: str
    bytes: int
    toast_bytes: int
    owner: str
    is_unlogged: bool
    is_readable: bool
    is_hidden: bool
    is_forced: bool

    @property
    def identifier(self) -> sql.Identifier:
        """Its name in SQL."""
        return sql.Identifier(self.name.schema_name, self.name.name)


@dataclass(frozen=True)
class FoundLargeObjects:
    """All large objects, and the length of their pages: LOBLKSIZE, a quarter of a block (src/include/storage/large_object.h)."""

    count: int
    page_bytes: int
    bytes: int
    is_readable: bool


def tables(session: Session, *, sizes: bool) -> list[FoundTable]:
    """Every table with rows of its own, in the order of the names. To ask for sizes takes a lock, as reading does; else they are 0."""
    with session.cursor(row_factory=dict_row) as cursor:
        return [
            FoundTable(
                oid=row["oid"],
                name=Name(schema_name=row["nspname"], name=row["relname"]),
                columns=tuple(row["columns"]),
                condition=row["condition"] or "",
                bytes=row["bytes"],
                toast_bytes=row["toast"],
                owner=row["owner"],
                is_unlogged=row["unlogged"],
                is_readable=row["readable"],
                is_hidden=row["hidden"],
                is_forced=row["forced"],
            )
            for row in cursor.execute(_TABLES, {"sizes": sizes})
        ]


def closed_sequences(session: Session) -> list[Name]:
    """The sequences that the login may not read."""
    return [Name(schema_name=schema, name=name) for schema, name, may in session.execute(_SEQUENCES) if not may]


def sequences(session: Session) -> list[Sequence]:
    """Every sequence, and where it stands."""
    readable = [Name(schema_name=schema, name=name) for schema, name, may in session.execute(_SEQUENCES) if may]
    found = []
    for first in range(0, len(readable), 100):
        part = readable[first : first + 100]
        union = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, last_value, is_called FROM {}").format(
                number, sql.Identifier(item.schema_name, item.name)
            )
            for number, item in enumerate(part)
        )
        for number, last_value, is_called in session.execute(union):
            found.append(Sequence(**part[number].model_dump(), last_value=last_value, is_called=is_called))
    return found


def extensions(session: Session) -> list[Extension]:
    """Every extension but plpgsql, which a new database has."""
    return [Extension(schema_name=row[0], name=row[1], version=row[2]) for row in session.execute(_EXTENSIONS)]


def roles(session: Session) -> list[Role]:
    """Who owns something in this database or is granted something, without the roles that every server has."""
    return [Role(name=row[0], owns=row[1]) for row in session.execute(_ROLES + _OURS + _ROLES_END)]


def locale(session: Session) -> Locale:
    """With what this database was created."""
    found = session.execute(_DATABASE).fetchone()
    row: dict[str, Any] = found[0] if found else {}
    providers = {"c": "libc", "i": "icu", "b": "builtin"}
    return Locale.model_validate(
        {
            "encoding": found[1] if found else "",
            "provider": providers[str(row.get("datlocprovider", "c"))],  # since 15; before there was only one
            "collate": row["datcollate"],
            "ctype": row["datctype"],
            "locale": row.get("datlocale", row.get("daticulocale")),  # 17 gave it the new name
            "icu_rules": row.get("daticurules"),
            "collation_version": row.get("datcollversion"),
        }
    )


def materialized_views(session: Session) -> list[Name]:
    """Those that hold rows, each behind the ones that it reads."""
    found = {row[0]: Name(schema_name=row[1], name=row[2]) for row in session.execute(_MATERIALIZED)}
    order: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(found, ()))
    for view, read in session.execute(_VIEWS_READ):
        order.add(view, read)
    return [found[oid] for oid in order.static_order() if oid in found]


def large_objects(session: Session) -> FoundLargeObjects:
    """How many there are, and whether their bytes may be read."""
    row = session.execute(_LARGE_OBJECTS).fetchone()
    return FoundLargeObjects(*(row or (0, 2048, 0, False)))


def is_standby(session: Session) -> bool:
    """Whether the server follows another one."""
    return session.execute("SELECT pg_catalog.pg_is_in_recovery()").fetchone() == (True,)


def subscriptions(session: Session) -> list[str]:
    """The subscriptions of this database, which pg_dump leaves out unless a superuser asks."""
    return [
        row[0]
        for row in session.execute("""
            SELECT s.subname FROM pg_catalog.pg_subscription AS s
            JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database() ORDER BY 1""")
    ]
