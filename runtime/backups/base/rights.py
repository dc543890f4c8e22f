"""What the backup's login must be allowed to read, and what mends it where it is not: everything at once.

The least that is enough: LOGIN, and membership in pg_read_all_data, which reads every table, sequence and large object and can change nothing. Row security
asks for more, table by table, because no privilege passes it.
"""

from collections.abc import Iterator, Sequence

from psycopg import sql

from runtime.backups.base.catalog import FoundLargeObjects, FoundTable
from runtime.backups.base.manifest import Name
from runtime.common.errors import DatabaseError, OperationError, PreflightError

NAMED = 10


def check_rights(
    user: str, tables: Sequence[FoundTable], sequences: Sequence[Name], large_objects: FoundLargeObjects
) -> None:
    """Raise PreflightError with all that the login may not read; `sequences` are those."""
    role = sql.Identifier(user).as_string(None)
    problems = list(_problems(role, [table for table in tables if not table.is_unlogged], sequences, large_objects))
    if problems:
        raise PreflightError(problems)


def _problems(
    role: str, tables: Sequence[FoundTable], sequences: Sequence[Name], large_objects: FoundLargeObjects
) -> Iterator[OperationError]:
    everything = f"As an administrator: GRANT pg_read_all_data TO {role}."
    unreadable = [str(table.name) for table in tables if not table.is_readable]
    if unreadable:
        yield DatabaseError(f"The user {role} may not read {_named('the table', unreadable)}. {everything}")
    if sequences:
        yield DatabaseError(
            f"The user {role} may not read {_named('the sequence', [str(name) for name in sequences])}. {everything}"
        )
    if large_objects.count and not large_objects.is_readable:
        yield DatabaseError(
            f"The user {role} may not read the {large_objects.count} large objects of the database: pg_largeobject is closed to it. {everything}"
        )
    for table in tables:
        if table.is_readable and table.is_hidden:
            yield DatabaseError(_hidden(role, table))


def _hidden(role: str, table: FoundTable) -> str:
    owner, name = sql.Identifier(table.owner).as_string(None), table.identifier.as_string(None)
    also = f" and, as its owner, ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY" if table.is_forced else ""
    return (
        f"Row-level security hides rows of {table.name} from the user {role}, and a base without them would be none. As an administrator, either "
        f"ALTER ROLE {role} BYPASSRLS, or where nobody may grant that (as on RDS): GRANT {owner} TO {role}{also}."
    )


def _named(kind: str, names: Sequence[str]) -> str:
    plural = "" if len(names) == 1 else "s"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{kind}{plural} {', '.join(names[:NAMED])}{more}"
