"""What is executed on the target for an announcement: mostly the statement itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from pglast import ast
from pglast.enums import AlterTableType, ObjectType
from pglast.parser import Token

from runtime.recovery.ddl.announcement import Announcement
from runtime.recovery.ddl.statements import Statement, choose, parse_text
from runtime.recovery.errors import ReplayError

# Their text is withheld, and nothing that is archived hangs on them.
_SKIPPED_TAGS = {
    "ALTER SERVER",
    "CREATE USER MAPPING",
    "ALTER USER MAPPING",
    "DROP USER MAPPING",
    "REINDEX",
    "REFRESH MATERIALIZED VIEW",
}
# "default value" and the like are parts of others; these can be dropped by type and identity.
_DROPPABLE = {
    "table", "view", "materialized view", "index", "sequence", "foreign table", "schema", "type", "domain", "function", "procedure",
    "aggregate", "extension", "collation", "server", "statistics object", "trigger", "rule", "policy",
}  # fmt: skip
_WORDS = {"statistics object": "STATISTICS"}
_Node = TypeVar("_Node", bound=ast.Node)


@dataclass(frozen=True)
class Plan:
    """The statements to execute.

    `added` are the columns that the statement adds to tables that may have rows, `detached` the partition that was detached concurrently.
    """

    statements: tuple[Statement, ...]
    added: frozenset[str] = frozenset()
    detached: ast.RangeVar | None = None


def plan(announcement: Announcement) -> Plan:
    """What to execute. Raises ReplayError for what cannot be replayed."""
    if announcement.kind == "gap" or announcement.tag in _SKIPPED_TAGS:
        return Plan(())
    if announcement.kind == "failed":
        raise _refusal(announcement)
    if announcement.substitute is not None:
        return Plan(parse_text(announcement.substitute))
    is_mixed = any(item.temporary for item in announcement.objects)
    if announcement.tag.startswith("DROP ") and (is_mixed or announcement.text is None):
        return Plan(parse_text(_drops(announcement)))
    if announcement.text is None:
        raise _refusal(announcement)
    statement = choose(announcement, announcement.text)
    if isinstance(statement.node, ast.GrantStmt) and "jobr_archive" in statement.text:
        # Who may do what in the archive's own schema is kept by the capture, there and here.
        return Plan(())
    if _is_about_large_objects(statement.node):
        # They are not in the archive: those of the base stay as they were there, and newer ones are missing.
        return Plan(())
    columns = _definitions(statement.node, AlterTableType.AT_AddColumn, ast.ColumnDef)
    added = frozenset(column.colname for column in columns if column.colname)
    return Plan((_rewritten(statement),), added, _detached(statement.node))


def _refusal(announcement: Announcement) -> ReplayError:
    why = "; ".join(announcement.reasons) or "its text is not in the archive"
    return ReplayError(
        f"{announcement.subject} cannot be replayed: {why}. Recover to a point before it, or from a base made after it."
    )


def _drops(announcement: Announcement) -> str:
    """Each object by its full name. What hung on it went with it on the source, or the source would have refused."""
    kept = [item for item in announcement.objects if not item.temporary]
    if any(item.type not in _DROPPABLE for item in kept):
        raise _refusal(announcement)
    words = ((_WORDS.get(item.type, item.type.upper()), item.identity) for item in kept)
    return "; ".join(f"DROP {kind} IF EXISTS {identity} CASCADE" for kind, identity in words)


def _is_about_large_objects(node: ast.Node) -> bool:
    kinds = (getattr(node, name, None) for name in ("objtype", "objectType"))
    return ObjectType.OBJECT_LARGEOBJECT in kinds


def _commands(node: ast.Node, kind: AlterTableType) -> Iterator[ast.AlterTableCmd]:
    if isinstance(node, ast.AlterTableStmt):
        yield from (command for command in node.cmds or () if command.subtype == kind)


def _definitions(node: ast.Node, kind: AlterTableType, type_: type[_Node]) -> Iterator[_Node]:
    yield from (command.def_ for command in _commands(node, kind) if isinstance(command.def_, type_))


def _detached(node: ast.Node) -> ast.RangeVar | None:
    finished = _definitions(node, AlterTableType.AT_DetachPartitionFinalize, ast.PartitionCmd)
    begun = _definitions(node, AlterTableType.AT_DetachPartition, ast.PartitionCmd)
    return next((part.name for part in (*finished, *(part for part in begun if part.concurrent))), None)


def _rewritten(statement: Statement) -> Statement:
    """Without what a transaction does not allow (CONCURRENTLY), and without filling a materialized view."""
    node = statement.node
    if isinstance(node, ast.IndexStmt) and node.concurrent:
        return _without(statement, "CONCURRENTLY")
    if isinstance(node, ast.DropStmt) and node.removeType == ObjectType.OBJECT_INDEX:
        return _index_drop(statement, node)
    if isinstance(node, ast.CreateTableAsStmt) and node.objtype == ObjectType.OBJECT_MATVIEW:
        return _unfilled(statement)
    if any(_commands(node, AlterTableType.AT_DetachPartitionFinalize)):
        return _without(statement, "FINALIZE")
    if any(part.concurrent for part in _definitions(node, AlterTableType.AT_DetachPartition, ast.PartitionCmd)):
        return _without(statement, "CONCURRENTLY")
    return statement


def _index_drop(statement: Statement, node: ast.DropStmt) -> Statement:
    """An index that CREATE INDEX CONCURRENTLY left unfinished was never announced: it may not be there."""
    shorter = _without(statement, "CONCURRENTLY") if node.concurrent else statement
    if node.missing_ok:
        return shorter
    index = _last(shorter, "INDEX", first=True)
    return Statement(f"{shorter.text[: index.end + 1]} IF EXISTS{shorter.text[index.end + 1 :]}", node)


def _unfilled(statement: Statement) -> Statement:
    tokens = [token for token in statement.tokens if "COMMENT" not in token.name]
    words = [statement.text[token.start : token.end + 1].upper() for token in tokens]
    if words[-3:] == ["WITH", "NO", "DATA"]:
        return statement
    end = tokens[-3].end + 1 if words[-2:] == ["WITH", "DATA"] else tokens[-1].end + 1
    return Statement(f"{statement.text[:end]} WITH NO DATA", statement.node)


def _without(statement: Statement, word: str) -> Statement:
    # FINALIZE and a partition's CONCURRENTLY stand last, an index's CONCURRENTLY first; no unquoted name is called so.
    token = _last(statement, word, first=word == "CONCURRENTLY")
    return Statement(statement.text[: token.start] + statement.text[token.end + 1 :], statement.node)


def _last(statement: Statement, word: str, *, first: bool) -> Token:
    found = [token for token in statement.tokens if statement.text[token.start : token.end + 1].upper() == word]
    return found[0 if first else -1]
