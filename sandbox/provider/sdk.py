"""What the SDKs know of a type: the names of its inputs and outputs, read off their classes."""

import collections.abc
import functools
import importlib
import threading
import typing
from typing import Any

_KEYWORDS = {"lambda": "lambda_"}
_IMPORTING = threading.RLock()  # the SDK loads its modules lazily, which two threads at once spoil


@functools.cache
def properties(token: str) -> tuple[frozenset[str], frozenset[str]]:
    """The inputs and the outputs of the type, as Pulumi names them; "aws:ec2/vpc:Vpc" is pulumi_aws.ec2.Vpc.

    Raises:
        KeyError: no SDK here has the type.
    """
    resource, arguments = _classes(token)
    return _names(arguments), _names(resource) - {"id", "urn", "pulumiResourceName", "pulumiResourceType"}


@functools.cache
def kinds(token: str) -> dict[str, str]:
    """What the SDK takes each output for: "list", "map", "block" (a class of properties) or "scalar"."""
    resource, _ = _classes(token)
    found: dict[str, str] = {}
    with _IMPORTING:
        for name, member in vars(resource).items():
            if isinstance(member, property) and member.fget is not None:
                hint = typing.get_type_hints(member.fget).get("return")
                found[getattr(member.fget, "_pulumi_name", name)] = _kind(hint)
    return found


def _kind(hint: Any) -> str:
    origin, inner = typing.get_origin(hint), [item for item in typing.get_args(hint) if item is not type(None)]
    if origin in {list, collections.abc.Sequence}:
        return "list"
    if origin in {dict, collections.abc.Mapping}:
        return "map"
    if origin is not None and inner:
        return _kind(inner[0])  # Output[T], Optional[T]
    return "block" if isinstance(hint, type) and hint.__module__.startswith("pulumi_") else "scalar"


def _classes(token: str) -> tuple[type, type]:
    with _IMPORTING:
        return _load(token)


@functools.cache
def _load(token: str) -> tuple[type, type]:
    package, path, name = token.split(":")
    module = path.split("/")[0]
    dotted = f"pulumi_{package}" if module == "index" else f"pulumi_{package}.{_KEYWORDS.get(module, module)}"
    if package == "random":
        dotted = "pulumi_random"
    try:
        library = importlib.import_module(dotted)
        resource = getattr(library, name)
        arguments = getattr(library, f"{name}InitArgs", None) or getattr(library, f"{name}Args")
    except (ImportError, AttributeError) as error:
        raise KeyError(token) from error
    return resource, arguments


def _names(cls: type) -> frozenset[str]:
    found: set[str] = set()
    for base in cls.__mro__[:-1]:
        if base.__module__.startswith("pulumi."):
            continue
        for name, member in vars(base).items():
            if isinstance(member, property) and member.fget is not None:
                found.add(getattr(member.fget, "_pulumi_name", name))
    return frozenset(found)
