"""Passwords: each login is tried with its secret; where the server refuses it, it is given the secret's password."""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from runtime.common.errors import DatabaseError
from runtime.common.postgres import Connection
from runtime.database_roles.roles import Role
from runtime.database_roles.work import Work

# What a server says to a right password when there is no room: the password was checked before.
_FULL = ("too many connections", "remaining connection slots", "too many clients")


def keep_passwords(work: Work, logins: Mapping[Role, Connection]) -> None:
    """Every login works with its secret's password. Raises DatabaseError for one that does not, whatever was tried."""
    for role, login in logins.items():
        if refusal(login) is None:
            continue
        set_password(work, login)
        still = refusal(login)
        if still is not None:
            raise DatabaseError(
                f"{login.user} cannot log in to {login.address} with the password that it was just given: {still}. "
                f"Look at the secret of the login {role} and at the database's log."
            )


def set_password(work: Work, login: Connection) -> None:
    """Give a login its password. Only the SCRAM verifier, made here, goes to the server: no log can have the password."""
    encrypt = work.session.pgconn.encrypt_password
    verifier = encrypt(login.password.encode(), login.user.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login.user), sql.Literal(verifier))
    work.change(f"{login.user}: the password of its secret", statement)


def refusal(login: Connection) -> str | None:
    """Why the server does not let this login in; None when it does."""
    try:
        psycopg.connect(**login.parameters(), password=login.password).close()
    except psycopg.OperationalError as error:
        text = str(error).replace(login.password, "***")
        return None if any(sign in text for sign in _FULL) else text.splitlines()[-1]
    return None
