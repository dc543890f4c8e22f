"""The provider protocol: the real engine's calls, answered by lifecycles."""

# ruff: noqa: N802 - the methods have the protocol's names

import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from sandbox import inventory
from sandbox.provider.api import Cloud, CloudError
from sandbox.provider.planning import Difference
from sandbox.provider.registry import Registry, UnknownTypeError
from sandbox.provider.seeds import Seeds
from sandbox.provider.state import State, UnfinishedError
from sandbox.provider.values import UNKNOWN, decode, encode, has_unknown

Answered = TypeVar("Answered")
Kind = provider_pb2.PropertyDiff.Kind
Changes = provider_pb2.DiffResponse.DiffChanges


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One of the providers (aws, random, docker). Every problem is an answer that a person can act on."""

    def __init__(self, name: str, version: str, registry: Registry, cloud: Cloud) -> None:
        self.name = name
        self.version = version
        self.registry = registry
        self.cloud = cloud
        self.default_tags: dict[str, str] = {}
        self.replaced: dict[str, str] = {}
        self.seeds = Seeds(cloud.home.root / "names")

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:
        """The version that the SDK of this type asks for."""
        return plugin_pb2.PluginInfo(version=self.version)

    def Handshake(self, _request: Any, _context: Any) -> provider_pb2.ProviderHandshakeResponse:
        """Secrets stay with the engine, which marks outputs of secret inputs itself."""
        return provider_pb2.ProviderHandshakeResponse()

    def CheckConfig(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:
        """The provider's own configuration, as it is."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, _context: Any) -> provider_pb2.DiffResponse:
        """A change of the provider's configuration replaces nothing."""
        changed = request.olds != request.news
        return provider_pb2.DiffResponse(changes=Changes.DIFF_SOME if changed else Changes.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> provider_pb2.ConfigureResponse:
        """Takes default tags, and refuses an account that the stack does not allow, as the official provider does."""
        given = {key: _parsed(value) for key, value in decode(request.args).items()}
        self._enter(given.get("region"))
        tags = given.get("defaultTags") or {}
        self.default_tags = dict(tags.get("tags") or {}) if not has_unknown(tags) else {}
        allowed = given.get("allowedAccountIds")
        if allowed and not has_unknown(allowed) and self.cloud.account_id not in [str(item) for item in allowed]:
            message = f"this is account {self.cloud.account_id}, and the stack may only be deployed to {', '.join(map(str, allowed))}: set jobr:accountId"
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, message)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def _enter(self, region: Any) -> None:
        if isinstance(region, str) and region != self.cloud.region:
            self.cloud.region = region
            inventory.remember_region(self.cloud.home, region)

    def Check(self, request: Any, context: Any) -> provider_pb2.CheckResponse:
        """Inputs with defaults and names; every problem at once."""

        def check() -> provider_pb2.CheckResponse:
            planner = self.registry.planner(_type(request.urn))
            name = request.urn.rsplit("::", 1)[-1]
            seed = self.seeds.seed(request.urn, self.replaced.get(request.urn, ""), request.randomSeed)
            inputs, failures = planner.check(name, seed, decode(request.olds), decode(request.news), self.default_tags)
            return provider_pb2.CheckResponse(
                inputs=encode(inputs),
                failures=[provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in failures],
            )

        return self._answer(check, request.urn, context)

    def Diff(self, request: Any, context: Any) -> provider_pb2.DiffResponse:
        """What an update would change, and what it would replace."""

        def diff() -> provider_pb2.DiffResponse:
            self.replaced[request.urn] = request.id
            found = self._difference(request)
            old = decode(request.old_inputs)
            details = {name: _kind(name, old, decode(request.news), name in found.replaces) for name in found.changed}
            return provider_pb2.DiffResponse(
                changes=Changes.DIFF_SOME if found.changed else Changes.DIFF_NONE,
                diffs=sorted(found.changed),
                replaces=sorted(found.replaces),
                deleteBeforeReplace=found.delete_first,
                detailedDiff={
                    name: provider_pb2.PropertyDiff(kind=kind, inputDiff=True) for name, kind in details.items()
                },
                hasDetailedDiff=True,
            )

        return self._answer(diff, request.urn, context)

    def _difference(self, request: Any) -> Difference:
        planner = self.registry.planner(_type(request.urn))
        return planner.diff(decode(request.old_inputs), decode(request.news), decode(request.olds))

    def Create(self, request: Any, context: Any) -> provider_pb2.CreateResponse:
        """A new resource; in a preview, its outputs as far as they are known."""

        def create() -> provider_pb2.CreateResponse:
            lifecycle = self.registry.lifecycle(_type(request.urn))
            inputs = decode(request.properties)
            if request.preview:
                return provider_pb2.CreateResponse(properties=encode(lifecycle.planned(inputs)))
            token = f"{request.urn}|{self.replaced.get(request.urn, '')}"
            state = lifecycle.create(token, inputs, request.timeout)
            return provider_pb2.CreateResponse(id=state.id, properties=encode(state.outputs))

        return self._answer(create, request.urn, context)

    def Read(self, request: Any, context: Any) -> provider_pb2.ReadResponse:
        """The resource as it is; an empty id when it is gone."""

        def read() -> provider_pb2.ReadResponse:
            lifecycle = self.registry.lifecycle(_type(request.urn))
            state = lifecycle.read(request.id, decode(request.inputs), decode(request.properties))
            if state is None:
                self._forget(request.urn)
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(id=state.id, properties=encode(state.outputs), inputs=encode(state.inputs))

        return self._answer(read, request.urn, context)

    def Update(self, request: Any, context: Any) -> provider_pb2.UpdateResponse:
        """Changes in place."""

        def update() -> provider_pb2.UpdateResponse:
            lifecycle = self.registry.lifecycle(_type(request.urn))
            old, new = decode(request.olds), decode(request.news)
            if request.preview:
                changing = dict.fromkeys(getattr(lifecycle, "changing", ()), UNKNOWN)
                return provider_pb2.UpdateResponse(properties=encode({**old, **_visible(new), **changing}))
            state = State(request.id, decode(request.old_inputs), old)
            changed = self._difference(request).changed
            return provider_pb2.UpdateResponse(
                properties=encode(lifecycle.update(state, new, changed, request.timeout).outputs)
            )

        return self._answer(update, request.urn, context)

    def Delete(self, request: Any, context: Any) -> empty_pb2.Empty:
        """The resource is gone afterwards, whether it was there or not."""

        def delete() -> empty_pb2.Empty:
            lifecycle = self.registry.lifecycle(_type(request.urn))
            state = State(request.id, decode(request.old_inputs), decode(request.properties))
            lifecycle.delete(state, request.timeout)
            self._forget(request.urn)
            return empty_pb2.Empty()

        return self._answer(delete, request.urn, context)

    def Invoke(self, request: Any, context: Any) -> provider_pb2.InvokeResponse:
        """One of the provider's functions."""

        def invoke() -> provider_pb2.InvokeResponse:
            answer = self.registry.invoke(request.tok, decode(request.args))
            return provider_pb2.InvokeResponse(**{"return": encode(answer)})  # type: ignore[arg-type]  # a keyword of Python

        return self._answer(invoke, request.tok, context)

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:
        """The engine ends by itself after the calls under way, each of which is bounded."""
        return empty_pb2.Empty()

    def _forget(self, urn: str) -> None:
        self.cloud.forget_once(f"{urn}|")
        self.seeds.forget(urn)

    def _answer(self, work: Callable[[], Answered], subject: str, context: Any) -> Answered:
        try:
            return work()
        except UnfinishedError as error:
            _abort_unfinished(context, error)
        except (CloudError, UnknownTypeError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:  # noqa: BLE001  # a bug here must name its place; values may be secret, so none are shown
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"the sandbox's provider failed at {where} ({type(error).__name__}) for {subject}",
            )
        raise AssertionError("abort returned")  # it raises; the types do not say so


def _abort_unfinished(context: Any, error: UnfinishedError) -> None:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.state.id,
        properties=encode(error.state.outputs),
        inputs=encode(error.state.inputs),
        reasons=[str(error)],
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _type(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _visible(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _kind(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], replaces: bool
) -> provider_pb2.PropertyDiff.Kind.ValueType:
    if name not in old:
        return Kind.ADD_REPLACE if replaces else Kind.ADD
    if name not in new:
        return Kind.DELETE_REPLACE if replaces else Kind.DELETE
    return Kind.UPDATE_REPLACE if replaces else Kind.UPDATE
