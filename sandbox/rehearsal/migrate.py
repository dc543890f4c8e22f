"""`python -m sandbox.rehearsal.migrate [--dry-run]`: the migration program of the demonstration application, as its release brings it.

It makes the operations guide's tables and indexes in the database of DATABASE_URL, each change once, and writes down which were made.
FAULT_MIGRATION is what is wrong with this release's own changes: `fails`, `hangs` or `invalid-index`. 0 when all is well, else 1.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

URL, FAULT = "DATABASE_URL", "FAULT_MIGRATION"
DRY_RUN = "--dry-run"
# Longer than any limit: the login ends a statement after 300 s, the settings a migration after 1 h at most.
FOREVER_SECONDS = 7200

Session = psycopg.Connection[Any]


@dataclass(frozen=True)
class Migration:
    """One change. `make` gets a session that commits each statement, as CREATE INDEX CONCURRENTLY asks for."""

    version: str
    make: Callable[[Session], None]


class FaultError(Exception):
    """The environment asks for a fault that this program does not have."""


def _statements(*statements: str) -> Callable[[Session], None]:
    def make(session: Session) -> None:
        for statement in statements:
            session.execute(statement)

    return make


MIGRATIONS = (
    Migration(
        "001-tables",
        _statements(
            "CREATE TABLE IF NOT EXISTS users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL)",
            "CREATE TABLE IF NOT EXISTS jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, "
            "description text NOT NULL DEFAULT '', posted_date date NOT NULL DEFAULT current_date)",
            "CREATE TABLE IF NOT EXISTS applications (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "user_id bigint NOT NULL REFERENCES users, job_id bigint NOT NULL REFERENCES jobs, status text NOT NULL)",
            *(
                f"CREATE TABLE IF NOT EXISTS {table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                "user_id bigint NOT NULL REFERENCES users)"
                for table in ("cvs", "subscriptions", "payments")
            ),
        ),
    ),
    Migration(
        "002-users-email", _statements("CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_email ON users (email)")
    ),
    Migration(
        "003-applications-status",
        _statements(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_applications_user_status ON applications (user_id, status)"
        ),
    ),
    Migration(
        "004-jobs-posted",
        _statements("CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_jobs_posted_date ON jobs (posted_date)"),
    ),
    Migration(
        "005-jobs-search",
        _statements(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_jobs_search ON jobs USING gin (to_tsvector('english', title || ' ' || description))"
        ),
    ),
)


def _accept_invalid(session: Session) -> None:
    """Two equal codes let the unique index fail; it stays as an invalid one, which the second try takes for the index."""
    session.execute("CREATE TABLE IF NOT EXISTS referrals (code text)")
    session.execute("TRUNCATE referrals")
    session.execute("INSERT INTO referrals VALUES ('twice'), ('twice')")
    build = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_referrals_code ON referrals (code)"
    try:
        session.execute(build)
    except psycopg.errors.UniqueViolation as error:
        _say(f"trying again after: {_words(error)}")
        session.execute(build)


# A release with a fault writes down no version of its own, so that each of its tries meets the fault.
FAULTS: Mapping[str, tuple[Migration, ...]] = {
    "fails": (
        Migration("900-referrers", _statements("CREATE TABLE IF NOT EXISTS referrers (id bigint PRIMARY KEY)")),
        Migration(
            "901-users-referrer", _statements("ALTER TABLE users ADD COLUMN referrer bigint REFERENCES partners")
        ),
    ),
    "hangs": (Migration("900-backfill", _statements(f"SELECT pg_sleep({FOREVER_SECONDS})")),),
    "invalid-index": (Migration("900-referral-codes", _accept_invalid),),
}


def pending(session: Session, fault: str = "") -> list[Migration]:
    """What is to be made, in order. Changes nothing.

    Raises:
        FaultError: the fault is none of FAULTS.
    """
    if fault and fault not in FAULTS:
        raise FaultError(f"{FAULT} is {fault!r}, and must be one of {', '.join(FAULTS)}")
    (there,) = session.execute("SELECT to_regclass('applied_migrations') IS NOT NULL").fetchone() or (False,)
    made = {version for (version,) in session.execute("SELECT version FROM applied_migrations")} if there else set()
    return [*(one for one in MIGRATIONS if one.version not in made), *FAULTS.get(fault, ())]


def migrate(session: Session, fault: str = "") -> None:
    """Make what is pending, and say each. Raises psycopg.Error at the first change that fails; those before it stay.

    A release without a fault first drops what an interrupted build left, which IF NOT EXISTS would take for the index.
    """
    if not fault:
        drop_invalid(session)
    for migration in pending(session, fault):
        _say(f"making {migration.version}")
        migration.make(session)
        if migration in MIGRATIONS:
            session.execute(
                "CREATE TABLE IF NOT EXISTS applied_migrations "
                "(version text PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now())"
            )
            session.execute("INSERT INTO applied_migrations (version) VALUES (%s)", [migration.version])


def drop_invalid(session: Session) -> None:
    """Drop the indexes that an interrupted or failed build left behind."""
    invalid = session.execute(
        "SELECT n.nspname, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND n.nspname = 'public'"
    ).fetchall()
    for schema, name in invalid:
        _say(f"dropping the invalid index {name}")
        session.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(schema, name)))


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Migrate, or list with DRY_RUN what would be made."""
    url, fault = environment.get(URL), environment.get(FAULT, "")
    if not url:
        _say(f"error: {URL} is not set; a task definition gives it by reference")
        return 1
    try:
        with psycopg.connect(url, autocommit=True) as session:
            if DRY_RUN in arguments:
                _say("\n".join(one.version for one in pending(session, fault)) or "nothing is pending")
            else:
                migrate(session, fault)
    except (FaultError, psycopg.Error) as error:
        _say(f"error: {_words(error)}")
        return 1
    return 0


def _words(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _say(text: str) -> None:
    """Said at once: the process may be ended in the next statement."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], dict(os.environ)))
