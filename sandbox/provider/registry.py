"""Which resource types and functions the sandbox serves."""

from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.provider.api import Cloud
from sandbox.provider.lifecycle import Lifecycle
from sandbox.provider.mapping import At, Lookup, Resource
from sandbox.provider.paths import search
from sandbox.provider.planning import Difference, Failure, Planner
from sandbox.provider.state import State
from sandbox.provider.templates import fill, placeholders


class UnknownTypeError(Exception):
    """A type or function without a mapping."""


class AnyLifecycle(Protocol):
    """What the protocol needs of a type; Lifecycle over a mapping is one, the local types are others."""

    def planned(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of a preview."""

    def create(self, token: str, inputs: Mapping[str, Any], seconds: float) -> State:
        """The new resource."""

    def read(self, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State | None:
        """The resource as it is, None when it is gone."""

    def update(self, state: State, inputs: Mapping[str, Any], changed: set[str], seconds: float) -> State:
        """The changed resource."""

    def delete(self, state: State, seconds: float) -> None:
        """Removes it."""


class AnyPlanner(Protocol):
    """Check and Diff of a type."""

    def check(
        self, name: str, seed: bytes, old: Mapping[str, Any], new: Mapping[str, Any], default_tags: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[Failure]]:
        """The inputs as they are kept, and what is wrong with them."""

    def diff(self, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> Difference:
        """What changed."""


class LocalType(AnyLifecycle, AnyPlanner, Protocol):
    """A type without a mapping to AWS calls, such as a random password."""


class Registry:
    """Everything that the sandbox serves, by token."""

    def __init__(
        self, cloud: Cloud, resources: tuple[Resource, ...], lookups: tuple[Lookup, ...], local: Mapping[str, LocalType]
    ) -> None:
        self.cloud = cloud
        self._lookups = {lookup.token: lookup for lookup in lookups}
        self._lifecycles: dict[str, AnyLifecycle] = {**local}
        self._planners: dict[str, AnyPlanner] = {**local}
        for resource in resources:
            lifecycle = Lifecycle(resource, cloud)
            self._lifecycles[resource.token] = lifecycle
            self._planners[resource.token] = Planner(lifecycle)

    def lifecycle(self, token: str) -> AnyLifecycle:
        """The type's lifecycle.

        Raises:
            UnknownTypeError: it has no mapping.
        """
        if token not in self._lifecycles:
            raise UnknownTypeError(
                f"the embedded cloud has no mapping for the type {token}: add it in sandbox/provider/types"
            )
        return self._lifecycles[token]

    def planner(self, token: str) -> AnyPlanner:
        """The type's check and diff.

        Raises:
            UnknownTypeError: it has no mapping.
        """
        self.lifecycle(token)
        return self._planners[token]

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a function of the provider.

        Raises:
            UnknownTypeError: it has no mapping.
        """
        if token not in self._lookups:
            raise UnknownTypeError(
                f"the embedded cloud has no mapping for the function {token}: add it in sandbox/provider/types"
            )
        lookup = self._lookups[token]
        given = {
            name for name, value in arguments.items() if value not in (None, {"region": self.cloud.region}.get(name))
        }
        unknown = sorted(given - set(placeholders(lookup.call.params)))
        if unknown:
            raise UnknownTypeError(
                f"the embedded cloud has no mapping for {', '.join(unknown)} of {token}: add it in sandbox/provider/types"
            )
        values = {**arguments, "region": self.cloud.region, "account": self.cloud.account_id}
        answer = self.cloud.call(lookup.service, lookup.call.operation, fill(lookup.call.params, values) or {})
        found = search(lookup.call.at, answer)
        answered: dict[str, Any] = {**arguments}
        for name, where in lookup.outputs.items():
            if isinstance(where, At):
                answered[name] = search(where.path, found)
        for name, where in lookup.outputs.items():
            if not isinstance(where, At):
                answered[name] = fill(where.template, {**values, **answered})
        return answered
