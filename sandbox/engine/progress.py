"""What has happened so far in one run of the engine, folded from its events. Pure: nothing here prints."""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from pulumi.automation import EngineEvent, OpType
from pulumi.automation.events import DiagnosticEvent, PolicyEvent, StepEventMetadata

from sandbox.engine.cli import plain

# The steps that a replacement consists of; the replacement itself is counted once, as REPLACE.
_PARTS = frozenset(
    {OpType.CREATE_REPLACEMENT, OpType.DELETE_REPLACED, OpType.DISCARD_REPLACED, OpType.REMOVE_PENDING_REPLACE}
)
_WORDS = {
    OpType.CREATE: "created",
    OpType.IMPORT: "created",
    OpType.UPDATE: "updated",
    OpType.REPLACE: "replaced",
    OpType.SAME: "unchanged",
    OpType.READ: "read",
    OpType.REFRESH: "read back",
    OpType.DELETE: "deleted",
    OpType.DISCARD: "deleted",
}
_NO_CHANGE = frozenset({"unchanged", "read", "read back"})
# What the engine says at the end of every failed run; the reasons have been said before it.
_EMPTY = ("update failed", "preview failed", "refresh failed", "destroy failed", "update canceled", "")


# That the launchers are found by PATH is what the sandbox is built on, and no news.
_EXPECTED = re.compile(r"^using pulumi-\S+ from \$PATH")


# How the engine words a refused property (sdk/go/common/diag/errors.go). Its value may be a secret, so it is never shown.
_PROPERTY = re.compile(r"^\S+ resource '[^']*'(?:: property (\S+) value .*?)? has a problem: ", re.DOTALL)


def _without_value(found: re.Match[str]) -> str:
    return f"{found[1]}: " if found[1] else ""


class Finding(NamedTuple):
    """A diagnostic or a policy violation: whose it is (a URN or nothing), how bad, and the whole text."""

    urn: str
    severity: str
    text: str
    policy: str = ""


class Step(NamedTuple):
    """One change: what is done to which resource, and the properties that make it necessary."""

    word: str
    urn: str
    paths: tuple[str, ...] = ()


@dataclass
class Progress:
    """One run of the engine. Events arrive on another thread than the one that shows them."""

    title: str
    total: int | None = None
    done: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    told: set[Finding] = field(default_factory=set)
    planned: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    seconds: int | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._working: dict[str, tuple[str, float]] = {}
        self._counted: set[tuple[str, OpType]] = set()

    def __call__(self, event: EngineEvent) -> None:
        """Take one event of the engine."""
        with self._lock:
            if event.resource_pre_event:
                self._begin(event.resource_pre_event.metadata)
            elif event.res_outputs_event:
                self._end(event.res_outputs_event.metadata)
            elif event.res_op_failed_event:
                self._working.pop(event.res_op_failed_event.metadata.urn, None)
                self.failed.append(event.res_op_failed_event.metadata.urn)
            elif event.diagnostic_event:
                self._diagnose(event.diagnostic_event)
            elif event.policy_event:
                self._judge(event.policy_event)
            elif event.summary_event:
                self.planned = _words(dict(event.summary_event.resource_changes or {}))
                self.seconds = event.summary_event.duration_seconds

    def working(self) -> list[tuple[str, str, float]]:
        """The steps in work, the longest first: URN, operation, seconds."""
        with self._lock:
            now = time.monotonic()
            return [(urn, op, now - since) for urn, (op, since) in sorted(self._working.items(), key=lambda i: i[1][1])]

    @property
    def finished(self) -> int:
        """How many steps are behind us."""
        return sum(self.done.values())

    @property
    def changes(self) -> int:
        """How many resources the run changed, or would change."""
        return sum(count for word, count in self.planned.items() if word not in _NO_CHANGE)

    @property
    def errors(self) -> list[Finding]:
        """Everything that stopped the run, each once."""
        return [finding for finding in self.findings if finding.severity == "error"]

    def _begin(self, step: StepEventMetadata) -> None:
        if _is_custom(step):
            self._working[step.urn] = (OpType(step.op).value, time.monotonic())
        else:
            # A component is done when it is registered; not every one tells its outputs.
            self._count(step)

    def _end(self, step: StepEventMetadata) -> None:
        self._working.pop(step.urn, None)
        if _is_custom(step):
            self._count(step)

    def _count(self, step: StepEventMetadata) -> None:
        op = OpType(step.op)
        if op not in _PARTS and (step.urn, op) not in self._counted:
            self._counted.add((step.urn, op))
            word = _WORDS.get(op, op.value)
            self.done[word] += 1
            if word not in _NO_CHANGE:
                self.steps.append(Step(word, step.urn, tuple(sorted(step.detailed_diff or step.diffs or ()))))

    def _diagnose(self, event: DiagnosticEvent) -> None:
        text = _PROPERTY.sub(_without_value, plain(event.message).strip())
        if event.ephemeral or event.severity == "debug" or text in _EMPTY or _EXPECTED.search(text):
            return
        self._add(Finding(event.urn or "", "info" if event.severity.startswith("info") else event.severity, text))

    def _judge(self, event: PolicyEvent) -> None:
        severity = "error" if event.enforcement_level == "mandatory" else "warning"
        policy = f"{event.policy_pack_name}/{event.policy_name}"
        self._add(Finding(event.resource_urn or "", severity, plain(event.message).strip(), policy))

    def _add(self, finding: Finding) -> None:
        if finding not in self.findings:
            self.findings.append(finding)


def _is_custom(step: StepEventMetadata) -> bool:
    state = step.new or step.old
    return bool(state is not None and state.custom)


def _words(changes: dict[OpType, int]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for op, count in changes.items():
        if OpType(op) not in _PARTS:
            counted[_WORDS.get(OpType(op), OpType(op).value)] += count
    return counted
