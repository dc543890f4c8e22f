"""A source and its copy, which follows by the announcements alone."""

from dataclasses import dataclass

from runtime.recovery.ddl import apply
from runtime.recovery.replay import Options, replay
from runtime.wal.pgoutput import Delete, Insert, Message, Relation, Row
from tests.runtime.wal.capture.capturing import Source

LINE = "0000000000000001-00000001-0000000000000001"


def text(row: Row) -> str:
    """The first value of a row."""
    value = row[0]
    assert isinstance(value, bytes)
    return value.decode()


@dataclass(frozen=True)
class Pair:
    """Both databases."""

    source: Source
    target: Source

    def begin(self, *texts: str, user: str | None = None) -> None:
        """Install the capture, make what is there before, and restore all of it into the target, as a base is."""
        self.source.install(user)
        self.source.run(*texts)
        self.source.copy_to(self.target)
        self.source.stream()

    def follow(self) -> int:
        """Apply all announcements since the last time, each source transaction in one of the target's; how many. Rows are left out, proofs not."""
        applied, proof = 0, None
        with self.target.open() as session:
            for transaction in self.source.transactions():
                with session.transaction():
                    for change in transaction.changes():
                        if isinstance(change, Relation) and (change.schema, change.name) == ("jobr_archive", "proof"):
                            proof = change.oid
                        elif isinstance(change, Insert) and change.relation == proof:
                            session.execute(
                                "INSERT INTO jobr_archive.proof VALUES (%s::text::bytea)", [text(change.new)]
                            )
                        elif isinstance(change, Delete) and change.relation == proof:
                            session.execute(
                                "DELETE FROM jobr_archive.proof WHERE digest = %s::text::bytea",
                                [text(change.old)],
                            )
                        elif isinstance(change, Message) and change.prefix == "jobr.ddl":
                            apply(session, change.content)
                            applied += 1
        return applied

    def replay(self) -> None:
        """Apply rows and announcements as a recovery does."""
        with self.target.open() as session:
            replay(session, self.source.transactions(), Options(LINE, 0, apply), lambda _: None)

    def assert_equal(self) -> None:
        """Schemas and rows are the same on both."""
        assert self.target.schema() == self.source.schema()
        assert self.target.contents() == self.source.contents()
