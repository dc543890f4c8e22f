"""lambda.Invocation: the function is really called, when the resource is made or replaced; its error fails the deployment."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.provider import sdk
from sandbox.provider.api import Cloud, CloudError
from sandbox.provider.planning import Difference, Failure
from sandbox.provider.registry import LocalType
from sandbox.provider.state import State
from sandbox.provider.values import UNKNOWN, has_unknown

CREATE_ONLY = "CREATE_ONLY"


class InvocationType:
    """aws:lambda/invocation:Invocation with the scope CREATE_ONLY: every change replaces it, and nothing is ever deleted."""

    token = "aws:lambda/invocation:Invocation"
    gaps: ClassVar[Mapping[str, str]] = {"lifecycleScope": "CRUD is not served: use CREATE_ONLY with triggers"}
    unserved: ClassVar[Mapping[str, str]] = {}

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def check(
        self, name: str, seed: bytes, old: Mapping[str, Any], new: Mapping[str, Any], default_tags: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[Failure]]:
        """The inputs with the official provider's defaults, and what is wrong with them."""
        del name, seed, old, default_tags
        given = {key: value for key, value in new.items() if value is not None and not key.startswith("__")}
        inputs = {"lifecycleScope": CREATE_ONLY, "qualifier": "$LATEST", "terraformKey": "tf", **given}
        arguments, _ = sdk.properties(self.token)
        failures = [Failure(key, f"{self.token} has no property {key}") for key in sorted(inputs.keys() - arguments)]
        if inputs["lifecycleScope"] != CREATE_ONLY:
            failures.append(Failure("lifecycleScope", f"the sandbox serves {CREATE_ONLY} alone"))
        if not has_unknown(inputs.get("input")) and not _is_json(inputs.get("input")):
            failures.append(Failure("input", "must be JSON"))
        return inputs, failures

    def diff(self, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> Difference:
        """What changed: all of it replaces."""
        del outputs
        names = {name for name in old.keys() | new.keys() if not name.startswith("__")}
        changed = {name for name in names if old.get(name) != new.get(name)}
        return Difference(changed, changed, delete_first=False)

    def planned(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The function's answer is not known before the deployment."""
        return {**inputs, "result": UNKNOWN}

    def create(self, token: str, inputs: Mapping[str, Any], seconds: float) -> State:
        """Call the function and wait for its answer.

        Raises:
            CloudError: the function is not there, or it ended in an error.
        """
        del token, seconds
        request = {
            "FunctionName": inputs["functionName"],
            "InvocationType": "RequestResponse",
            "Payload": str(inputs["input"]).encode(),
        }
        if inputs["qualifier"] != "$LATEST":
            request["Qualifier"] = inputs["qualifier"]
        answer = self.cloud.call("lambda", "invoke", request)
        result = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise CloudError("invoke", answer["FunctionError"], f"{inputs['functionName']} failed: {_message(result)}")
        digest = hashlib.md5(str(inputs["input"]).encode(), usedforsecurity=False).hexdigest()
        resource_id = f"{inputs['functionName']}_{inputs['qualifier']}_{digest}"
        return State(resource_id, dict(inputs), {**inputs, "result": result})

    def read(self, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State | None:
        """What the state holds: a call leaves nothing that could be read."""
        return State(resource_id, dict(inputs), dict(outputs))

    def update(self, state: State, inputs: Mapping[str, Any], changed: set[str], seconds: float) -> State:
        """Never asked for, since every change replaces."""
        del changed, seconds
        return State(state.id, dict(inputs), state.outputs)

    def delete(self, state: State, seconds: float) -> None:
        """There is nothing to take back."""


def local_types(cloud: Cloud) -> Mapping[str, LocalType]:
    """The type, for the catalogue."""
    return {InvocationType.token: InvocationType(cloud)}


def _is_json(text: Any) -> bool:
    try:
        json.loads(str(text))
    except ValueError:
        return False
    return True


def _message(payload: str) -> str:
    """A function's error in its own words, as far as it is one."""
    try:
        error = json.loads(payload)
        return f"{error['errorType']}: {error['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        return payload
