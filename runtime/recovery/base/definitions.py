"""The definitions of a base, by pg_restore: what data needs before it comes, and what is quicker to make when it is there."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

from runtime.backups.programs import Program
from runtime.common.clock import Deadline
from runtime.common.postgres import Connection

COMMAND = ["pg_restore", "--format=custom", "--exit-on-error", "--no-password", "--no-tablespaces"]
# For building indexes: what each of the jobs may use at most.
INDEX_MEMORY = "256MB"


@contextmanager
def archive(raw: bytes) -> Iterator[Path]:
    """The definitions as a file, which pg_restore needs to run several jobs; it is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        file = Path(folder) / "schema.dump"
        file.write_bytes(raw)
        yield file


def before_data(target: Connection, file: Path, options: Sequence[str], deadline: Deadline) -> None:
    """Make types, functions, tables and views, all or nothing. Raises ProgramError or DeadlineError."""
    _run(target, [*COMMAND, "--section=pre-data", "--single-transaction", *options, str(file)], "", deadline)


def after_data(target: Connection, file: Path, options: Sequence[str], jobs: int, deadline: Deadline) -> None:
    """Make indexes, constraints, triggers, policies and publications. Raises ProgramError or DeadlineError."""
    settings = f"-c maintenance_work_mem={INDEX_MEMORY} -c statement_timeout=0 -c lock_timeout=0"
    _run(target, [*COMMAND, "--section=post-data", f"--jobs={jobs}", *options, str(file)], settings, deadline)


def _run(target: Connection, command: list[str], settings: str, deadline: Deadline) -> None:
    database = make_conninfo(dbname=target.database, **({"options": settings} if settings else {}))
    with Program([*command[:-1], f"--dbname={database}", command[-1]], target, deadline, "stdout") as program:
        program.stream.read()
        program.finish()
