"""Roles that the source has and the target has not: what is granted to them is left out, and noted."""

import copy
import logging
from typing import Any

import psycopg
from pglast import ast
from pglast.enums import AlterTableType, RoleSpecType
from pglast.stream import RawStream
from pglast.visitors import Visitor

from runtime.recovery.ddl.statements import Statement

_LOG = logging.getLogger(__name__)


def without_missing_roles(session: psycopg.Connection[Any], statement: Statement) -> Statement | None:
    """The statement as far as its roles are on the target; None when nothing of it is left."""
    named = _Names()
    named(statement.node)
    if not named.names:
        return statement
    rows = session.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [sorted(named.names)]).fetchall()
    missing = named.names - {row[0] for row in rows}
    if not missing:
        return statement
    node = _reduced(copy.deepcopy(statement.node), missing)
    _LOG.warning("the target has no role %s: what is for it is left out", ", ".join(sorted(missing)))
    return Statement(RawStream()(node), node) if node is not None else None


class _Names(Visitor):
    """Gathers the names of roles in a tree."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_RoleSpec(self, _: Any, node: ast.RoleSpec) -> None:  # noqa: N802 - pglast's name
        if node.roletype == RoleSpecType.ROLESPEC_CSTRING and node.rolename:
            self.names.add(node.rolename)


def _reduced(node: ast.Node, missing: set[str]) -> ast.Node | None:
    if isinstance(node, ast.GrantStmt):
        node.grantees = _known(node.grantees, missing)
        return node if node.grantees else None
    if isinstance(node, ast.CreatePolicyStmt | ast.AlterPolicyStmt):
        node.roles = _known(node.roles, missing)
        return node if node.roles else None
    if isinstance(node, ast.AlterTableStmt):
        node.cmds = tuple(command for command in node.cmds or () if command.subtype != AlterTableType.AT_ChangeOwner)
        return node if node.cmds else None
    if isinstance(node, ast.CreateSchemaStmt):
        node.schemaname = node.schemaname or (node.authrole.rolename if node.authrole else None)
        node.authrole = None
        return node
    # Owners, default privileges, user mappings: without the role there is nothing to do.
    return None


def _known(roles: tuple[ast.RoleSpec, ...] | None, missing: set[str]) -> tuple[ast.RoleSpec, ...]:
    return tuple(role for role in roles or () if role.rolename not in missing)
