"""Between the engine's view of resources and the checks."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource, ResourceValidationArgs
from pulumi_policy.proxy import UnknownValueError

from policy.model import UNKNOWN, Resource


def of_stack(resource: PolicyResource) -> Resource:
    """A resource of a whole stack, with what its properties were made from."""
    sources = {
        name: tuple(source.urn for source in made_from) for name, made_from in resource.property_dependencies.items()
    }
    properties = _plain(resource.props)
    environment = environment_of(resource.urn, resource.provider)
    return Resource(resource.resource_type, resource.name, resource.urn, properties, sources, environment)


def of_one(args: ResourceValidationArgs) -> Resource:
    """A resource that is checked on its own, before it is created or changed."""
    environment = environment_of(args.urn, args.provider)
    return Resource(args.resource_type, args.name, args.urn, _plain(args.props), environment=environment)


def environment_of(urn: str, provider: Any) -> str:
    """The environment that a resource serves: the tag that its provider gives to all, else the name of its stack.

    The program's provider tags everything with `Environment` (infra/context.py). A stack may have any name.
    """
    properties = _plain(provider.props) if provider is not None else {}
    defaults = properties.get("defaultTags")
    try:
        # A provider's nested properties travel as JSON text.
        tree = json.loads(defaults) if isinstance(defaults, str) else defaults
    except ValueError:
        tree = None
    tags = tree.get("tags") if isinstance(tree, Mapping) else None
    tagged = tags.get("Environment") if isinstance(tags, Mapping) else None
    return tagged if isinstance(tagged, str) else urn.split(":")[2]


def _plain(value: Any) -> Any:
    """A tree without the policy SDK's proxies, which raise an error wherever a preview does not know a value."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(container: Any, key: Any) -> Any:
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN
