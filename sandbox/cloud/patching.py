"""How extensions change moto: one attribute at a time, and loudly when another release of moto has no such attribute."""

from typing import Any


def replace(owner: Any, name: str, replacement: Any) -> Any:
    """Put the replacement in place of the attribute of a class or module of moto; the original is returned."""
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    return original


def add(owner: Any, name: str, function: Any) -> None:
    """Give a class of moto what it lacks, such as an operation; loudly when another release of moto has it."""
    if hasattr(owner, name):
        raise AttributeError(
            f"{owner.__name__} has {name} of its own by now: see whether the extension is still needed"
        )
    setattr(owner, name, function)
