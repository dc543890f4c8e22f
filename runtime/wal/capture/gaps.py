"""What the archive lacks, said in the stream itself: whoever plans a recovery reads it there."""

from collections.abc import Sequence

from psycopg import sql
from psycopg.types.json import Jsonb

from runtime.database_roles.work import Work
from runtime.wal.capture.objects import SCHEMA

_EMIT = sql.SQL("SELECT {}({}::jsonb)")


def say(work: Work, tag: str, reason: str, tables: Sequence[str] = ()) -> None:
    """Announce that only a base made after this moment is whole again, for these tables or, without any, for the database."""
    content = {
        "kind": "gap",
        "tag": tag,
        "objects": [{"type": "table", "identity": name} for name in tables],
        "exact": False,
        "base": True,
        "reasons": [reason],
    }
    work.session.execute(_EMIT.format(sql.Identifier(SCHEMA, "emit"), sql.Literal(Jsonb(content))))
