"""The random provider: made here at deployment, kept in Pulumi's state, and never made again until an input changes."""

import base64
import secrets
import string
from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.provider import sdk
from sandbox.provider.planning import Difference, Failure
from sandbox.provider.registry import LocalType
from sandbox.provider.state import State
from sandbox.provider.values import UNKNOWN, has_unknown

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"  # the official provider's
_KINDS = {
    "lower": string.ascii_lowercase,
    "numeric": string.digits,
    "special": SPECIAL,
    "upper": string.ascii_uppercase,
}


class _Random:
    """What the types share: every change replaces, nothing lives anywhere but in the state."""

    token: ClassVar[str]
    gaps: ClassVar[Mapping[str, str]] = {}
    unserved: ClassVar[Mapping[str, str]] = {}

    def check(
        self, name: str, seed: bytes, old: Mapping[str, Any], new: Mapping[str, Any], default_tags: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[Failure]]:
        """The inputs as they are, and what is wrong with them."""
        del name, seed, old, default_tags
        inputs = {key: value for key, value in new.items() if value is not None and not key.startswith("__")}
        arguments, _ = sdk.properties(self.token)
        unknown = [Failure(key, f"{self.token} has no property {key}") for key in sorted(inputs.keys() - arguments)]
        return inputs, unknown or ([] if has_unknown(inputs) else self._wrong(inputs))

    def diff(self, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> Difference:
        """What changed: all of it replaces."""
        del outputs
        names = {name for name in old.keys() | new.keys() if not name.startswith("__")}
        changed = {name for name in names if old.get(name) != new.get(name)}
        return Difference(changed, changed, delete_first=False)

    def planned(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing random is known before the deployment."""
        _, names = sdk.properties(self.token)
        return {**dict.fromkeys(names - inputs.keys() - self.unserved.keys(), UNKNOWN), **self._full(inputs)}

    def create(self, token: str, inputs: Mapping[str, Any], seconds: float) -> State:
        """A new value."""
        del token, seconds
        return self._state(inputs, self._make(inputs))

    def read(self, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State | None:
        """What the state holds; an import takes the value from the id."""
        return (
            State(resource_id, dict(inputs), dict(outputs))
            if outputs
            else self._state(inputs, self._imported(resource_id))
        )

    def update(self, state: State, inputs: Mapping[str, Any], changed: set[str], seconds: float) -> State:
        """Never asked for, since every change replaces; the value stays."""
        del changed, seconds
        return State(state.id, dict(inputs), state.outputs)

    def delete(self, state: State, seconds: float) -> None:
        """There is nothing outside the state."""

    def _wrong(self, inputs: Mapping[str, Any]) -> list[Failure]:
        raise NotImplementedError

    def _full(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return dict(inputs)

    def _make(self, inputs: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    def _imported(self, resource_id: str) -> Any:
        raise NotImplementedError

    def _state(self, inputs: Mapping[str, Any], made: Any) -> State:
        raise NotImplementedError


class RandomString(_Random):
    """random.RandomString: so many characters, with a minimum of each kind."""

    token = "random:index/randomString:RandomString"

    def _full(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        numeric = inputs.get("numeric", inputs.get("number", True))
        kinds = {kind: inputs.get(kind, True) for kind in _KINDS} | {"numeric": numeric, "number": numeric}
        return {**kinds, **{_minimum(kind): 0 for kind in _KINDS}, **inputs}

    def _wrong(self, inputs: Mapping[str, Any]) -> list[Failure]:
        full, failures = self._full(inputs), []
        minimum = max(1, sum(full[_minimum(kind)] for kind in _KINDS))
        if not isinstance(inputs.get("length"), int) or inputs["length"] < minimum:
            failures.append(Failure("length", f"must be a whole number of at least {minimum}, the sum of the minima"))
        if not any(full[kind] for kind in _KINDS):
            failures.append(Failure("special", "at least one of lower, numeric, special and upper must be true"))
        return failures

    def _make(self, inputs: Mapping[str, Any]) -> str:
        full, chooser = self._full(inputs), secrets.SystemRandom()
        sets = {**_KINDS, "special": full.get("overrideSpecial") or SPECIAL}
        every = "".join(characters for kind, characters in sets.items() if full[kind])
        chosen = [chooser.choice(sets[kind]) for kind in sets for _ in range(full[_minimum(kind)])]
        chosen += [chooser.choice(every) for _ in range(full["length"] - len(chosen))]
        chooser.shuffle(chosen)
        return "".join(chosen)

    def _imported(self, resource_id: str) -> str:
        return resource_id

    def _state(self, inputs: Mapping[str, Any], made: str) -> State:
        kept = dict(inputs) or {"length": len(made)}
        return State(made, kept, {**self._full(kept), "result": made})


class RandomPassword(RandomString):
    """random.RandomPassword: the same, as a secret, under an id that tells nothing."""

    token = "random:index/randomPassword:RandomPassword"
    unserved: ClassVar[Mapping[str, str]] = {"bcryptHash": "no bcrypt here: hash the password where it is checked"}

    def _state(self, inputs: Mapping[str, Any], made: str) -> State:
        state = super()._state(inputs, made)
        return State("none", state.inputs, state.outputs)


class RandomId(_Random):
    """random.RandomId: so many bytes, in four spellings, each after the prefix."""

    token = "random:index/randomId:RandomId"

    def _wrong(self, inputs: Mapping[str, Any]) -> list[Failure]:
        length = inputs.get("byteLength")
        right = isinstance(length, int) and length >= 1
        return [] if right else [Failure("byteLength", "must be a whole number of at least 1")]

    def _make(self, inputs: Mapping[str, Any]) -> bytes:
        return secrets.token_bytes(inputs["byteLength"])

    def _imported(self, resource_id: str) -> bytes:
        return base64.urlsafe_b64decode(resource_id.rpartition(",")[2] + "==")

    def _state(self, inputs: Mapping[str, Any], made: bytes) -> State:
        kept = dict(inputs) or {"byteLength": len(made)}
        url = base64.urlsafe_b64encode(made).decode().rstrip("=")
        spellings = {
            "b64Std": base64.b64encode(made).decode(),
            "b64Url": url,
            "dec": str(int.from_bytes(made)),
            "hex": made.hex(),
        }
        prefix = kept.get("prefix", "")
        return State(url, kept, {**kept, **{name: prefix + text for name, text in spellings.items()}})


def _minimum(kind: str) -> str:
    return f"min{kind.capitalize()}"


def local_types() -> Mapping[str, LocalType]:
    """The types by token."""
    return {kind.token: kind() for kind in (RandomId, RandomPassword, RandomString)}
