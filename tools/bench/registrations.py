"""What a program registers, as the engine gets it: recorded at the engine's door, kept in a file, compared."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime.proto import resource_pb2

ROOT = "pulumi:pulumi:Stack"
# What says where a registration stands in the source, and not what is registered.
_PLACE = ("sourcePosition", "stackTrace", "packageRef")
_UNORDERED = ("dependencies", "additionalSecretOutputs", "ignoreChanges")


@dataclass(frozen=True)
class Registration:
    """One registered resource: the URN that it got and the whole request."""

    urn: str
    request: resource_pb2.RegisterResourceRequest

    def canonical(self) -> dict[str, Any]:
        """The request as a tree that is equal exactly when the same is registered."""
        tree: dict[str, Any] = json_format.MessageToDict(self.request)
        for name in _PLACE:
            tree.pop(name, None)
        for name in _UNORDERED:
            tree[name] = sorted(tree.get(name, ()))
        properties = {name: sorted(of.get("urns", ())) for name, of in tree.get("propertyDependencies", {}).items()}
        tree["propertyDependencies"] = {name: urns for name, urns in properties.items() if urns}
        return tree


@dataclass
class Registrations:
    """All that one run of a program registered, in order, and the outputs that its components and the stack showed."""

    resources: list[Registration] = field(default_factory=list)
    outputs: dict[str, resource_pb2.RegisterResourceOutputsRequest] = field(default_factory=dict)

    def declared(self) -> Iterator[Registration]:
        """The resources without the stack itself, which every program has."""
        return (found for found in self.resources if found.request.type != ROOT)

    def canonical(self) -> dict[str, dict[str, Any]]:
        """What is registered, by URN."""
        return {found.urn: found.canonical() for found in self.declared()}

    def save(self, path: Path) -> None:
        """Write a file that only this user can read: inputs hold secrets in clear."""
        content = {
            "resources": [[found.urn, _text(found.request)] for found in self.resources],
            "outputs": {urn: _text(request) for urn, request in self.outputs.items()},
        }
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file)

    @classmethod
    def load(cls, path: Path) -> "Registrations":
        """Read what `save` wrote."""
        content = json.loads(path.read_text())
        request, outputs = resource_pb2.RegisterResourceRequest, resource_pb2.RegisterResourceOutputsRequest
        return cls(
            [Registration(urn, request.FromString(base64.b64decode(text))) for urn, text in content["resources"]],
            {urn: outputs.FromString(base64.b64decode(text)) for urn, text in content["outputs"].items()},
        )


def _text(message: Any) -> str:
    return base64.b64encode(message.SerializeToString()).decode()


def record(monitor: Any = None) -> Registrations:
    """From now on, record all that the running program registers with its engine (or with `monitor`)."""
    engine: Any = pulumi.runtime.settings.get_monitor() if monitor is None else monitor
    seen, lock = Registrations(), threading.Lock()
    register, show = engine.RegisterResource, engine.RegisterResourceOutputs

    def registering(request: Any, *others: Any) -> Any:
        answer = register(request, *others)
        with lock:
            seen.resources.append(Registration(answer.urn, request))
        return answer

    def showing(request: Any, *others: Any) -> Any:
        with lock:
            seen.outputs[request.urn] = request
        return show(request, *others)

    engine.RegisterResource, engine.RegisterResourceOutputs = registering, showing
    return seen
