"""The database and everything in it belong to the owner, and nobody gets in or makes anything by being just anybody."""

from psycopg import sql

from runtime.database_roles.roles import DEFINITIONS, OWNER
from runtime.database_roles.work import Work
from runtime.wal.capture.objects import SCHEMA

_DATABASE = sql.SQL("""
SELECT pg_get_userbyid(datdba), has_database_privilege('public', oid, 'CONNECT'), has_database_privilege('public', oid, 'TEMPORARY')
FROM pg_database WHERE datname = current_database()""")
# Every schema that people made, and public; what belongs to an extension is the extension's business, and to the capture nobody else's:
# the owner of its proofs could forge changes of the schema.
SCHEMAS = f"""
SELECT n.oid, n.nspname, n.nspowner FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '{SCHEMA}')
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')"""  # noqa: S608 - a constant
# A sequence that belongs to a column and a type that belongs to a table go with them. public belongs to whoever owns the database.
_FOREIGN = sql.SQL(f"""
WITH schemas AS ({SCHEMAS}), objects AS (
    SELECT 0 AS rank, 'pg_namespace'::regclass AS classid, oid AS objid, nspowner AS owner FROM schemas
    WHERE nspowner <> 'pg_database_owner'::regrole
    UNION ALL SELECT 1, 'pg_class'::regclass, c.oid, c.relowner FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT (c.relkind = 'S' AND EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')))
    UNION ALL SELECT 1, 'pg_proc'::regclass, p.oid, p.proowner FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace
    UNION ALL SELECT 1, 'pg_type'::regclass, t.oid, t.typowner FROM pg_type t JOIN schemas s ON s.oid = t.typnamespace
    WHERE t.typtype IN ('c', 'd', 'e', 'r') AND (t.typrelid = 0 OR (SELECT relkind FROM pg_class WHERE oid = t.typrelid) = 'c')
)
SELECT i.type, i.identity, pg_get_userbyid(owner), pg_has_role(owner, 'USAGE')
FROM objects CROSS JOIN LATERAL pg_identify_object(classid, objid, 0) AS i
WHERE pg_get_userbyid(owner) <> %s AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = objects.classid AND d.objid = objects.objid AND d.deptype = 'e')
ORDER BY rank, i.type, i.identity""")  # noqa: S608 - a constant of this file
_PUBLIC_CREATE = sql.SQL("SELECT has_schema_privilege('public', 'public', 'CREATE')")


def keep_database(work: Work) -> None:
    """The owner owns the database; of all others only our logins may connect to it."""
    name = work.rows(sql.SQL("SELECT current_database()"))[0][0]
    database = sql.Identifier(name)
    owner, connects, makes_temporary = work.rows(_DATABASE)[0]
    if owner != OWNER:
        work.change(
            f"the database {name} belongs to {OWNER}, no longer to {owner}",
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(OWNER)),
        )
    for allowed, privilege in ((connects, "CONNECT"), (makes_temporary, "TEMPORARY")):
        if allowed:
            statement = sql.SQL("REVOKE {} ON DATABASE {} FROM PUBLIC").format(sql.SQL(privilege), database)
            work.change(f"PUBLIC: {privilege} on the database taken back", statement)
    for definition in DEFINITIONS:
        login = definition.role.username
        granted = sql.SQL("""
            SELECT EXISTS (SELECT FROM pg_database, aclexplode(datacl) a
            WHERE datname = current_database() AND a.privilege_type = 'CONNECT' AND pg_get_userbyid(a.grantee) = %s)""")
        if not work.rows(granted, login)[0][0]:
            statement = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(login))
            work.change(f"{login}: may connect", statement)


def keep_objects(work: Work) -> None:
    """What others made before belongs to the owner, as far as the master user can hand it over."""
    unreachable: dict[str, list[str]] = {}
    for kind, identity, owner, reachable in work.rows(_FOREIGN, OWNER):
        if not reachable:
            unreachable.setdefault(owner, []).append(f"{kind} {identity}")
            continue
        # Both come quoted from the server.
        statement = sql.SQL(f"ALTER {kind} {identity} OWNER TO {{}}").format(sql.Identifier(OWNER))
        work.attempt(f"{kind} {identity} belongs to {OWNER}, no longer to {owner}", statement)
    for owner, objects in sorted(unreachable.items()):
        work.warn(
            f"{owner} owns {_some(objects)}: the logins may not see it. To mend it: GRANT {owner} TO the master user, and deploy again"
        )
    if work.rows(_PUBLIC_CREATE)[0][0]:
        work.change(
            "PUBLIC: CREATE in the schema public taken back", sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        )


def _some(objects: list[str], named: int = 3) -> str:
    more = len(objects) - named
    return ", ".join(objects[:named]) + (f" and {more} more" if more > 0 else "")
