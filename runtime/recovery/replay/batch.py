"""Changes of many transactions, gathered by table, until they are written together."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any

import psycopg

from runtime.recovery.errors import ReplayError
from runtime.recovery.replay.net import Appended, Changes, Counted, DisagreementError, Keyed, Load
from runtime.recovery.replay.staging import Staging
from runtime.recovery.replay.tables import Table, describe
from runtime.recovery.replay.writing import Writer
from runtime.wal.pgoutput import Relation

# PostgreSQL's classes of errors whose first line names tables, columns and constraints, but no values:
# https://www.postgresql.org/docs/18/errcodes-appendix.html (0A: not supported, 23: a constraint, 42501: rights, 55: not the right state).
_TELLING = ("0A", "23", "42501", "55")


@dataclass(frozen=True)
class Sink:
    """Where a table's changes go, and who writes them."""

    changes: Changes
    writer: Writer

    @property
    def name(self) -> str:
        """The table."""
        return f"{self.changes.relation.schema}.{self.changes.relation.name}"


class Batch:
    """What is gathered and not yet written."""

    def __init__(self, session: psycopg.Connection[Any], staging: Staging) -> None:
        """Take the target's session and its temporary tables."""
        self._session = session
        self._staging = staging
        self._relations: dict[int, Relation] = {}
        self.load = Load()
        self.sinks: dict[int, Sink] = {}

    def learn(self, relation: Relation) -> bool:
        """A table is described. Whether it is no longer what changes were gathered for, so that those must be written and forgotten first."""
        changed = relation.oid in self.sinks and self._relations[relation.oid] != relation
        self._relations[relation.oid] = relation
        return changed

    def relation(self, oid: int) -> Relation:
        """What the stream says of a table. Raises ReplayError when it never did."""
        try:
            return self._relations[oid]
        except KeyError:
            raise ReplayError(
                f"The stream changes the table with the number {oid} and never described it: the archive is not whole. Run its verification."
            ) from None

    def open(self, oid: int) -> Sink | None:
        """Where this table's changes go; None when the target has no such table."""
        relation = self.relation(oid)
        table = describe(self._session, relation)
        if table is None:
            return None
        sink = Sink(_changes(relation, table, self.load), Writer(self._session, self._staging, table, relation))
        self.sinks[oid] = sink
        return sink

    def detach(self) -> list[Sink]:
        """What is gathered, for somebody who writes it while the gathering goes on."""
        taken = [Sink(copy(sink.changes), sink.writer) for sink in self.sinks.values() if sink.changes]
        # That makes new containers; those of the copies stay.
        for sink in self.sinks.values():
            sink.changes.clear()
        self.load.empty()
        return taken

    def write(self, between: str) -> None:
        """Write all, and hold nothing. Raises ReplayError, which says `between` which positions the changes lie."""
        write(self.detach(), between)

    def forget(self) -> None:
        """Forget what the target's tables look like: a statement may change them. All must have been written."""
        self.sinks.clear()
        self._staging.drop()


def write(sinks: list[Sink], between: str) -> None:
    """Write what was detached. Raises ReplayError, which says `between` which positions the changes lie."""
    for sink in sinks:
        with refusals(sink, between):
            sink.writer.write(sink.changes)


@contextmanager
def refusals(sink: Sink, between: str) -> Iterator[None]:
    """What the target does not take is an error with the table's name. What is wrong with the server or the connection stays as it is."""
    try:
        yield
    except DisagreementError as error:
        raise divergence(sink, str(error), between) from None
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise divergence(sink, _refusal(error), between) from None


def divergence(sink: Sink, what: str, between: str) -> ReplayError:
    """The error of a table that is not what the stream takes it for."""
    changes = sink.changes
    columns = changes.relation.columns
    key = ", ".join(columns[at].name for at in changes.key) if isinstance(changes, Keyed) else ""
    return ReplayError(
        f"{sink.name} {what} ({f'key: {key}' if key else 'no key'}; changes {between}). The target is not what the source was: something else writes to it, "
        "or base and archive do not belong together. Nothing of this batch was kept. Restore the base anew into an empty database and replay without other "
        "writers; if it happens again there, verify base and archive and recover from another base."
    )


def _changes(relation: Relation, table: Table, load: Load) -> Changes:
    places = {column.name: at for at, column in enumerate(relation.columns)}
    if relation.identity == "f":
        # A key of the table finds a row sooner than all its values do, if none of its columns can be NULL.
        keys = [index.columns for index in table.indexes if index.not_null and set(index.columns) <= places.keys()]
        return Keyed(relation, sorted(places[name] for name in keys[0]), load) if keys else Counted(relation, load)
    key = [at for at, column in enumerate(relation.columns) if column.is_key]
    return Keyed(relation, key, load) if key else Appended(relation, load)


def _refusal(error: psycopg.Error) -> str:
    state = error.sqlstate or "no SQLSTATE"
    if state.startswith(_TELLING) and error.diag.message_primary:
        return f"refuses rows: {error.diag.message_primary} ({state})"
    return f"refuses rows with {type(error).__name__} ({state}); the server's log says which"
