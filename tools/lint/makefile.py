"""`make help` lists every target, and every target is one that make runs whatever files exist."""

import re
from collections.abc import Iterator
from pathlib import Path

TARGET = re.compile(r"^(?P<name>[a-z][a-z-]*):(?!=)(?P<rest>.*)$", re.MULTILINE)


def check(file: Path) -> Iterator[str]:
    """A message for each target without a line of help, or missing in .PHONY, and for each name in .PHONY without a target."""
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    targets = {found["name"]: found["rest"] for found in TARGET.finditer(text)}
    phony = {name for line in re.findall(r"^\.PHONY:(.*)$", text, re.MULTILINE) for name in line.split()}
    for name, rest in targets.items():
        if not re.search(r"## \S", rest):
            yield f"{file}: the target {name} has no line of help: add ## and what it does"
        if name not in phony:
            yield f"{file}: the target {name} is missing in .PHONY"
    for name in sorted(phony - set(targets)):
        yield f"{file}: .PHONY names {name}, and there is no such target"
