"""What happens before anything is sent: defaults, automatic names, checks and the difference between two programs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.provider import checks, sdk
from sandbox.provider.archives import ArchiveError
from sandbox.provider.comparison import same, same_document
from sandbox.provider.lifecycle import Lifecycle
from sandbox.provider.mapping import Name
from sandbox.provider.requests import applies
from sandbox.provider.shapes import UnmappedError
from sandbox.provider.values import UNKNOWN, Archive, has_unknown

DEFAULTS = "__defaults"


@dataclass(frozen=True)
class Failure:
    """One thing that is wrong with a resource's inputs."""

    property: str
    reason: str


@dataclass(frozen=True)
class Difference:
    """Properties that changed, those that force a new resource, and whether the old one must go first."""

    changed: set[str]
    replaces: set[str]
    delete_first: bool


class Planner:
    """Check and Diff of one resource type."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.resource = lifecycle.resource

    def check(
        self, name: str, seed: bytes, old: Mapping[str, Any], new: Mapping[str, Any], default_tags: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[Failure]]:
        """The inputs with defaults and an automatic name, and all that is wrong with them at once."""
        inputs = {key: value for key, value in new.items() if value is not None and key != DEFAULTS}
        filled = {key: value for key, value in self.resource.defaults.items() if "." not in key and key not in inputs}
        inputs |= self._blocks(inputs)
        filled |= self._named(name, seed, old, inputs)
        inputs |= filled
        arguments, _ = sdk.properties(self.resource.token)
        if self.resource.taggable and "tags" in arguments and default_tags and not has_unknown(inputs.get("tags")):
            inputs["tags"] = {**default_tags, **inputs.get("tags", {})}
        failures = self._unmapped(inputs) or self._refused(inputs)
        return {**inputs, DEFAULTS: sorted(filled)}, failures

    def _blocks(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        blocks: dict[str, Any] = {}
        for path, value in self.resource.defaults.items():
            block, _, key = path.partition(".")
            given = inputs.get(block)
            if key and isinstance(given, Mapping) and given.get(key) is None:
                blocks[block] = {**blocks.get(block, given), key: value}
        return blocks

    def _named(self, name: str, seed: bytes, old: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, str]:
        rule = self.resource.name
        if rule is None or rule.property in inputs or f"{rule.property}Prefix" in inputs:
            return {}
        if rule.property in old.get(DEFAULTS, []):
            return {rule.property: old[rule.property]}
        if rule.suffix_when and not inputs.get(rule.suffix_when):
            rule = replace(rule, suffix="")
        return {rule.property: automatic_name(rule, name, seed)}

    def _unmapped(self, inputs: Mapping[str, Any]) -> list[Failure]:
        arguments, _ = sdk.properties(self.resource.token)
        known = self.lifecycle.requests.mapped(arguments) | {"tagsAll"}
        token = self.resource.token
        return [
            Failure(key, f"the embedded cloud has no mapping for {token}.{key}: add it in sandbox/provider/types")
            for key in sorted(inputs.keys() - known)
        ]

    def _refused(self, inputs: Mapping[str, Any]) -> list[Failure]:
        requests, resource = self.lifecycle.requests, self.resource
        values = self._known(inputs)
        parts = [part for part in resource.parts if set(part.properties) & inputs.keys()]
        failures: list[Failure] = []
        for part in (None, *parts):
            call = part.put if part else requests.creator(inputs)
            if not applies(call, inputs):
                continue
            try:
                params = requests.build_part(part, inputs, values) if part else requests.build_create(inputs, values)
            except ArchiveError as error:
                failures.append(Failure("", str(error)))
                continue
            except UnmappedError as error:
                failures.append(
                    Failure(str(error).split(" ")[0].split(".")[0], f"{error}: add a rename in sandbox/provider/types")
                )
                continue
            operation = self.lifecycle.cloud.model(resource.service, call.operation).name
            found = checks.check(resource.service, operation, params, partial=True)
            failures += [Failure("", f"{operation}: {problem}") for problem in found]
        return failures

    def _known(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        arguments, outputs = sdk.properties(self.resource.token)
        later = dict.fromkeys((outputs - arguments) | {"id"}, UNKNOWN)
        return {**later, **self.lifecycle.reader.base("", inputs), "id": UNKNOWN}

    def diff(self, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> Difference:
        """What changed between the inputs last written (or refreshed) and the new ones."""
        names = {name for name in old.keys() | new.keys() if not name.startswith("__")}
        changed = {name for name in names if self._differs(name, old, new, outputs)}
        replaces = changed & set(self.resource.replace)
        rule = self.resource.name
        fixed = rule is not None and rule.property not in new.get(DEFAULTS, []) and rule.property not in changed
        return Difference(changed, replaces, bool(replaces) and fixed)

    def _differs(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> bool:
        before, after = old.get(name), new.get(name)
        if before is None and name in new:
            before = outputs.get(name)
        if name not in new and name in self.resource.computed:
            return False
        if has_unknown(after):
            return True
        if isinstance(before, Archive) or isinstance(after, Archive):
            return getattr(before, "hash", None) != getattr(after, "hash", None)
        if name in self.resource.documents:
            return not same_document(before, after)
        if not before and not after:
            return False
        return not same(before, after, path=name, unordered=self.resource.unordered)


def automatic_name(rule: Name, name: str, seed: bytes) -> str:
    """The logical name, a dash and seven hexadecimal digits, as the official provider names; cut to the rule's limit."""
    ending = f"-{hashlib.sha256(seed or name.encode()).hexdigest()[:7]}{rule.suffix}"
    base = name[: rule.limit - len(ending)]
    return (base.lower() if rule.lower else base) + ending
