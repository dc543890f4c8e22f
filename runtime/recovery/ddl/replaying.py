"""An announcement, made true on the target."""

import logging
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from pglast import ast

from runtime.recovery.ddl import missing_values
from runtime.recovery.ddl.announcement import Announcement, Texts, parse
from runtime.recovery.ddl.detaching import keeping_bounds
from runtime.recovery.ddl.plan import Plan, plan
from runtime.recovery.ddl.roles import without_missing_roles
from runtime.recovery.ddl.statements import Statement
from runtime.recovery.ddl.surroundings import surroundings
from runtime.recovery.errors import ReplayError

_LOG = logging.getLogger(__name__)
_PROOF = "SELECT EXISTS (SELECT FROM jobr_archive.proof WHERE digest = %s)"
_PROOF_TABLE = "SELECT to_regclass('jobr_archive.proof') IS NOT NULL"
# Large objects and temporary tables are not archived, so privileges on them have no object here.
_NO_OBJECT = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedObject, psycopg.errors.UndefinedFunction)
# What each session was told and may be told again by its id.
_texts: WeakKeyDictionary[psycopg.Connection[Any], Texts] = WeakKeyDictionary()
_PRIVILEGES = {"GRANT", "REVOKE"}
# PostgreSQL lets a transaction use an enumeration that it made itself, but not out of a savepoint (EnumValuesCreate in pg_enum.c).
_ENUMERATIONS = (ast.CreateEnumStmt, ast.AlterEnumStmt)


def apply(session: psycopg.Connection[Any], content: bytes) -> None:
    """Make one change of the schema, within the session's open transaction; search path, role and settings are as before afterwards.

    A value that ALTER TYPE adds to an enumeration cannot be used before a commit: commit where the source did, after a transaction
    that has announcements.

    Only what the capture wrote is executed: a row of jobr_archive.proof, which the stream brought just before, has the message's digest or
    its proof. Other messages are noted and left out, so that nobody who can reach the source stops a recovery or has something executed.

    Raises ReplayError for what cannot be replayed, and psycopg.Error when the target is gone.
    """
    announcement = _proved(session, content)
    if announcement is None:
        _LOG.warning(
            "a message with the prefix jobr.ddl that the capture did not write is left out: somebody forged it"
        )
        return
    announcement = _texts.setdefault(session, Texts()).complete(announcement)
    steps = plan(announcement)
    if not steps.statements:
        reasons = "; ".join(announcement.reasons) or "it changes no definition"
        _LOG.info("%s is not replayed: %s", announcement.subject, reasons)
        return
    with surroundings(session, announcement):
        _apply(session, announcement, steps)


def _proved(session: psycopg.Connection[Any], content: bytes) -> Announcement | None:
    if not _is_true(session, _PROOF_TABLE):
        raise ReplayError(
            "The target has no table jobr_archive.proof: restore a base that was made after the capture was installed."
        )
    if _is_true(session, _PROOF, sha256(content).digest()):
        return parse(content)
    try:
        announcement = parse(content)
    except ReplayError:
        return None
    foretold = announcement.proof is not None and _is_true(session, _PROOF, bytes.fromhex(announcement.proof))
    return announcement if foretold else None


def _is_true(session: psycopg.Connection[Any], query: str, *values: Any) -> bool:
    row = session.execute(query.encode(), values).fetchone()
    return bool(row and row[0])


def _apply(session: psycopg.Connection[Any], announcement: Announcement, steps: Plan) -> None:
    added = missing_values.to_come(session, announcement, steps.added)
    with keeping_bounds(session, steps.detached):
        for statement in steps.statements:
            kept = without_missing_roles(session, statement)
            if kept is not None:
                _execute(session, announcement, kept)
    missing_values.mend(session, announcement, added)


def _execute(session: psycopg.Connection[Any], announcement: Announcement, statement: Statement) -> None:
    try:
        if isinstance(statement.node, _ENUMERATIONS):
            session.execute(statement.text.encode())
        else:
            _attempt(session, announcement, statement)
    except psycopg.Error as error:
        if session.closed:
            raise
        raise ReplayError(
            f"{announcement.subject} is refused by the target ({error.sqlstate}): {error.diag.message_primary}. If the target lacks "
            "something, such as an extension, provide it and replay again; otherwise recover from a base made after this change."
        ) from None


def _attempt(session: psycopg.Connection[Any], announcement: Announcement, statement: Statement) -> None:
    try:
        _run(session, statement)
    except psycopg.errors.InsufficientPrivilege:
        # The role has fewer rights here than on the source; whoever restores has them, or nobody.
        session.execute("SELECT set_config('role', 'none', true)")
        _run(session, statement)
        _LOG.warning("%s was replayed as the restoring user: its role is refused here", announcement.subject)
    except _NO_OBJECT as error:
        if announcement.tag not in _PRIVILEGES:
            raise
        _LOG.warning("%s is left out: %s", announcement.subject, error.diag.message_primary)


def _run(session: psycopg.Connection[Any], statement: Statement) -> None:
    with session.transaction():
        session.execute(statement.text.encode())
