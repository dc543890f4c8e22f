"""What every mapped type must do on the embedded cloud, as one contract that a table of cases goes through.

A module of tests writes its cases and inherits the contract:

    class TestKeys(Contract):
        CASES = (Case("aws:kms/key:Key", given=lambda world: {...}, look=Call("describe_key", {"KeyId": "{id}"}, at="KeyMetadata")),)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

import jmespath

from sandbox.home import Home
from sandbox.provider.api import Cloud, CloudError
from sandbox.provider.comparison import same_document
from sandbox.provider.lifecycle import Lifecycle
from sandbox.provider.mapping import Call, Resource
from sandbox.provider.planning import Difference, Planner
from sandbox.provider.state import State
from sandbox.provider.templates import fill
from sandbox.provider.values import decode, encode


class RecordingCloud(Cloud):
    """The embedded cloud; the last parameters of each operation stay visible, for what it keeps less of than AWS."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self.sent: dict[str, dict[str, Any]] = {}

    def call(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        self.sent[operation] = params
        return super().call(service, operation, params)


@dataclass(frozen=True)
class Change:
    """An update in place. `shown` is what `look` must show afterwards, `sent` as in Case; None takes the property away."""

    property: str
    value: Any
    shown: Mapping[str, Any] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)
    look: Call | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)  # further properties that have to change with it


@dataclass(frozen=True)
class Drift:
    """A change behind Pulumi's back, and what a refresh must find."""

    by: Call
    property: str
    value: Any


@dataclass(frozen=True)
class Case:
    """One use of a resource type.

    Attributes:
        token: the type.
        given: the program's inputs; it may make what they refer to.
        look: the call that shows the resource, written independently of the mapping.
        shown: JMESPath in what `look` finds → what it must be after the creation.
        sent: "operation.Member.Path" → what the request must have held, where the embedded cloud keeps less than AWS.
        outputs: outputs and their values; both sides may hold templates, as in mappings.
        changes: updates in place, one after the other.
        replaces: properties that need a new resource, with another value for each.
        drift: changes behind Pulumi's back.
        vanish: the call that deletes it behind Pulumi's back.
        remains: what a deleted resource still shows at `look`, when it is kept for a while (JMESPath that becomes true).
        name: of the case, when there are several of a type.
    """

    token: str
    given: "Callable[[Bench], dict[str, Any]]"
    look: Call
    shown: Mapping[str, Any] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    replaces: Mapping[str, Any] = field(default_factory=dict)
    drift: tuple[Drift, ...] = ()
    vanish: Call | None = None
    remains: str | None = None
    name: str = ""


