"""One resource type's life on the embedded cloud: check, diff, create, read, update, delete, by its mapping."""

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath

from sandbox.provider import sdk, tags
from sandbox.provider.api import Cloud, CloudError, once
from sandbox.provider.mapping import At, Call, Part, Resource, Text
from sandbox.provider.reading import Reader
from sandbox.provider.requests import Requests, applies, touched
from sandbox.provider.state import State, UnfinishedError
from sandbox.provider.templates import fill, placeholders
from sandbox.provider.values import UNKNOWN
from sandbox.provider.waiting import until_gone, until_ready


class Lifecycle:
    """The engine over one mapping."""

    def __init__(self, resource: Resource, cloud: Cloud) -> None:
        self.resource = resource
        self.cloud = cloud
        self.requests = Requests(resource, cloud)
        self.reader = Reader(resource, cloud, self.requests)

    def planned(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of a preview: what is given, and unknown for all that only the cloud can tell."""
        _, names = sdk.properties(self.resource.token)
        outputs = dict.fromkeys(names - self.resource.unserved.keys(), UNKNOWN)
        return {**outputs, **_plain(inputs)}

    def create(self, token: str, inputs: Mapping[str, Any], seconds: float) -> State:
        """The new resource; the token makes a repeated creation find what a killed one left.

        Raises:
            CloudError: nothing was made.
            UnfinishedError: it was made, but not finished.
        """
        properties = _plain(inputs)
        values = self.reader.base("", properties)
        with once(token):
            params = self.requests.build_create(properties, values)
            creator = self.requests.creator(properties)
            answer = self.cloud.call(self.resource.service, creator.operation, params)
            resource_id = self._id(answer, {**values, **properties})
            try:
                return self._finish(resource_id, inputs, self._told(creator, answer), seconds)
            except Exception as error:
                # Without what later calls write, so that the next deployment writes it: Diff takes inputs, else outputs.
                later = self.requests.written_later(properties)
                written = {name: value for name, value in inputs.items() if name not in later}
                known = {name: value for name, value in properties.items() if name not in later}
                raise UnfinishedError(State(resource_id, written, known), str(error)) from error

    def _id(self, answer: Mapping[str, Any], values: Mapping[str, Any]) -> str:
        found = self.resource.id
        value = (
            jmespath.search(found.path, answer) if isinstance(found, At) else fill(found.template, {**answer, **values})
        )
        if not value:
            raise CloudError(self.resource.create.operation, "NoId", f"the answer holds no id at {found}")
        return str(value)

    def _told(self, creator: Call, answer: Mapping[str, Any]) -> dict[str, Any]:
        if creator.at == "@":
            return {}
        created = jmespath.search(creator.at, answer)
        found = {name: at for name, at in self.resource.outputs.items() if isinstance(at, At)}
        return {name: jmespath.search(at.path, created) for name, at in found.items()}

    def _finish(self, resource_id: str, inputs: Mapping[str, Any], told: dict[str, Any], seconds: float) -> State:
        properties = _plain(inputs)
        description = until_ready(self.reader, resource_id, {**told, **properties}, seconds)
        values = self._values(resource_id, properties, description)
        for call in self.resource.after_create:
            self._do(call, properties, values)
        self._send_rest(resource_id, properties, values, seconds)
        later = self.requests.written_later(properties)
        for part in self.resource.parts:
            if touched(part, later):
                self._write(part, properties, values)
        if properties.get("tags") and self.resource.taggable and not self.resource.tags_in_create:
            tags.write(self.cloud, self.resource.tagging_way, values, {}, properties["tags"])
        return self._state(resource_id, inputs, until_ready(self.reader, resource_id, {**told, **properties}, seconds))

    def _send_rest(self, resource_id: str, properties: dict[str, Any], values: dict[str, Any], seconds: float) -> None:
        update, rest = self.resource.update, self.requests.rest(properties)
        if update is not None and rest:
            sent = self.requests.build(update, {name: properties[name] for name in rest}, values)
            params = {**sent, **self.resource.rest}
            self.cloud.call(self.resource.service, update.operation, params)
            until_ready(self.reader, resource_id, properties, seconds)

    def _write(self, part: Part, properties: dict[str, Any], values: dict[str, Any]) -> None:
        if applies(part.put, properties):
            for some in _portions(part, properties):
                params = self.requests.build_part(part, some, values)
                self.cloud.call(self.resource.service, part.put.operation, params)

    def _values(self, resource_id: str, properties: Mapping[str, Any], description: Any) -> dict[str, Any]:
        found = self.reader.base(resource_id, properties)
        early = {name: at for name, at in self.resource.outputs.items() if not isinstance(at, Call)}
        for name, at in sorted(early.items(), key=lambda item: isinstance(item[1], Text)):
            value = jmespath.search(at.path, description) if isinstance(at, At) else fill(at.template, found)
            found.setdefault(name, value)
        return {**_before(found), **found}

    def _state(self, resource_id: str, inputs: Mapping[str, Any], description: Any) -> State:
        values = self.reader.base(resource_id, _plain(inputs))
        return State(resource_id, dict(inputs), self.reader.outputs(inputs, description, values))

    def _do(self, call: Call, properties: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        if not applies(call, properties):
            return
        self.cloud.call(self.resource.service, call.operation, self.requests.build(call, properties, values))

    def read(self, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State | None:
        """The resource as it is now, or None when it is gone. Without inputs, all that is mapped is read (an import)."""
        known = {**outputs, **_plain(inputs)}
        if self.resource.known_as and not known:
            resource_id = self.reader.identify(self.resource.known_as, resource_id) or resource_id
        description = self.reader.describe(resource_id, known)
        if description is None:
            return None
        values = {**known, **self._values(resource_id, known, description)}
        seen = self.reader.inputs(inputs, description, values)
        kept = {name: value for name, value in inputs.items() if name.startswith("__")}
        return self._state(resource_id, {**seen, **kept}, description)

    def update(self, state: State, inputs: Mapping[str, Any], changed: set[str], seconds: float) -> State:
        """The resource with its changed properties written, each by the call that carries it.

        Raises:
            UnfinishedError: some of it is written and some is not; the next update writes the rest.
        """
        properties = _plain(inputs)
        values = {
            **_before(state.outputs),
            **state.outputs,
            **self.reader.base(state.id, {**state.outputs, **properties}),
        }
        try:
            self._remove(changed, properties, values, seconds)
            self._update(state, properties, changed, values)
            return self._state(
                state.id, inputs, until_ready(self.reader, state.id, {**state.outputs, **properties}, seconds)
            )
        except Exception as error:
            raise UnfinishedError(State(state.id, state.inputs, state.outputs), str(error)) from error

    def _remove(self, changed: set[str], properties: dict[str, Any], values: dict[str, Any], seconds: float) -> None:
        for name in changed & self.resource.removals.keys():
            call = self.resource.removals[name]
            if properties.get(name) is not None:
                raise CloudError(
                    call.operation,
                    "CannotChange",
                    f"{name} can be taken away, but neither added nor changed: replace the resource",
                )
            self._do(call, properties, values)
            until_ready(self.reader, values["id"], values, seconds)

    def _update(self, state: State, properties: dict[str, Any], changed: set[str], values: dict[str, Any]) -> None:
        call = self.resource.update
        if call is not None:
            self._send_update(call, state, properties, changed, values)
        for part in self.resource.parts:
            if touched(part, changed):
                self._update_part(part, state, properties, values)
        if "tags" in changed and self.resource.taggable:
            current = tags.read(self.cloud, self.resource.tagging_way, values)
            tags.write(self.cloud, self.resource.tagging_way, values, current, properties.get("tags") or {})

    def _update_part(self, part: Part, state: State, properties: dict[str, Any], values: dict[str, Any]) -> None:
        wanted = touched(part, properties) and applies(part.put, properties)
        if part.shrink is not None and wanted:
            gone = {name: _lost(state.inputs.get(name), properties.get(name)) for name in part.properties}
            if any(gone.values()):
                self._do(part.shrink, gone, values)
        if part.clear is not None and (not wanted or (part.exclusive and touched(part, _plain(state.inputs)))):
            self._do(part.clear, properties, values)
        if wanted or part.clear is None:
            self._write(part, properties, values)

    def _send_update(
        self, call: Call, state: State, properties: dict[str, Any], changed: set[str], values: dict[str, Any]
    ) -> None:
        sent = set(self.requests.carried(call, changed)) - self.resource.deltas.keys()
        deltas = self.requests.build_deltas(changed, state.inputs, properties)
        templated = set(placeholders(call.params)) & changed
        if not (sent or deltas or templated):
            return
        sent = self.requests.whole(call, sent, properties)
        wanted = properties if self.resource.update_all else {name: properties.get(name) for name in sent}
        gone = () if self.resource.update_all else [name for name in sent if properties.get(name) is None]
        cleared = {name: self.requests.cleared(call, name) for name in gone}
        params = self.requests.build(call, {**wanted, **cleared}, values)
        self.cloud.call(self.resource.service, call.operation, {**params, **deltas})

    def delete(self, state: State, seconds: float) -> None:
        """Removes the resource and waits until it is gone; one that is gone already is no error."""
        values = {**state.outputs, **self.reader.base(state.id, {**state.outputs, **_plain(state.inputs)})}
        properties = _plain(state.inputs)
        if self.resource.delete is None:
            return
        try:
            for step in self.resource.before_delete:
                if isinstance(step, Call):
                    self._do(step, properties, values)
                else:
                    step(self.cloud, values)
            if applies(self.resource.delete, properties):
                params = fill(self.resource.delete.params, values) or {}
                self.cloud.call(self.resource.service, self.resource.delete.operation, params)
        except CloudError as error:
            if error.code not in self.resource.gone:
                raise
        calls = (*(step for step in self.resource.before_delete if isinstance(step, Call)), self.resource.delete)
        deletes = any(call.operation == self.resource.delete.operation and applies(call, properties) for call in calls)
        if self.resource.ready and deletes:
            until_gone(self.reader, state.id, state.outputs, seconds or self.resource.ready.seconds)


def _before(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"old_{name}": value for name, value in values.items()}


def _lost(before: Any, after: Any) -> list[Any]:
    kept = {item["name"] for item in after or ()}
    return [item for item in before or () if item["name"] not in kept]


def _plain(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if not name.startswith("__") and value is not None}


def _portions(part: Part, properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The properties, once, or with as many items of the part's list at a time as one call takes."""
    name = part.properties[0]
    items = properties.get(name)
    if part.portion is None or not isinstance(items, list):
        yield properties
        return
    for start in range(0, len(items), part.portion):
        yield {**properties, name: items[start : start + part.portion]}
