"""A program with no logic: it registers what was recorded, with the same inputs, parents, options and dependencies."""

import keyword
from collections.abc import Callable
from typing import Any

import pulumi
from google.protobuf import json_format

from tools.bench.imports import load
from tools.bench.registrations import ROOT, Registration, Registrations

_PROVIDER = "pulumi:providers:"
# How the engine's protocol marks what is not plain (sdk/go/common/resource/sig).
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, no secret


def program(recorded: Registrations) -> Callable[[], None]:
    """The program that registers what `recorded` holds, and exports the stack's outputs."""

    def run() -> None:
        _load_sdks(recorded)
        _Flat(recorded).register()

    return run


def _load_sdks(recorded: Registrations) -> None:
    """Import the SDK's module of every resource, which a program in Python cannot do without."""
    for token in sorted({found.request.type for found in recorded.declared() if found.request.custom}):
        package, path, _ = token.split(":")
        if package != "pulumi":
            module = path.partition("/")[0]
            name = "" if module == "index" else f".{module}{'_' if keyword.iskeyword(module) else ''}"
            load(f"pulumi_{package}{name}")


class _Flat:
    """The resources that are registered already, by URN."""

    def __init__(self, recorded: Registrations) -> None:
        self._recorded = recorded
        self._made: dict[str, Any] = {}

    def register(self) -> None:
        root = next((found.urn for found in self._recorded.resources if found.request.type == ROOT), "")
        for found in self._in_order():
            self._made[found.urn] = self._resource(found)
        for urn, shown in self._recorded.outputs.items():
            values = {name: _open(value, []) for name, value in _raw(shown.outputs).items()}
            if urn == root:
                for name, value in values.items():
                    pulumi.export(name, value)
            elif urn in self._made:
                self._made[urn].register_outputs(values)

    def _in_order(self) -> list[Registration]:
        """Parents, providers and dependencies first: answers arrive in another order than requests."""
        waiting = {found.urn: found for found in self._recorded.declared()}
        ordered: list[Registration] = []
        while waiting:
            ready = [found for found in waiting.values() if not _needs(found) & waiting.keys()]
            if not ready:
                raise ValueError(f"the recorded resources depend on one another: {sorted(waiting)}")
            ordered += ready
            for found in ready:
                del waiting[found.urn]
        return ordered

    def _resource(self, found: Registration) -> Any:
        request = found.request
        if not request.custom:
            return pulumi.ComponentResource(request.type, request.name, {}, self._options(found))
        inputs = {name: _open(value, self._origins(request, name)) for name, value in _raw(request.object).items()}
        if request.type.startswith(_PROVIDER):
            return pulumi.ProviderResource(
                request.type.removeprefix(_PROVIDER), request.name, inputs, self._options(found)
            )
        return pulumi.CustomResource(request.type, request.name, inputs, self._options(found))

    def _origins(self, request: Any, name: str) -> list[pulumi.Output[Any]]:
        """What an input came from, as one output that is known once those resources are; none for a plain value."""
        urns = request.propertyDependencies[name].urns if name in request.propertyDependencies else ()
        made = [self._made[urn].urn for urn in urns if urn in self._made]
        return [pulumi.Output.all(*made)] if made else []

    def _options(self, found: Registration) -> pulumi.ResourceOptions:
        request = found.request
        of_inputs = {urn for of in request.propertyDependencies.values() for urn in of.urns}
        return pulumi.ResourceOptions(
            parent=self._made.get(request.parent),
            providers=[self._made[reference.rpartition("::")[0]] for reference in request.providers.values()],
            provider=self._made.get(request.provider.rpartition("::")[0]) if request.provider else None,
            depends_on=[self._made[urn] for urn in request.dependencies if urn in self._made and urn not in of_inputs],
            protect=request.protect if request.HasField("protect") else None,
            version=request.version or None,
            plugin_download_url=request.pluginDownloadURL or None,
            ignore_changes=list(request.ignoreChanges),
            replace_on_changes=list(request.replaceOnChanges),
            additional_secret_outputs=list(request.additionalSecretOutputs),
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
            import_=request.importId or None,
            aliases=[_alias(alias) for alias in request.aliases],
            custom_timeouts=_timeouts(request.customTimeouts) if request.HasField("customTimeouts") else None,
        )


def _needs(found: Registration) -> set[str]:
    request = found.request
    return {request.parent, request.provider.rpartition("::")[0], *request.dependencies}


def _alias(alias: Any) -> str | pulumi.Alias:
    if not alias.HasField("spec"):
        return str(alias.urn)
    said = {"name": alias.spec.name, "type_": alias.spec.type}
    return pulumi.Alias(**{name: value for name, value in said.items() if value})


def _timeouts(timeouts: Any) -> pulumi.CustomTimeouts:
    return pulumi.CustomTimeouts(timeouts.create or None, timeouts.update or None, timeouts.delete or None)


def _raw(struct: Any) -> dict[str, Any]:
    # Not the SDK's own reading, which makes a whole tree secret when one leaf of it is.
    tree: dict[str, Any] = json_format.MessageToDict(struct)
    return tree


def _open(value: Any, origins: list[pulumi.Output[Any]]) -> Any:
    """A recorded value as a program writes it: secrets are secret outputs, and the first leaf refers to its origins."""
    if isinstance(value, list):
        return [_open(inner, origins) for inner in value]
    if not isinstance(value, dict):
        return origins.pop().apply(lambda _: value) if origins else value
    if value.get(SIGNATURE) == SECRET:
        return pulumi.Output.secret(_open(value["value"], origins))
    if SIGNATURE in value:
        raise ValueError(
            f"a recorded value is neither plain nor secret (signature {value[SIGNATURE]}): teach this how to write it"
        )
    return {name: _open(inner, origins) for name, inner in value.items()}
