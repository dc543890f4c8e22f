"""The database agrees with the roles' data: all that is missing or changed is mended in one transaction."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from runtime.common.postgres import Connection, connect
from runtime.database_roles import grants, logins, memberships, ownership
from runtime.database_roles.roles import Role
from runtime.database_roles.work import Work

# Two runs at once would trip over each other; any number that nobody else uses does.
_LOCK = 0x6A6F6272
# "jobr" waits for a table that somebody holds no longer than that: everybody else would queue behind it.
_LOCK_TIMEOUT = "10s"
# A verifier is no password, but has no place in a log either; a server that refuses these settings is left as it is.
_QUIET = sql.SQL(
    "SELECT set_config('log_statement', 'none', false), set_config('log_min_duration_statement', '-1', false)"
)


@dataclass(frozen=True)
class Report:
    """What one run changed, and what a person should look at; sentences without a secret."""

    changes: tuple[str, ...]
    warnings: tuple[str, ...]


def apply(master: Connection, its_logins: Mapping[Role, Connection], maximum_connections: int) -> Report:
    """Make roles, ownership, grants, extensions and passwords what the data says. A second run changes nothing.

    Raises DatabaseError; then nothing was changed, except passwords when only they could not be set.
    """
    with connect(master) as session:
        work = Work(session)
        with session.transaction():
            session.execute(sql.SQL("SELECT set_config('lock_timeout', {}, true)").format(_LOCK_TIMEOUT))
            session.execute(sql.SQL("SELECT pg_advisory_xact_lock({})").format(_LOCK))
            memberships.keep_owner(work)
            memberships.keep_logins(work, maximum_connections)
            ownership.keep_database(work)
            ownership.keep_objects(work)
            grants.keep_grants(work)
            grants.keep_extensions(work)
            memberships.warn_of_members(work)
            grants.warn_of_grants(work)
        # Outside of a transaction: a password counts for a login once it is committed.
        _be_quiet(work)
        logins.keep_passwords(work, its_logins)
    return Report(tuple(work.changes), tuple(work.warnings))


def _be_quiet(work: Work) -> None:
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        work.session.execute(_QUIET)
