"""A request as a tree whose scalars remember where they stood in it, so that a moved value is still blamed by its own path."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.provider.checks.problem import Unknown, child
from sandbox.provider.checks.secrecy import is_secret


@dataclass(frozen=True)
class Leaf:
    """A scalar, its path in the request, and whether it must not be shown."""

    value: Any
    path: str
    secret: bool = False


class Branch(dict[str, Any]):
    """An object of trees, and its path in the request."""

    def __init__(self, items: Mapping[str, Any], path: str = "") -> None:
        super().__init__(items)
        self.path = path


class Row(list[Any]):
    """A list of trees, and its path in the request."""

    def __init__(self, items: Iterable[Any], path: str = "") -> None:
        super().__init__(items)
        self.path = path


Tree = Leaf | Branch | Row


def locate(value: Any, path: str = "", shape: Shape | None = None, *, secret: bool = False) -> Tree | None:
    """The value as a tree; None for what is unknown yet, which containers leave out."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        branches = {}
        for name, item in value.items():
            below = _member(shape, str(name))
            # The name of a hidden value is none: {"name": "JWT_SECRET", "value": ...}.
            hidden = (secret and str(name).lower() != "name") or (shape is not None and is_secret(str(name), below))
            branches[str(name)] = locate(item, child(path, str(name)), below, secret=hidden)
        return Branch({name: item for name, item in branches.items() if item is not None}, path)
    if isinstance(value, (list, tuple)):
        member = shape.member if isinstance(shape, ListShape) else None
        items = (locate(item, f"{path}[{index}]", member, secret=secret) for index, item in enumerate(value))
        return Row((item for item in items if item is not None), path)
    return Leaf(value, path, secret)


def document(leaf: Leaf) -> Tree | None:
    """The tree of a JSON text, its paths continuing the text's own.

    Raises:
        ValueError: the text is no JSON; the error says where.
    """
    return locate(json.loads(leaf.value), leaf.path, secret=leaf.secret)


def plain(tree: Tree) -> Any:
    """The tree as JSON-like values."""
    if isinstance(tree, Branch):
        return {name: plain(item) for name, item in tree.items()}
    if isinstance(tree, Row):
        return [plain(item) for item in tree]
    if isinstance(tree.value, (bytes, bytearray)):
        return "x" * len(tree.value)
    if tree.value is None or isinstance(tree.value, (str, int, float, bool)):
        return tree.value
    return tree.value.isoformat() if hasattr(tree.value, "isoformat") else str(tree.value)


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Every scalar of the tree."""
    if isinstance(tree, Leaf):
        yield tree
    else:
        for item in tree.values() if isinstance(tree, Branch) else tree:
            yield from leaves(item)


def find(tree: Tree, path: list[str | int]) -> tuple[Tree, str]:
    """The deepest part of the tree on a path through it, and that part's path in the request."""
    for key in path:
        if isinstance(tree, Branch) and key in tree:
            tree = tree[str(key)]
        elif isinstance(tree, Row) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            break
    return tree, tree.path


def _member(shape: Shape | None, name: str) -> Shape | None:
    if isinstance(shape, StructureShape):
        return shape.members.get(name)
    return shape.value if isinstance(shape, MapShape) else None
