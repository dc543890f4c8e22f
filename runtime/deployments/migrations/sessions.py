"""The migrations' login: whether it is fit to migrate, and the end of what it left running."""

from psycopg import sql

from runtime.common.postgres import Connection, connect
from runtime.deployments.migrations.errors import NotReadyError

_LOCK_TIMEOUT = sql.SQL("SELECT setting::bigint FROM pg_settings WHERE name = 'lock_timeout'")
# The login may end its own sessions; its standing role, the owner, may not.
_OWN_ROLE = sql.SQL("SET ROLE NONE")
_END = sql.SQL(
    "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
    "WHERE usename = session_user AND pid <> pg_backend_pid()"
)


def check(login: Connection) -> None:
    """Log in as the migrations do. Raises NotReadyError when they would wait for a lock without end, or DatabaseError."""
    with connect(login) as session:
        row = session.execute(_LOCK_TIMEOUT).fetchone()
    if row is None or row[0] == 0:
        raise NotReadyError(
            f"{login.user} has no lock_timeout: a migration that waits for a lock holds everybody up who comes after it. "
            "To mend it, invoke the function database-roles, which sets it."
        )


def end(login: Connection) -> int:
    """End what the migrations' login left running: a server works on when its client is gone. Returns how many sessions.

    Raises DatabaseError.
    """
    with connect(login) as session:
        session.execute(_OWN_ROLE)
        row = session.execute(_END).fetchone()
    return int(row[0]) if row else 0
