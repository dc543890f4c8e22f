"""What the API says of a resource: its description, its inputs as the program would write them, its outputs."""

from collections.abc import Mapping
from typing import Any

from sandbox.provider import sdk, tags
from sandbox.provider.api import Cloud, CloudError
from sandbox.provider.comparison import same_document
from sandbox.provider.mapping import FLAT, At, Call, Convert, Part, Resource, Text
from sandbox.provider.paths import search
from sandbox.provider.requests import Requests
from sandbox.provider.shapes import find, gathered, natural, project
from sandbox.provider.templates import fill, parsed, placeholders


class Reader:
    """Reads one resource type."""

    def __init__(self, resource: Resource, cloud: Cloud, requests: Requests) -> None:
        self.resource = resource
        self.cloud = cloud
        self.requests = requests

    def base(self, resource_id: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """The values that templates may use; what the id was composed of is read off it (an import knows no more)."""
        found = self.resource.id
        parts = parsed(found.template, resource_id) if isinstance(found, Text) else {}
        if resource_id.startswith("arn:"):
            parts["arn"] = resource_id
        region = self.cloud.region
        # S3's word for a region: every one has a name but the first.
        place = {"region": region, "location": None if region == "us-east-1" else region}
        return {**parts, **known, "id": resource_id, "account": self.cloud.account_id, **place}

    def ask(self, call: Call, values: Mapping[str, Any]) -> Any:
        """What the call finds; None where it finds nothing."""
        params = fill(call.params, values) or {}
        answer = self.cloud.call(self.resource.service, call.operation, params)
        return search(str(fill(call.at, values)), answer)

    def identify(self, call: Call, name: str) -> str | None:
        """The id of what people call so; None where nothing is."""
        try:
            found = self.ask(call, self.base(name, {}))
        except CloudError as error:
            if error.code in self.resource.gone:
                return None
            raise
        return None if found is None else str(found)

    def describe(self, resource_id: str, known: Mapping[str, Any]) -> Any:
        """The resource's description, or None when it is gone."""
        try:
            found = self.ask(self.resource.read, self.base(resource_id, known))
        except CloudError as error:
            if error.code in self.resource.gone:
                return None
            raise
        if found is None or (self.resource.gone_when and search(self.resource.gone_when, found)):
            return None
        return found

    def part(self, part: Part, values: Mapping[str, Any], description: Any) -> Any:
        """The description of a part; None when it is not set."""
        if part.read is None:
            return description
        try:
            return self.ask(part.read, values)
        except CloudError as error:
            if error.code in part.absent:
                return None
            raise

    def inputs(self, given: Mapping[str, Any], description: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs as the API has them: what the program gave, seen again; all that is mapped when nothing was given."""
        names = set(given) or self._mapped_inputs()
        seen: dict[str, Any] = {}
        for name in names:
            if name.startswith("__") or name == "tags" or self._kept(name, given):
                seen[name] = given.get(name)
                continue
            if name in self._identity():
                seen[name] = given.get(name, values.get(name))
                continue
            if name in self.requests.in_parts:
                continue
            call = self.resource.create
            seen[name] = self._seen(name, given.get(name), description, call)
        for part in self.resource.parts:
            wanted = [name for name in part.properties if name in names and not self._kept(name, given)]
            if wanted:
                found = self.part(part, values, description)
                if part.pairs:
                    found = _from_pairs(part, found)
                for name in wanted:
                    seen[name] = self._seen(name, given.get(name), found, part.read or part.put)
        if self.resource.taggable and "tags" in names:
            seen["tags"] = tags.read(self.cloud, self.resource.tagging_way, values) or None
        return {name: value for name, value in seen.items() if value is not None}

    def _kept(self, name: str, given: Mapping[str, Any]) -> bool:
        resource = self.resource
        return name in resource.gaps or name in resource.local or (name in resource.fixed and name in given)

    def _identity(self) -> tuple[str, ...]:
        return tuple(placeholders(self.resource.id.template)) if isinstance(self.resource.id, Text) else ()

    def _mapped_inputs(self) -> set[str]:
        inputs, _ = sdk.properties(self.resource.token)
        return self.requests.mapped(inputs)

    def _seen(self, name: str, given: Any, description: Any, call: Call) -> Any:
        rename = {**self.requests.rename(self.resource.read), **self.requests.rename(call), **self.resource.read.rename}
        if given is None and rename.get(name) == FLAT:
            return gathered(description, rename, name)
        found = find(description, name, rename)
        if given is None:
            return found if isinstance(rename.get(name), Convert) else natural(found, rename, name)
        if name in self.resource.documents and same_document(given, found):
            return given
        if name in self.resource.versions and str(found).startswith(f"{given}."):
            return given
        return project(given, found, rename, name, unordered=self.resource.unordered)

    def outputs(self, inputs: Mapping[str, Any], description: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """Every output that the SDK names and the mapping serves."""
        outputs = {name: value for name, value in inputs.items() if not name.startswith("__")}
        rename = self.requests.rename(self.resource.read)
        _, names = sdk.properties(self.resource.token)
        wanted = names - outputs.keys() - self.resource.unserved.keys() - {"tagsAll"}
        for name in sorted(wanted - self.resource.outputs.keys() - self.requests.in_parts):
            found = find(description, name, rename)
            shown = found if isinstance(rename.get(name), Convert) else natural(found)
            outputs[name] = _fitting(shown, sdk.kinds(self.resource.token)[name])
        for way in (At, Text, Call):
            for name, found in self.resource.outputs.items():
                if isinstance(found, way):
                    outputs[name] = self._output(found, description, {**values, **_present(outputs)})
        if "region" in names:
            outputs["region"] = self.cloud.region
        if "tagsAll" in names:
            outputs["tagsAll"] = outputs.get("tags") or {}
        return _present(outputs)

    def _output(self, found: At | Text | Call, description: Any, values: Mapping[str, Any]) -> Any:
        if isinstance(found, At):
            return natural(search(found.path, description))
        if isinstance(found, Text):
            return fill(found.template, values)
        return natural(self.ask(found, values))


def _fitting(value: Any, kind: str) -> Any:
    """The value in the form that the SDK takes it for; None where it has none, such as an empty list for a block."""
    if kind == "list":
        return value if isinstance(value, list) or value is None else [value]
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    if kind in {"map", "block"}:
        return value if isinstance(value, Mapping) and value else None
    return None if isinstance(value, Mapping) else value


def _from_pairs(part: Part, found: Any) -> dict[str, Any]:
    keyed = {pair["Key"]: pair["Value"] for pair in found or []}
    tree: dict[str, Any] = {}
    for path, key in part.pairs.items():
        *parents, last = path.split(".")
        target = tree
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = keyed.get(key)
    return tree


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
