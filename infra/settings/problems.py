"""What can be wrong with a stack's settings, and how all of it is told at once."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pulumi

NAMESPACE = "jobr"
# Values that come from a file: a PEM begins with hyphens, which the command line would take for an option.
FILES = {
    "certificateBody": "certificate.pem",
    "certificateChain": "chain.pem",
    "certificatePrivateKey": "private-key.pem",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong: the key it is about, in words, and the arguments of `pulumi config` that mend it; `or_else` would too."""

    key: str
    reason: str
    mend: str
    or_else: tuple[str, ...] = ()

    @classmethod
    def to_set(cls, key: str, reason: str, value: str = "<value>", *, secret: bool = False) -> "Problem":
        """A problem that another value mends. A secret's value is typed at the prompt, not into the shell's history."""
        option = "--secret " if secret else ""
        if key in FILES:
            argument = f" < {FILES[key]}"
        elif secret:
            argument = ""
        else:
            argument = f" {value if value.startswith('<') else shlex.quote(value)}"
        return cls(key=key, reason=reason, mend=f"set {option}{NAMESPACE}:{key}{argument}")

    @classmethod
    def to_remove(cls, key: str, reason: str) -> "Problem":
        """A problem that is mended by taking the key away."""
        return cls(key=key, reason=reason, mend=f"rm {NAMESPACE}:{key}")

    def told(self, stack: str) -> str:
        """What is wrong, and below it the command that mends it; every other command that would after "or"."""
        lines = [f"  {NAMESPACE}:{self.key} {self.reason}", f"      {_command(stack, self.mend)}"]
        lines += [f"      or {_command(stack, mend)}" for mend in self.or_else]
        return "\n".join(lines)


def _command(stack: str, mend: str) -> str:
    verb, _, rest = mend.partition(" ")
    return f"pulumi config {verb} --stack {shlex.quote(stack)} {rest}"


def _once_a_key(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems by key; all that is wrong with a key is one problem, mended as the first of them is."""
    found: dict[str, Problem] = {}
    for problem in problems:
        first = found.setdefault(problem.key, problem)
        if problem.reason not in first.reason:
            found[problem.key] = replace(first, reason=f"{first.reason}; it {problem.reason}")
    return iter(sorted(found.values(), key=lambda problem: problem.key))


class SettingsError(pulumi.RunError):
    """The stack's settings cannot be used. Pulumi shows the message alone, without a traceback."""

    def __init__(self, stack: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(_once_a_key(problems))
        count = len(self.problems)
        head = f"{count} setting{'s' if count > 1 else ''} of stack {stack} cannot be used; nothing was changed:"
        super().__init__("\n".join([head, *(problem.told(stack) for problem in self.problems)]))
