"""What logins may do with the owner's objects, of today and of tomorrow; and what somebody granted beside that."""

from psycopg import sql

from runtime.database_roles.ownership import SCHEMAS
from runtime.database_roles.roles import DEFINITIONS, EXTENSIONS, OWNER, Grants, Role
from runtime.database_roles.work import Work

# Default privileges by kind: their code in pg_default_acl, and their name in ALTER DEFAULT PRIVILEGES.
_KINDS = {"TABLE": ("r", "TABLES"), "SEQUENCE": ("S", "SEQUENCES"), "SCHEMA": ("n", "SCHEMAS")}
_DEFAULTS = sql.SQL("""
SELECT a.privilege_type FROM pg_default_acl, aclexplode(defaclacl) a
WHERE pg_get_userbyid(defaclrole) = %s AND defaclnamespace = 0 AND defaclobjtype = %s AND pg_get_userbyid(a.grantee) = %s""")
# The objects of a kind on which a login lacks one of the privileges.
_MISSING = {
    "SCHEMA": sql.SQL(f"""
        WITH schemas AS ({SCHEMAS}) SELECT quote_ident(nspname) FROM schemas
        WHERE pg_has_role(nspowner, 'USAGE') AND NOT (
            SELECT bool_and(has_schema_privilege(%s, oid, p)) FROM unnest(%s::text[]) p)
        ORDER BY 1"""),  # noqa: S608
    "TABLE": sql.SQL(f"""
        WITH schemas AS ({SCHEMAS}) SELECT c.oid::regclass::text FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_get_userbyid(c.relowner) = '{OWNER}' AND NOT (
            SELECT bool_and(has_table_privilege(%s, c.oid, p)) FROM unnest(%s::text[]) p)
        ORDER BY 1"""),  # noqa: S608
    "SEQUENCE": sql.SQL(f"""
        WITH schemas AS ({SCHEMAS}) SELECT c.oid::regclass::text FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
        WHERE c.relkind = 'S' AND pg_get_userbyid(c.relowner) = '{OWNER}' AND NOT (
            SELECT bool_and(has_sequence_privilege(%s, c.oid, p)) FROM unnest(%s::text[]) p)
        ORDER BY 1"""),  # noqa: S608
}
# Grants to our logins and to everybody on what is not an extension's; an owner's own entry is no grant.
_GRANTED = sql.SQL(f"""
WITH schemas AS ({SCHEMAS}), granted AS (
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.oid::regclass::text AS name, relowner AS owner, a.*
    FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL SELECT 'SCHEMA', s.nspname, s.nspowner, a.*
    FROM schemas s JOIN pg_namespace n ON n.oid = s.oid CROSS JOIN LATERAL aclexplode(n.nspacl) a
    UNION ALL SELECT 'DATABASE', datname, datdba, a.* FROM pg_database CROSS JOIN LATERAL aclexplode(datacl) a
    WHERE datname = current_database()
)
SELECT kind, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END AS who, privilege_type, min(name), count(*)
FROM granted WHERE grantee <> owner AND (grantee = 0 OR pg_get_userbyid(grantee) = ANY(%s))
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""")  # noqa: S608 - constants of this file
_UNREADABLE = {
    "large objects": sql.SQL(
        "SELECT count(*) FROM pg_largeobject_metadata WHERE NOT has_largeobject_privilege(%s, oid, 'SELECT')"
    ),
    # pg_dump sets row_security off, and is refused then.
    "tables with row-level security": sql.SQL("SELECT count(*) FROM pg_class WHERE relrowsecurity AND %s <> ''"),
}


def keep_grants(work: Work) -> None:
    """Every login may do with the owner's schemas, tables and sequences what its definition says, those to come included."""
    for definition in DEFINITIONS:
        login, privileges = definition.role.username, definition.grants
        for kind in _MISSING:
            if kind in privileges:
                _keep_granted(work, login, kind, privileges[kind])
        for kind in _KINDS:
            _keep_default(work, login, kind, privileges)


def _keep_granted(work: Work, login: str, kind: str, privileges: tuple[str, ...]) -> None:
    names = [row[0] for row in work.rows(_MISSING[kind], login, list(privileges))]
    if names:
        wanted = ", ".join(privileges)
        # The names come quoted from the server.
        statement = sql.SQL(f"GRANT {wanted} ON {kind} {', '.join(names)} TO {{}}")
        noun = kind.lower() if len(names) == 1 else f"{len(names)} {kind.lower()}s"
        what = f"{login}: {wanted} on {noun} {names[0] if len(names) == 1 else ''}".rstrip()
        work.change(what, statement.format(sql.Identifier(login)))


def _keep_default(work: Work, login: str, kind: str, grants: Grants) -> None:
    code, plural = _KINDS[kind]
    privileges = grants.get(kind, ())
    found = {row[0] for row in work.rows(_DEFAULTS, OWNER, code, login)}
    if not found.issuperset(privileges):
        names = ", ".join(privileges)
        statement = sql.SQL(f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} GRANT {names} ON {plural} TO {{}}")
        work.change(
            f"{login}: {names} on the {plural.lower()} to come",
            statement.format(sql.Identifier(OWNER), sql.Identifier(login)),
        )
    for extra in sorted(found - set(privileges)):
        work.warn(f"{login} gets {extra} on the {plural.lower()} to come, by hand: take it back, or add it to the data")


def keep_extensions(work: Work) -> None:
    """The extensions, each at the version that the server brings."""
    for name in EXTENSIONS:
        versions = sql.SQL("SELECT installed_version, default_version FROM pg_available_extensions WHERE name = %s")
        found = work.rows(versions, name)
        if not found:
            work.warn(f"the server does not have the extension {name}")
            continue
        installed, offered = found[0]
        if installed is None:
            work.attempt(f"extension {name}", sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        elif installed != offered:
            statement = sql.SQL("ALTER EXTENSION {} UPDATE").format(sql.Identifier(name))
            work.attempt(f"extension {name}: {offered} instead of {installed}", statement)


def warn_of_grants(work: Work) -> None:
    """Grants that are not in the data are somebody's decision: told, not taken back. So is what the backup cannot read."""
    logins = [definition.role.username for definition in DEFINITIONS]
    for kind, who, privilege, name, count in work.rows(_GRANTED, logins):
        if not _expected(kind, who, privilege):
            more = f" and {count - 1} more" if count > 1 else ""
            work.warn(
                f"{who} has {privilege} on {kind.lower()} {name}{more}, by hand: take it back, or add it to the roles' data"
            )
    for what, query in _UNREADABLE.items():
        count = work.rows(query, Role.BACKUP.username)[0][0]
        if count:
            work.warn(f"{Role.BACKUP.username} cannot read {count} {what}: a dump will fail")


def _expected(kind: str, who: str, privilege: str) -> bool:
    if kind == "DATABASE":
        return privilege == "CONNECT" and who != "PUBLIC"
    if who == "PUBLIC":
        return kind == "SCHEMA" and privilege == "USAGE"
    granted = {definition.role.username: definition.grants for definition in DEFINITIONS}
    return privilege in granted.get(who, {}).get(kind, ())
