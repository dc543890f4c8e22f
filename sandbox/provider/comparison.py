"""Whether two values mean the same, whatever their form."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any


def same(one: Any, other: Any, *, path: str = "", unordered: Collection[str] = ()) -> bool:
    """Whether two values mean the same: 5 and "5", True and "true", and the lists at the paths of `unordered` in any order."""

    def alike(a: Any, b: Any) -> bool:
        return same(a, b, path=path, unordered=unordered)

    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        if len(one) != len(other):
            return False
        if path in unordered:
            rest = list(other)
            return all(take(item, rest, alike) for item in one)
        return all(alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        inside = ((one[key], other.get(key), f"{path}.{key}") for key in one)
        return one.keys() == other.keys() and all(same(a, b, path=at, unordered=unordered) for a, b, at in inside)
    if isinstance(one, Mapping | list | tuple) or isinstance(other, Mapping | list | tuple):
        return False
    return one == other or _text(one) == _text(other)


def take(item: Any, rest: list[Any], alike: Callable[[Any, Any], bool]) -> bool:
    """Removes the first of the rest that is like the item; whether there was one."""
    index = next((position for position, other in enumerate(rest) if alike(item, other)), None)
    if index is None:
        return False
    rest.pop(index)
    return True


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def same_document(one: Any, other: Any) -> bool:
    """Whether two JSON texts mean the same, with IAM's habit that a list of one is its element."""
    try:
        return bool(_normal(json.loads(one)) == _normal(json.loads(other)))
    except (TypeError, ValueError):
        return bool(one == other)


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list):
        return _normal(value[0]) if len(value) == 1 else sorted((_normal(item) for item in value), key=json.dumps)
    return value
