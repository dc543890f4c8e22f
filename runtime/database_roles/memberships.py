"""Roles, their attributes, their settings and what they are members of: made and mended."""

from typing import Any

from psycopg import sql

from runtime.database_roles.roles import DEFINITIONS, OWNER, Definition
from runtime.database_roles.work import Work

_ATTRIBUTES = sql.SQL("""
SELECT rolcanlogin, rolcreaterole, rolcreatedb, rolreplication, rolsuper, rolbypassrls, rolinherit, rolconnlimit,
       rolvaliduntil IS NOT NULL AND rolvaliduntil <> 'infinity' AS expires
FROM pg_roles WHERE rolname = %s""")
_WORDS = {
    "rolcanlogin": ("LOGIN", "NOLOGIN"),
    "rolcreaterole": ("CREATEROLE", "NOCREATEROLE"),
    "rolcreatedb": ("CREATEDB", "NOCREATEDB"),
    "rolreplication": ("REPLICATION", "NOREPLICATION"),
    "rolsuper": ("SUPERUSER", "NOSUPERUSER"),
    "rolbypassrls": ("BYPASSRLS", "NOBYPASSRLS"),
    "rolinherit": ("INHERIT", "NOINHERIT"),
}
_SETTINGS = sql.SQL("""
SELECT split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1), d.datname
FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS setting
LEFT JOIN pg_database d ON d.oid = s.setdatabase
WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = %s)""")
_MEMBERSHIPS = sql.SQL("""
SELECT pg_get_userbyid(roleid), pg_get_userbyid(grantor), admin_option, inherit_option AND set_option
FROM pg_auth_members WHERE member = (SELECT oid FROM pg_roles WHERE rolname = %s)""")
# The master user has a membership in every role that it made.
_FOREIGN_MEMBERS = sql.SQL("""
SELECT pg_get_userbyid(roleid), pg_get_userbyid(member) FROM pg_auth_members
WHERE pg_get_userbyid(roleid) = ANY(%s) AND NOT pg_get_userbyid(member) = ANY(%s) AND pg_get_userbyid(member) <> current_user
ORDER BY 1, 2""")


def keep_owner(work: Work) -> None:
    """The role that owns everything, with the master user among its members."""
    _keep_role(work, OWNER, {"rolcanlogin": False, "rolreplication": False, "rolconnlimit": -1})
    if not work.rows(sql.SQL("SELECT pg_has_role(%s, 'USAGE') AND pg_has_role(%s, 'SET')"), OWNER, OWNER)[0][0]:
        work.change(
            f"the master user is a member of {OWNER}",
            sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE").format(sql.Identifier(OWNER)),
        )


def keep_logins(work: Work, maximum_connections: int) -> None:
    """Every login with its attributes, settings and memberships, and nothing beyond them."""
    may_hand_on, known = _server(work)
    for definition in DEFINITIONS:
        name = definition.role.username
        wanted = {
            "rolcanlogin": True,
            # A server that gives this right by rds_replication refuses the attribute to a master user that lacks it.
            "rolreplication": definition.replicates and may_hand_on,
            "rolconnlimit": definition.connection_limit(maximum_connections),
        }
        _keep_role(work, name, wanted)
        _keep_settings(work, definition)
        _keep_memberships(work, definition, known)


def warn_of_members(work: Work) -> None:
    """Whoever somebody made a member of one of our roles by hand has its rights."""
    ours = [OWNER, *(definition.role.username for definition in DEFINITIONS)]
    for role, member in work.rows(_FOREIGN_MEMBERS, ours, ours):
        work.warn(f"{member} is a member of {role}, by hand: take it back, or add it to the roles' data")


def _server(work: Work) -> tuple[bool, frozenset[str]]:
    """Whether the master user can hand on REPLICATION, and the roles that the server knows."""
    mine = work.rows(sql.SQL("SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user"))
    return mine[0][0], frozenset(row[0] for row in work.rows(sql.SQL("SELECT rolname FROM pg_roles")))


def _keep_role(work: Work, name: str, wanted: dict[str, Any]) -> None:
    role = sql.Identifier(name)
    if not work.rows(_ATTRIBUTES, name):
        work.change(f"{name} made", sql.SQL("CREATE ROLE {}").format(role))
    with work.session.cursor() as cursor:
        cursor.execute(_ATTRIBUTES, [name])
        names = [column.name for column in cursor.description or ()]
        found = dict(zip(names, cursor.fetchone() or (), strict=True))
    wanted = {
        "rolcreaterole": False,
        "rolcreatedb": False,
        "rolsuper": False,
        "rolbypassrls": False,
        "rolinherit": True,
        "expires": False,
        **wanted,
    }
    for attribute, value in wanted.items():
        if found[attribute] != value:
            words = _clause(attribute, value)
            work.attempt(f"{name}: {words}", sql.SQL("ALTER ROLE {} {}").format(role, sql.SQL(words)))


def _clause(attribute: str, value: Any) -> str:
    if attribute == "rolconnlimit":
        return f"CONNECTION LIMIT {int(value)}"
    if attribute == "expires":
        return "VALID UNTIL 'infinity'"
    return _WORDS[attribute][0 if value else 1]


def _keep_settings(work: Work, definition: Definition) -> None:
    name = definition.role.username
    role = sql.Identifier(name)
    rows = work.rows(_SETTINGS, name)
    found = {setting: value for setting, value, database in rows if database is None}
    for setting, value in definition.settings.items():
        if found.get(setting) != value:
            statement = sql.SQL("ALTER ROLE {} SET {} = {}")
            work.change(
                f"{name}: {setting} = {value}",
                statement.format(role, sql.Identifier(setting), sql.Literal(value)),
            )
    for setting, _, database in rows:
        if database is None and setting in definition.settings:
            continue
        where = sql.SQL("IN DATABASE {} ").format(sql.Identifier(database)) if database else sql.SQL("")
        statement = sql.SQL("ALTER ROLE {} {}RESET {}")
        work.attempt(f"{name}: {setting} taken back", statement.format(role, where, sql.Identifier(setting)))


def _keep_memberships(work: Work, definition: Definition, known: frozenset[str]) -> None:
    name = definition.role.username
    member = sql.Identifier(name)
    found = work.rows(_MEMBERSHIPS, name)
    wanted = [group for group in definition.member_of if group in known]
    for group in wanted:
        if not any(row[0] == group and row[3] for row in found):
            statement = sql.SQL("GRANT {} TO {} WITH INHERIT TRUE, SET TRUE")
            work.change(f"{name}: member of {group}", statement.format(sql.Identifier(group), member))
    for group, grantor, admin, _ in found:
        if group in wanted and not admin:
            continue
        only = sql.SQL("ADMIN OPTION FOR ") if group in wanted else sql.SQL("")
        revoke = sql.SQL("REVOKE {}{} FROM {} GRANTED BY {}")
        names = (sql.Identifier(group), member, sql.Identifier(grantor))
        lost = "right to hand on" if group in wanted else "membership in"
        work.attempt(f"{name}: {lost} {group} taken back", revoke.format(only, *names))
