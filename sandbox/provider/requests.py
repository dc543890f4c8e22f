"""Which property goes by which call, and the parameters that come of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.provider import tags
from sandbox.provider.api import Cloud
from sandbox.provider.checks import Unknown
from sandbox.provider.mapping import FLAT, Call, Part, Resource, Text
from sandbox.provider.paths import search
from sandbox.provider.shapes import Renames, member_of, place, to_api
from sandbox.provider.templates import fill, placeholders


class Requests:
    """The calls of one resource type, against botocore's model of them."""

    def __init__(self, resource: Resource, cloud: Cloud) -> None:
        self.resource = resource
        self.cloud = cloud
        self.in_parts = {name for part in resource.parts for name in part.properties}

    def shape(self, call: Call) -> StructureShape:
        """The input shape of a call; an empty one where the operation takes nothing."""
        shape = self.cloud.model(self.resource.service, call.operation).input_shape
        return shape or StructureShape("Nothing", {"type": "structure", "members": {}})

    def rename(self, call: Call | None) -> Renames:
        """The resource's renames with the call's own on top."""
        return {**self.resource.rename, **(call.rename if call else {})}

    def carried(self, call: Call, names: Iterable[str]) -> Iterator[str]:
        """Those of the names that the call sends."""
        members, rename = self.shape(call).members, self.rename(call)
        apart = self.in_parts | {"tags", *self.resource.local}
        if call is self.resource.update:
            apart |= self.resource.removals.keys()
        for name in names:
            if call.carries is not None:
                if name in call.carries:
                    yield name
            elif name not in apart:
                member = member_of(name, members, rename)
                if member == FLAT or (member or "").split(".")[0] in members:
                    yield name

    def build(self, call: Call, properties: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters: what the call carries of `properties`, and its templates filled from `values`.

        Raises:
            UnmappedError: a nested property has no member in the API.
        """
        shape, rename = self.shape(call), self.rename(call)
        built: dict[str, Any] = {}
        for name in self.carried(call, properties):
            if properties[name] is not None:
                place(built, shape, properties[name], rename, name)
        return _merged(built, to_api(shape, fill(call.params, values) or {}, {}))

    def creator(self, properties: Mapping[str, Any]) -> Call:
        """The call that creates: an alternative where its property is given."""
        chosen = (call for name, call in self.resource.alternatives.items() if properties.get(name) is not None)
        return next(chosen, self.resource.create)

    def rest(self, properties: Mapping[str, Any]) -> set[str]:
        """What an alternative creation does not take, so that an update has to send it."""
        creator, update = self.creator(properties), self.resource.update
        if creator is self.resource.create or update is None:
            return set()
        sent = {*self.carried(creator, properties), *placeholders(creator.params), *self.resource.fixed}
        return set(self.carried(update, properties)) - sent - {*self.resource.replace}

    def written_later(self, properties: Mapping[str, Any]) -> set[str]:
        """The properties that the creating call leaves to the calls after it."""
        later = (self.in_parts - set(self.creator(properties).carries or ())) | self.rest(properties)
        if self.resource.taggable and not self.resource.tags_in_create:
            later.add("tags")
        return later & properties.keys()

    def build_create(self, properties: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of the creating call, with the tags where it takes them."""
        creator = self.creator(properties)
        params = self.build(creator, properties, values)
        given = properties.get("tags")
        if given and self.resource.taggable and self.resource.tags_in_create:
            way = tags.SERVICES[self.resource.tagging_way]
            if way.wrapped or self.resource.service == "ec2":
                kind = self.ec2_kind()
                params["TagSpecifications"] = [{"ResourceType": kind, "Tags": tags.to_api("ec2", given)}]
            else:
                member = member_of("tags", self.shape(creator).members, {}) or way.member
                params[member] = tags.to_api(self.resource.tagging_way, given)
        return params

    def build_part(self, part: Part, properties: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that write a part."""
        if not part.pairs:
            return self.build(part.put, properties, values)
        pairs = [
            {"Key": key, "Value": str(value).lower() if isinstance(value, bool) else str(value)}
            for path, key in part.pairs.items()
            if (value := _at(properties, path)) is not None and not isinstance(value, Unknown)
        ]
        return {**(fill(part.put.params, values) or {}), part.put.at: pairs}

    def whole(self, call: Call, sent: Iterable[str], properties: Mapping[str, Any]) -> set[str]:
        """What is sent, and all that shares a structure with it: an update of a part would leave the rest to the service."""
        shape, rename = self.shape(call), self.rename(call)

        def root(name: str) -> str:
            return (member_of(name, shape.members, rename) or "").partition(".")[0]

        roots = {root(name) for name in sent}
        shared = {name for name in roots if isinstance(shape.members.get(name), StructureShape)}
        return {*sent, *(name for name in self.carried(call, properties) if root(name) in shared)}

    def build_deltas(self, changed: Iterable[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """What comes to and goes from the sets that update takes so."""
        params: dict[str, Any] = {}
        for name in set(changed) & self.resource.deltas.keys():
            before, after = set(old.get(name) or ()), set(new.get(name) or ())
            for member, items in zip(self.resource.deltas[name], (after - before, before - after), strict=True):
                if items:
                    *parents, last = member.split(".")
                    target = params
                    for parent in parents:
                        target = target.setdefault(parent, {})
                    target[last] = sorted(items)
        return params

    def ec2_kind(self) -> str:
        """EC2's name of the resource type in tag specifications, such as "security-group-rule"."""
        name = self.resource.create.rename.get("tags")
        return (
            str(name)
            if name
            else "".join(f"-{c.lower()}" if c.isupper() else c for c in self.resource.token.rsplit(":", 1)[1]).lstrip(
                "-"
            )
        )

    def cleared(self, call: Call, name: str) -> Any:
        """The value that takes a property back when the program no longer gives it: empty, zero or false."""
        member = member_of(name, self.shape(call).members, self.rename(call))
        shape: Shape | None = self.shape(call)
        for step in (member or "").split("."):
            shape = shape.members.get(step) if isinstance(shape, StructureShape) else None
        if isinstance(shape, ListShape):
            return []
        if isinstance(shape, MapShape | StructureShape):
            return {}
        kind = shape.type_name if shape else "string"
        return {"boolean": False, "integer": 0, "long": 0, "float": 0.0, "double": 0.0}.get(kind, "")

    def mapped(self, inputs: Iterable[str]) -> set[str]:
        """Those of the type's inputs that the mapping serves."""
        resource, names = self.resource, set(inputs)
        served = set(self.in_parts) | set(resource.local) | set(resource.alternatives)
        if resource.taggable:
            served.add("tags")
        if resource.delete:
            served |= set(placeholders(resource.delete.params)) | set(_names(resource.delete.when))
        for call in self._calls():
            served |= set(self.carried(call, names)) | set(placeholders(call.params))
            served |= set(_names(call.when))
        for found in (resource.id, *resource.outputs.values()):
            if isinstance(found, Text):
                served |= set(placeholders(found.template))
        return (served & names) - {"region"}  # the embedded cloud has one; in templates it is that one's name

    def _calls(self) -> Iterator[Call]:
        resource = self.resource
        yield from (resource.create, *resource.alternatives.values())
        yield from (call for call in (resource.update, *resource.removals.values()) if call)
        yield from (call for call in (*resource.after_create, *resource.before_delete) if isinstance(call, Call))
        for part in resource.parts:
            yield from (call for call in (part.put, part.clear, part.shrink) if call)

    def changeable(self, inputs: Iterable[str]) -> set[str]:
        """Those of the type's inputs that can change in place."""
        names = set(inputs)
        found = self.in_parts | set(self.resource.local) | set(self.resource.deltas) | set(self.resource.removals)
        if self.resource.taggable:
            found.add("tags")
        if self.resource.update:
            found |= set(self.carried(self.resource.update, names)) | set(placeholders(self.resource.update.params))
        return found & names


def _names(condition: str | None) -> list[str]:
    return re.findall(r"[a-z]\w*", condition or "")


def applies(call: Call, properties: Mapping[str, Any]) -> bool:
    """Whether the call's condition holds for these properties."""
    if call.when is None:
        return True
    return bool(search(call.when, properties))


def touched(part: Part, changed: Iterable[str]) -> bool:
    """Whether any property of the part is among the changed ones."""
    return not set(part.properties).isdisjoint(changed)


def _at(properties: Mapping[str, Any], path: str) -> Any:
    value: Any = properties
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _merged(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in over.items():
        below = under.get(key)
        under[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return under
