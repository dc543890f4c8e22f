"""No file holds what looks like a real credential."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lint.files import lines

KINDS = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\n|$)"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10}"),
    "a Slack webhook": re.compile(r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16}"),
    "an OpenAI key": re.compile(r"\bsk-(?:proj-)?[A-Za-z0-9_-]{32}"),
    "a Pulumi token": re.compile(r"\bpul-[0-9a-f]{40}\b"),
    "a password in a database URL": re.compile(
        r"\bpostgres(?:ql)?://[^\s:/@{}$<]+:[^\s@{}$<]{8,}@(?!localhost|127\.|example)"
    ),
}
# AWS's documentation ends its made-up key ids so.
EXAMPLE = re.compile(r"EXAMPLE\b")


def check(files: Iterable[Path]) -> Iterator[str]:
    """A message for each line with something that looks like a credential; never the thing itself."""
    for file in files:
        for number, line in lines(file):
            for kind, pattern in KINDS.items():
                found = pattern.search(line)
                if found and not EXAMPLE.search(found[0]):
                    yield f"{file}:{number}: looks like {kind}; take it out, and revoke it if it ever was real"
