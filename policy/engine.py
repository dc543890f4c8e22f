"""Between the engine's view of resources and the checks."""

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
    return Resource(resource.resource_type, resource.name, resource.urn, _plain(resource.props), sources)


def of_one(args: ResourceValidationArgs) -> Resource:
    """A resource that is checked on its own, before it is created or changed."""
    return Resource(args.resource_type, args.name, args.urn, _plain(args.props))


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
