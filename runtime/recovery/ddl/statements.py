"""Which statement of a text an announcement is about. The parser is PostgreSQL's own (pglast, with libpg_query of PostgreSQL 18)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pglast import ast, parse_sql, scan
from pglast.enums import ObjectType, TransactionStmtKind
from pglast.parser import ParseError, Token

from runtime.recovery.ddl.announcement import Announcement
from runtime.recovery.errors import ReplayError

# What fires ddl_command_end: https://www.postgresql.org/docs/18/event-trigger-matrix.html and ProcessUtilitySlow in utility.c.
_FIRING = (
    ast.AlterCollationStmt, ast.AlterDefaultPrivilegesStmt, ast.AlterDomainStmt, ast.AlterEnumStmt, ast.AlterExtensionContentsStmt,
    ast.AlterExtensionStmt, ast.AlterFdwStmt, ast.AlterForeignServerStmt, ast.AlterFunctionStmt, ast.AlterOpFamilyStmt,
    ast.AlterOperatorStmt, ast.AlterPolicyStmt, ast.AlterPublicationStmt, ast.AlterSeqStmt, ast.AlterStatsStmt,
    ast.AlterSubscriptionStmt, ast.AlterTSConfigurationStmt, ast.AlterTSDictionaryStmt, ast.AlterTableMoveAllStmt,
    ast.AlterTableStmt, ast.AlterTypeStmt, ast.AlterUserMappingStmt, ast.CompositeTypeStmt, ast.CreateAmStmt, ast.CreateCastStmt,
    ast.CreateConversionStmt, ast.CreateDomainStmt, ast.CreateEnumStmt, ast.CreateExtensionStmt, ast.CreateFdwStmt,
    ast.CreateForeignServerStmt, ast.CreateForeignTableStmt, ast.CreateFunctionStmt, ast.CreateOpClassStmt, ast.CreateOpFamilyStmt,
    ast.CreatePLangStmt, ast.CreatePolicyStmt, ast.CreatePublicationStmt, ast.CreateRangeStmt, ast.CreateSchemaStmt, ast.CreateSeqStmt,
    ast.CreateStatsStmt, ast.CreateStmt, ast.CreateSubscriptionStmt, ast.CreateTableAsStmt, ast.CreateTransformStmt, ast.CreateTrigStmt,
    ast.CreateUserMappingStmt, ast.DefineStmt, ast.DropOwnedStmt, ast.DropSubscriptionStmt, ast.DropUserMappingStmt,
    ast.ImportForeignSchemaStmt, ast.IndexStmt, ast.RefreshMatViewStmt, ast.ReindexStmt, ast.RuleStmt, ast.ViewStmt,
)  # fmt: skip
# The same statements about what all databases share, and about event triggers, do not fire (EventTriggerSupportsObjectType).
_SHARED = {
    ObjectType.OBJECT_DATABASE,
    ObjectType.OBJECT_TABLESPACE,
    ObjectType.OBJECT_ROLE,
    ObjectType.OBJECT_PARAMETER_ACL,
    ObjectType.OBJECT_EVENT_TRIGGER,
}
_TO_SAVEPOINT = {TransactionStmtKind.TRANS_STMT_ROLLBACK_TO, TransactionStmtKind.TRANS_STMT_RELEASE}
_ENDS = {TransactionStmtKind.TRANS_STMT_COMMIT, TransactionStmtKind.TRANS_STMT_ROLLBACK}
_OBJECT_TYPES: dict[type[ast.Node], str] = {
    ast.DropStmt: "removeType",
    ast.RenameStmt: "renameType",
    ast.AlterObjectDependsStmt: "objectType",
    ast.AlterObjectSchemaStmt: "objectType",
    ast.AlterOwnerStmt: "objectType",
    ast.CommentStmt: "objtype",
    ast.SecLabelStmt: "objtype",
    ast.GrantStmt: "objtype",
}


@dataclass(frozen=True)
class Statement:
    """One statement: its text and its tree."""

    text: str
    node: ast.Node

    @property
    def tokens(self) -> list[Token]:
        """Its words and signs; `start` and `end` are places in the text."""
        return list(scan(self.text))

    def is_tagged(self, tag: str) -> bool:
        """Whether its command tag can be this one: all of the tag's words are among its own."""
        words = {self.text[token.start : token.end + 1].upper() for token in self.tokens}
        return words.issuperset(tag.split())


def parse_text(text: str) -> tuple[Statement, ...]:
    """The statements of a text. Raises ReplayError, without the text."""
    try:
        found = parse_sql(text)
    except ParseError:
        raise ReplayError(
            "PostgreSQL's parser, in the version that this program has, does not read a captured statement: replay with a program for the source's version."
        ) from None
    return tuple(_statements(text, found))


def choose(announcement: Announcement, text: str) -> Statement:
    """The statement that the announcement is about. Raises ReplayError when that cannot be told for certain."""
    statements = parse_text(text)
    firing = [statement for statement in statements if fires(statement.node)]
    if len(firing) == 1:
        fitting = firing
    elif announcement.nested:
        # A function runs a text as often as it likes, so counting does not tell.
        fitting = [statement for statement in firing if statement.is_tagged(announcement.tag)]
        if len(fitting) > 1:
            fitting = [statement for statement in fitting if _names(announcement, statement)]
    else:
        fitting = _counted(statements)[announcement.number - 1 : announcement.number]
    if len(fitting) != 1 or not fitting[0].is_tagged(announcement.tag):
        raise ReplayError(
            f"{announcement.subject}: it is not clear which of the {len(statements)} statements of a captured text it is. "
            "Recover to a point before it, or from a base made after it."
        )
    return fitting[0]


def _counted(statements: tuple[Statement, ...]) -> list[Statement]:
    """The statements that fired and were not rolled back, by their numbers: the source's count goes back with what is rolled back."""
    counted: list[Statement] = []
    # How many there were at the transaction's begin and at each savepoint that is still there.
    marks: list[tuple[str | None, int]] = [(None, 0)]
    for statement in statements:
        node = statement.node
        if fires(node):
            counted.append(statement)
        elif isinstance(node, ast.TransactionStmt):
            _mark(node, counted, marks)
    return counted


def _mark(node: ast.TransactionStmt, counted: list[Statement], marks: list[tuple[str | None, int]]) -> None:
    if node.kind == TransactionStmtKind.TRANS_STMT_SAVEPOINT:
        marks.append((node.savepoint_name, len(counted)))
    elif node.kind in _TO_SAVEPOINT:
        at = max((at for at, (name, _) in enumerate(marks) if name == node.savepoint_name), default=0)
        if node.kind == TransactionStmtKind.TRANS_STMT_ROLLBACK_TO:
            del counted[marks[at][1] :], marks[at + 1 :]
        else:
            del marks[at:]
    elif node.kind in _ENDS:
        if node.kind == TransactionStmtKind.TRANS_STMT_ROLLBACK:
            del counted[marks[0][1] :]
        marks[:] = [(None, len(counted))]


def fires(node: ast.Node) -> bool:
    """Whether a statement fires the event trigger ddl_command_end."""
    if isinstance(node, ast.SelectStmt):
        while node.larg is not None:
            node = node.larg
        return node.intoClause is not None
    attribute = _OBJECT_TYPES.get(type(node))
    if attribute is not None:
        return getattr(node, attribute) not in _SHARED
    return isinstance(node, _FIRING)


def _statements(text: str, found: tuple[ast.RawStmt, ...]) -> Iterator[Statement]:
    for raw in found:
        start = raw.stmt_location or 0
        end = start + raw.stmt_len if raw.stmt_len else len(text)
        if raw.stmt is not None:
            yield Statement(text[start:end].strip(), raw.stmt)


def _names(announcement: Announcement, statement: Statement) -> bool:
    words = {statement.text[token.start : token.end + 1] for token in statement.tokens}
    plain = {word.strip('"').lower() for word in words}
    names = (re.split(r"[.\s(]+", item.identity.strip('"'))[-1] for item in announcement.objects if item.identity)
    return any(name.strip('"').lower() in plain for name in names)
