"""How extensions change moto: one attribute at a time, and loudly when another release of moto has no such attribute."""

from typing import Any


def replace(owner: Any, name: str, replacement: Any) -> Any:
    """Put the replacement in place of the attribute of a class or module of moto; the original is returned."""
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    return original
