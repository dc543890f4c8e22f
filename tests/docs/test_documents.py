"""What the documents tell people to type exists."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.outputs import contract
from infra.settings.loading import keys
from sandbox.engine.cli import find

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [PROJECT / "README.md", PROJECT / "CHANGELOG.md", *PROJECT.glob("docs/**/*.md"), *PROJECT.glob("*/**/README.md")]
)
PAGES = [page for page in PAGES if not {".venv", ".sandbox"} & set(page.relative_to(PROJECT).parts)]
# The verbs of Pulumi's command line, with the second word of those that are groups.
PULUMI = re.compile(r"\bpulumi ((?:stack|config|state|plugin) [a-z][a-z-]*|[a-z]+)((?: +--?[a-z-]+)*)")


def _found(pattern: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for match in re.finditer(pattern, page.read_text()):
            yield page.relative_to(PROJECT).as_posix(), match[1]


def test_every_setting_that_a_page_names_exists() -> None:
    known = set(keys())
    assert [(page, key) for page, key in _found(r"\bjobr:([a-z][A-Za-z]+)\b") if key not in known] == []


def test_every_output_that_a_page_reads_exists() -> None:
    known = {*contract(), "contractVersion"}
    named = [(page, name) for page, name in _found(r"pulumi stack output (?:--json )?([a-z][A-Za-z]+)")]
    assert named
    assert [(page, name) for page, name in named if name not in known] == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = {(page, target) for page, target in _found(r"(?:`|^|\n)make ([a-z-]+)")}
    assert [(page, target) for page, target in sorted(named) if target not in targets] == []


def test_every_file_that_a_page_links_to_exists() -> None:
    links = [(page, link) for page in PAGES for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())]
    broken = [(page.name, link) for page, link in links if not (page.parent / link).exists()]
    assert broken == []


def _commands() -> list[tuple[str, tuple[str, ...]]]:
    found = set()
    for page in PAGES:
        for block in re.findall(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", page.read_text(), re.DOTALL):
            for match in PULUMI.finditer("".join(block)):
                found.add((match[1], tuple(match[2].split())))
    return sorted(found)


@pytest.mark.parametrize(("command", "options"), _commands())
def test_every_pulumi_command_and_option_that_a_page_names_exists(command: str, options: tuple[str, ...]) -> None:
    words = command.split()
    helped = subprocess.run([str(find()), *words, "--help"], capture_output=True, text=True, check=False)
    assert f"pulumi {command}" in helped.stdout, helped.stdout + helped.stderr
    assert [option for option in options if not re.search(rf"(?<![\w-]){re.escape(option)}\b", helped.stdout)] == []
