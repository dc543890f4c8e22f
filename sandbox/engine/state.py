"""What Pulumi's file backend holds for a stack, read without the engine: resources, interrupted operations, locks, outputs."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from sandbox.home import Home

# How Pulumi marks a secret in a state file (sdk/go/common/resource: the signature key and the one for secrets).
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ROOT = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class State:
    """The checkpoint of one stack; `resources` and `pending` as Pulumi writes them."""

    resources: list[dict[str, Any]]
    pending: list[dict[str, Any]]

    @property
    def live(self) -> list[dict[str, Any]]:
        """The resources that exist in the cloud: neither components nor the entries that stand for providers."""
        return [r for r in self.resources if r.get("custom") and not r["type"].startswith("pulumi:")]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to remove, not even something half made."""
        return not self.resources and not self.pending

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets as None."""
        roots = [r for r in self.resources if r["type"] == _ROOT]
        values: dict[str, Any] = roots[0].get("outputs") or {} if roots else {}
        return {name: _shown(value) for name, value in values.items()}

    def interrupted(self) -> list[str]:
        """One line for each operation that a killed run left open."""
        return [f"{short(op['resource']['urn'])}, interrupted while {op['type']}" for op in self.pending]


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return None if _SIGNATURE in value else {key: _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value


def short(urn: str) -> str:
    """A resource as a person names it: type without its module's path, and name."""
    parts = urn.split("::", 3)
    if len(parts) < 4:  # noqa: PLR2004 - urn:pulumi:stack::project::types::name
        return urn
    token = parts[2].split("$")[-1]
    package, _, kind = token.partition(":")
    return f"{package}:{kind.rsplit(':', 1)[-1]} {parts[3]}"


def services(state: State) -> list[tuple[str, int]]:
    """The services that the resources belong to, with their numbers, such as ("ec2", 41) or ("random", 2)."""
    return sorted(Counter(_service(str(r["type"])) for r in state.live).items())


def _service(token: str) -> str:
    package, module, _ = token.split(":")
    return module.split("/")[0] if package == "aws" else package


def folder(home: Home) -> Path:
    """Where the file backend keeps everything."""
    return home.root / "state" / ".pulumi"


def read(home: Home, project: str, stack: str) -> State:
    """The checkpoint of the stack; empty when there is none."""
    path = folder(home) / "stacks" / project / f"{stack}.json"
    try:
        latest = json.loads(path.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
    except (FileNotFoundError, ValueError):
        return State([], [])
    return State(latest.get("resources") or [], latest.get("pending_operations") or [])


def stacks(home: Home, project: str) -> list[str]:
    """The names of all stacks that have a checkpoint."""
    return sorted(path.stem for path in (folder(home) / "stacks" / project).glob("*.json"))


def locks(home: Home, project: str, stack: str) -> dict[Path, psutil.Process | None]:
    """The engine's locks on the stack, with the living Pulumi process that holds each, or None for one that is dead."""
    return {path: _holder(path) for path in sorted((folder(home) / "locks").glob(f"*/{project}/{stack}/*.json"))}


def _holder(path: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int(json.loads(path.read_text(encoding="utf-8"))["pid"]))
        # Another program may have the number by now: a lock is younger than the process that wrote it.
        wrote = process.create_time() <= path.stat().st_mtime + 1 and "pulumi" in process.name()
        return process if wrote and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
