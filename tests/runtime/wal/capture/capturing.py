"""A database with the capture, what its slot gives, and its schema as pg_dump writes it."""

import json
import re
import subprocess
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from runtime.database_roles.work import Work
from runtime.recovery.transactions import Transaction
from runtime.wal.capture.keep import keep_capture
from runtime.wal.capture.publications import PUBLICATIONS
from runtime.wal.pgoutput import Begin, Commit, Message, Parsed, parse
from runtime.wal.stream import TEXT_OPTIONS
from tests.postgres_cluster import PostgresCluster

SLOT = "test"
# Random for each dump since 18; publications are not replayed, and event triggers are not captured by PostgreSQL.
_NOT_COMPARED = re.compile(
    r"^\\(un)?restrict .*$|^--.*$|^(CREATE|ALTER) (PUBLICATION|EVENT TRIGGER) [^;]*;$", re.MULTILINE
)


@dataclass(frozen=True)
class Source:
    """A database whose changes are captured, with a slot for each test that reads them."""

    cluster: PostgresCluster
    name: str

    def open(self, user: str | None = None) -> psycopg.Connection[Any]:
        """A session, of a superuser unless somebody else is asked for; test logins have no password of their own but the cluster's."""
        return psycopg.connect(self._uri(user), autocommit=True)

    def run(self, *texts: str, user: str | None = None) -> None:
        """Send each text as one string, as clients do that use the simple protocol."""
        with self.open(user) as session:
            for text in texts:
                session.execute(text.encode())

    def rows(self, query: str, *values: Any) -> list[Any]:
        """The rows of a query."""
        with self.open() as session:
            return session.execute(query.encode(), values).fetchall()

    def install(self, user: str | None = None, *, slot: bool = True) -> Work:
        """Install the capture, then make the slot."""
        with self.open(user) as session:
            work = Work(session)
            keep_capture(work)
        if slot:
            self.rows("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", f"{SLOT}_{self.name}")
        return work

    def stream(self) -> list[Parsed]:
        """All that came since the last time."""
        options = ["proto_version", "1", "publication_names", ",".join(PUBLICATIONS), "messages", "true"]
        query = "SELECT data FROM pg_logical_slot_get_binary_changes(%s, NULL, NULL, VARIADIC %s)"
        with psycopg.connect(self._uri(), options=TEXT_OPTIONS, autocommit=True) as session:
            return [parse(bytes(row[0])) for row in session.execute(query, [f"{SLOT}_{self.name}", options])]

    def transactions(self) -> list[Transaction]:
        """The same, as a reader of the archive hands it on."""
        found: list[Transaction] = []
        current: list[Parsed] = []
        for item in self.stream():
            if isinstance(item, Begin):
                current = []
                found.append(Transaction(item, partial(iter, current)))
            elif not isinstance(item, Commit):
                current.append(item)
        return found

    def announcements(self) -> list[dict[str, Any]]:
        """What the messages with the prefix jobr.ddl say."""
        found = [item for item in self.stream() if isinstance(item, Message) and item.prefix == "jobr.ddl"]
        return [json.loads(item.content) for item in found]

    def schema(self) -> str:
        """What pg_dump makes of it, without what is not replayed."""
        program = [str(self.cluster.binaries / "pg_dump"), "--schema-only", "--exclude-schema=jobr_*"]
        dump = subprocess.run([*program, self._uri()], check=True, capture_output=True, text=True).stdout
        return re.sub(r"\n{2,}", "\n", _NOT_COMPARED.sub("", dump))

    def contents(self) -> dict[str, list[str]]:
        """The rows of every permanent table as text, sorted."""
        names = self.rows("""
            SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^(pg_|information_schema|jobr_)' ORDER BY 1""")
        with psycopg.connect(self._uri(), options=TEXT_OPTIONS, autocommit=True) as session:
            return {name: self._texts(session, name) for (name,) in names}

    @staticmethod
    def _texts(session: psycopg.Connection[Any], name: str) -> list[str]:
        # The name comes quoted from the server.
        return [row[0] for row in session.execute(f"SELECT t::text FROM ONLY {name} t ORDER BY 1".encode())]  # noqa: S608

    def copy_to(self, target: "Source") -> None:
        """Restore all of it, data included, into an empty database, as a base does."""
        program = [str(self.cluster.binaries / "pg_dump"), "--no-publications", self._uri()]
        dump = subprocess.run(program, check=True, capture_output=True).stdout
        restore = [str(self.cluster.binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", target._uri()]
        subprocess.run(restore, input=dump, check=True, capture_output=True)

    def drop(self) -> None:
        """Remove database and slot."""
        with self.cluster.connect() as session:
            session.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = %s", [self.name]
            )
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def _uri(self, user: str | None = None) -> str:
        return psycopg.conninfo.make_conninfo(
            host=self.cluster.host,
            port=self.cluster.port,
            dbname=self.name,
            user=user or self.cluster.user,
            password=self.cluster.password,
        )