class Bench:
    """One resource type on the embedded cloud, driven as Pulumi's engine drives it; `clean` removes what it made."""

    def __init__(self, cloud: RecordingCloud, resource: Resource) -> None:
        self.cloud = cloud
        self.resource = resource
        self.lifecycle = Lifecycle(resource, cloud)
        self.planner = Planner(self.lifecycle)
        self.made: list[State] = []

    def unique(self, prefix: str = "thing") -> str:
        """A name that nothing else has."""
        return f"{prefix}-{uuid4().hex[:8]}"

    def client(self, service: str) -> Any:
        """A boto3 client, for what a case needs beside its resource."""
        return self.cloud.client(service)

    def checked(self, inputs: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The inputs as the engine keeps them; a refusal fails the test."""
        checked, failures = self.planner.check("case", uuid4().bytes, old or {}, _wire(inputs), {})
        assert not failures, failures
        return _wire(checked)

    def create(self, inputs: Mapping[str, Any]) -> State:
        state = self.lifecycle.create(uuid4().hex, self.checked(inputs), 0)
        self.made.append(state)
        return _over_the_wire(state)

    def diff(self, state: State, inputs: Mapping[str, Any]) -> Difference:
        return self.planner.diff(state.inputs, self.checked(inputs, state.inputs), state.outputs)

    def update(self, state: State, inputs: Mapping[str, Any]) -> State:
        new = self.checked(inputs, state.inputs)
        changed = self.planner.diff(state.inputs, new, state.outputs).changed
        return _over_the_wire(self.lifecycle.update(state, new, changed, 0))

    def read(self, state: State) -> State | None:
        found = self.lifecycle.read(state.id, state.inputs, state.outputs)
        return found and _over_the_wire(found)

    def delete(self, state: State) -> None:
        self.lifecycle.delete(state, 0)

    def call(self, call: Call, state: State) -> Any:
        """What a templated call finds, filled from the state."""
        values = self.lifecycle.reader.base(state.id, {**state.inputs, **state.outputs})
        answer = self.cloud.call(self.resource.service, call.operation, fill(call.params, values) or {})
        return jmespath.search(str(fill(call.at, values)), answer)

    def value(self, template: Any, state: State) -> Any:
        return fill(template, self.lifecycle.reader.base(state.id, {**state.inputs, **state.outputs}))

    def clean(self) -> None:
        for state in reversed(self.made):
            self.delete(state)


class Contract:
    """The tests themselves; `case` and `bench` come from conftest."""

    CASES: ClassVar[tuple[Case, ...]] = ()

    def test_what_the_program_declares_is_there(self, case: Case, bench: Bench) -> None:
        state = bench.create(case.given(bench))
        _assert_shown(bench, case.look, state, case.shown)
        _assert_sent(bench, state, case.sent)

    def test_its_outputs_are_what_the_official_provider_gives(self, case: Case, bench: Bench) -> None:
        state = bench.create(case.given(bench))
        served = set(state.outputs) | set(bench.resource.unserved)
        for name, value in case.outputs.items():
            assert name in served, f"{name} has no value"
            assert state.outputs[name] == bench.value(value, state), name

    def test_a_refresh_right_after_the_creation_finds_no_difference(self, case: Case, bench: Bench) -> None:
        state = bench.create(case.given(bench))
        read = bench.read(state)
        assert read is not None
        assert read.inputs == state.inputs
        assert read.outputs == state.outputs
        assert not bench.planner.diff(read.inputs, state.inputs, read.outputs).changed

    def test_each_changed_property_arrives_in_place(self, case: Case, bench: Bench) -> None:
        inputs = case.given(bench)
        state = bench.create(inputs)
        for change in case.changes:
            inputs = {**inputs, change.property: change.value, **change.beside}
            found = bench.diff(state, inputs)
            assert change.property in found.changed, f"{change.property} does not count as changed"
            assert not found.replaces, f"{change.property} replaces"
            state = bench.update(state, inputs)
            _assert_shown(bench, change.look or case.look, state, change.shown)
            _assert_sent(bench, state, change.sent)
            read = bench.read(state)
            assert read is not None
            assert read.inputs == state.inputs, f"after {change.property}"

    def test_a_property_that_the_official_provider_replaces_on_replaces(self, case: Case, bench: Bench) -> None:
        inputs = case.given(bench)
        state = bench.create(inputs)
        for name, value in case.replaces.items():
            # The rest of the program need not fit the other value, so what the check says of it does not matter here.
            checked, _ = bench.planner.check("case", uuid4().bytes, state.inputs, _wire({**inputs, name: value}), {})
            found = bench.planner.diff(state.inputs, _wire(checked), state.outputs)
            assert name in found.replaces, f"{name} replaces nothing"

    def test_a_change_behind_its_back_is_found_by_a_refresh(self, case: Case, bench: Bench) -> None:
        for drift in case.drift:
            state = bench.create(case.given(bench))
            bench.call(drift.by, state)
            read = bench.read(state)
            assert read is not None
            found = read.inputs.get(drift.property)
            assert found == drift.value or same_document(found, drift.value)
            assert drift.property in bench.planner.diff(read.inputs, state.inputs, read.outputs).changed

    def test_a_deleted_one_is_gone(self, case: Case, bench: Bench) -> None:
        state = bench.create(case.given(bench))
        bench.delete(state)
        if bench.resource.delete is None:
            assert bench.read(state) is not None
            return
        assert bench.read(state) is None
        assert _is_gone(bench, case, state)
        bench.delete(state)

    def test_one_that_was_deleted_behind_its_back_reads_as_gone(self, case: Case, bench: Bench) -> None:
        if case.vanish is None:
            assert case.remains is None
            return
        state = bench.create(case.given(bench))
        bench.call(case.vanish, state)
        assert bench.read(state) is None

    def test_an_unknown_property_is_refused_by_its_name(self, case: Case, bench: Bench) -> None:
        _, failures = bench.planner.check("case", b"seed", {}, {**case.given(bench), "bananaCount": 7}, {})
        assert [failure.property for failure in failures] == ["bananaCount"]


def _assert_shown(bench: Bench, look: Call, state: State, shown: Mapping[str, Any]) -> None:
    found = bench.call(look, state)
    for path, value in shown.items():
        assert jmespath.search(path, found) == bench.value(value, state), path


def _assert_sent(bench: Bench, state: State, sent: Mapping[str, Any]) -> None:
    for path, value in sent.items():
        assert jmespath.search(path, bench.cloud.sent) == bench.value(value, state), path


def _is_gone(bench: Bench, case: Case, state: State) -> bool:
    try:
        found = bench.call(case.look, state)
    except CloudError:
        return case.remains is None
    return bool(jmespath.search(case.remains, found)) if case.remains else found is None


def _wire(values: Mapping[str, Any]) -> dict[str, Any]:
    return decode(encode(values))


def _over_the_wire(state: State) -> State:
    return State(state.id, _wire(state.inputs), _wire(state.outputs))
