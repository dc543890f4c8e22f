"""`python -m policy.readme --write`: the tables of policy/README.md, from the catalogue; a test holds them equal."""

import sys
from collections.abc import Iterator
from pathlib import Path

from policy import plan
from policy.catalogue import POLICIES
from policy.model import Control, Standard

FILE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- written by `python -m policy.readme --write` -->\n", "<!-- end -->"


def controls() -> list[Control]:
    """Every control that is enforced, by the pack or from the plan."""
    return [*(control for policy in POLICIES for control in policy.controls), plan.KEPT]


def tables() -> str:
    """The policies with their controls, then the rules of the house with their reasons."""
    return "\n".join([*_policies(), "", *_house(), ""])


def written(text: str) -> str:
    """The README with fresh tables."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}{tables()}{END}{rest.partition(END)[2]}"


def _policies() -> Iterator[str]:
    yield "| policy | promises | controls | runs |"
    yield "|---|---|---|---|"
    for policy in POLICIES:
        runs = "before each resource" if policy.each else "over the whole stack"
        yield f"| `{policy.name}` | {policy.description} | {', '.join(map(_named, policy.controls))} | {runs} |"
    yield f"| `python -m policy.plan` | {plan.KEPT.title}. | {_named(plan.KEPT)} | over a plan |"


def _named(control: Control) -> str:
    if control.standard is Standard.HOUSE:
        return control.id
    beyond = " °" if control.standard is Standard.SECURITY_HUB else ""
    return f'[{control.id}]({control.source} "{control.title.replace(chr(34), chr(39))}"){beyond}'


def _house() -> Iterator[str]:
    yield "| rule of the house | promises | because |"
    yield "|---|---|---|"
    for control in controls():
        if control.standard is Standard.HOUSE:
            yield f"| `{control.id}` | {control.title} | {control.reason} |"


if __name__ == "__main__":
    fresh = written(FILE.read_text(encoding="utf-8"))
    if "--write" in sys.argv[1:]:
        FILE.write_text(fresh, encoding="utf-8")
    elif fresh != FILE.read_text(encoding="utf-8"):
        sys.exit("policy/README.md is old: python -m policy.readme --write")
