"""A source with a slot, and a target with the same schema, on a cluster with logical decoding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from runtime.recovery.replay import Options, Outcome, replay
from runtime.recovery.targets import Everything, Target
from runtime.recovery.transactions import Transaction
from runtime.wal import pgoutput
from runtime.wal.pgoutput import Kind, Parsed
from tests.postgres_cluster import PostgresCluster

LINE = "0000000000000001-00000001-0000000000000001"
# What the session that captures is set to.
CAPTURE = "SET TimeZone = 'UTC'; SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3; SET bytea_output = hex; SET search_path = ''"
CHANGES = """
SELECT data FROM pg_logical_slot_get_binary_changes(%s, NULL, NULL, 'proto_version', '1', 'publication_names', 'everything', 'messages', 'true')
"""
TABLES = """
SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attname) FILTER (WHERE a.attname IS NOT NULL)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^(pg_|information_schema|jobr_replay)' GROUP BY 1, 2
"""
SUM = "SELECT count(*), coalesce(sum(hashtextextended(ROW({})::text, 0)::numeric), 0)::text FROM ONLY {} AS t"

Contents = dict[tuple[str, str], tuple[int, str]]


def no_statements(_session: psycopg.Connection[Any], _content: bytes) -> None:
    """Nothing is defined in these streams."""
    raise AssertionError("there is no jobr.ddl message in this stream")


def run_statement(session: psycopg.Connection[Any], content: bytes) -> None:
    """The message is the statement itself, with the names of public."""
    session.execute("SET LOCAL search_path = public")
    session.execute(content.decode())
    session.execute("SET LOCAL search_path = ''")


def transactions(messages: list[bytes], told: dict[int, bytes]) -> list[Transaction]:
    """What a slot gave, as a reader of the archive hands it on: a transaction whose changes are not read takes no description away."""
    found: list[Transaction] = []
    current: list[bytes] = []
    for data in messages:
        if data[0] == Kind.BEGIN:
            current = list(told.values())
            found.append(Transaction(pgoutput.begin(data), partial(_parsed, current)))
        elif data[0] != Kind.COMMIT:
            current.append(data)
        if data[0] == Kind.RELATION:
            told[pgoutput.relation_of(data)] = data
    return found


def _parsed(messages: list[bytes]) -> Iterator[Parsed]:
    return map(pgoutput.parse, messages)


@dataclass
class World:
    """Both databases, and the stream as far as it was read."""

    cluster: PostgresCluster
    source: str
    target: str
    stream: list[Transaction] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    told: dict[int, bytes] = field(default_factory=dict)

    def on_source(self, *statements: str) -> None:
        """Run each as a transaction."""
        with self.cluster.connect(self.source) as session:
            for statement in statements:
                session.execute(statement)

    def on_target(self, *statements: str) -> None:
        """Run each as a transaction."""
        with self.cluster.connect(self.target) as session:
            for statement in statements:
                session.execute(statement)

    def on_both(self, *statements: str) -> None:
        """Run each as a transaction on both."""
        self.on_source(*statements)
        self.on_target(*statements)

    def watch(self) -> None:
        """From here on the source's changes are captured."""
        self.on_source("CREATE PUBLICATION everything FOR ALL TABLES")
        with self.cluster.connect(self.source) as session:
            session.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [self.source])

    def read(self) -> list[Transaction]:
        """What was captured since the last call, also at the end of `stream`."""
        with self.cluster.connect(self.source) as session:
            session.execute(CAPTURE)
            messages = [row[0] for row in session.execute(CHANGES, [self.source], binary=True)]
        new = transactions(messages, self.told)
        self.stream += new
        return new

    def options(self, **changes: Any) -> Options:
        """Everything, with these changes."""
        return replace(Options(LINE, 0, no_statements), **changes)

    def replay(
        self,
        target: Target | None = None,
        apply_ddl: Callable[[psycopg.Connection[Any], bytes], None] = no_statements,
        **changes: Any,
    ) -> Outcome:
        """Read what there is and replay all of the stream, from its beginning."""
        self.read()
        options = self.options(target=target or Everything(), apply_ddl=apply_ddl, **changes)
        with self.cluster.connect(self.target) as session:
            return replay(session, self.stream, options, self.outcomes.append)

    def contents(self, database: str) -> Contents:
        """How many rows each table has, and a sum over them that does not depend on their order."""
        found: Contents = {}
        with self.cluster.connect(database) as session:
            session.execute(CAPTURE)
            session.execute("SET search_path = ''")
            for schema, name, columns in session.execute(TABLES).fetchall():
                row = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(column)) for column in columns or [])
                statement = sql.SQL(SUM).format(row, sql.Identifier(schema, name))
                count, total = session.execute(statement).fetchone() or (0, "")
                found[schema, name] = count, total
        return found

    def check(self) -> None:
        """The target has what the source has."""
        source, target = self.contents(self.source), self.contents(self.target)
        assert source, "an empty source proves nothing"
        differing = {name for name in source.keys() | target.keys() if source.get(name) != target.get(name)}
        assert not differing, {name: (source.get(name), target.get(name)) for name in differing}

    def login(self, user: str, password: str) -> "World":
        """The same, whose target is another role's."""
        other = World(replace(self.cluster, user=user, password=password), self.source, self.target, self.stream)
        self.read()
        other.read = list  # type: ignore[method-assign]  # only the first one may read from the slot
        return other

    def drop(self) -> None:
        """Leave no slot behind: a cluster has few."""
        with self.cluster.connect() as session:
            session.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s",
                [self.source],
            )
