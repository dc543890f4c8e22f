"""The image of the functions, as far as its recipe can be tested without building it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.backups import handler

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its arguments, continued lines joined."""
    text = (PROJECT / "runtime" / "Dockerfile").read_text()
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ").splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def arguments(instructions: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for word, rest in instructions if word == name]


def test_the_recipe_has_nothing_that_a_linter_would_change() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    command = [str(hadolint), "--no-color", "runtime/Dockerfile"]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


def test_every_finding_that_is_passed_over_says_why() -> None:
    lines = (PROJECT / "runtime" / "Dockerfile").read_text().splitlines()
    passed_over = [number for number, line in enumerate(lines) if "hadolint ignore" in line]
    assert [lines[number] for number in passed_over] == ["# hadolint ignore=DL3008"]
    assert all(lines[number - 1].startswith("# ") for number in passed_over)


def test_the_base_is_pinned_by_digest(instructions: list[tuple[str, str]]) -> None:
    (base,) = arguments(instructions, "FROM")
    assert re.fullmatch(r"python:3\.13\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base)


def test_every_file_that_is_copied_exists_and_is_in_the_build_context(instructions: list[tuple[str, str]]) -> None:
    sources = [source for rest in arguments(instructions, "COPY") for source in rest.split()[:-1]]
    assert "runtime/" in sources
    for source in sources:
        assert (PROJECT / source).exists(), source
        assert source.startswith("runtime/"), f"{source} is not in the context that .dockerignore leaves"


def test_the_build_context_holds_the_runtime_package_alone() -> None:
    rules = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert [rule for rule in rules if rule.startswith("!")] == ["!runtime/"]


def test_the_functions_do_not_run_as_root(instructions: list[tuple[str, str]]) -> None:
    users = arguments(instructions, "USER")
    assert users
    assert int(users[-1]) > 0, "a number, and not root's"
    words = [word for word, _ in instructions]
    assert words.index("USER") < words.index("ENTRYPOINT")


def test_packages_are_installed_only_with_their_hashes(instructions: list[tuple[str, str]]) -> None:
    installs = [rest for rest in arguments(instructions, "RUN") if "pip install" in rest]
    assert installs
    assert all("--require-hashes" in install and "--only-binary=:all:" in install for install in installs)


def test_the_database_is_verified_against_the_authorities_that_were_fetched(
    instructions: list[tuple[str, str]],
) -> None:
    bundle = "/opt/rds/global-bundle.pem"
    assert f"PGSSLROOTCERT={bundle}" in arguments(instructions, "ENV")
    (added,) = [rest.split() for rest in arguments(instructions, "ADD") if bundle in rest]
    assert added[-2:] == ["https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem", bundle]


def test_everything_fetched_comes_over_https_and_the_package_key_has_a_checksum(
    instructions: list[tuple[str, str]],
) -> None:
    assert not re.search(r"http://", " ".join(rest for _, rest in instructions))
    (key,) = [rest for rest in arguments(instructions, "ADD") if "postgresql.org" in rest]
    assert re.search(r"--checksum=sha256:[0-9a-f]{64}", key)


def test_the_client_is_of_the_major_version_that_production_runs(instructions: list[tuple[str, str]]) -> None:
    assert "POSTGRES_MAJOR=18" in arguments(instructions, "ARG")


def test_the_default_command_is_a_handler_that_exists(instructions: list[tuple[str, str]]) -> None:
    assert arguments(instructions, "ENTRYPOINT") == ['["python", "-m", "awslambdaric"]']
    assert arguments(instructions, "CMD") == [f'["{handler.__name__}.{handler.handle.__name__}"]']


def test_every_locked_requirement_has_hashes_and_every_direct_one_is_locked() -> None:
    locked = (PROJECT / "runtime" / "requirements.txt").read_text()
    entries = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[.*\])?==.*?(?=^[A-Za-z]|\Z)", locked, flags=re.MULTILINE | re.DOTALL)
    bodies = re.split(r"^(?=[A-Za-z])", locked, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in body for body in bodies)
    wanted = [
        line
        for line in (PROJECT / "runtime" / "requirements.in").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert {re.split(r"[\[<>=~]", name)[0] for name in wanted} <= set(entries)


def test_the_package_never_imports_the_infrastructure() -> None:
    sources = {path: path.read_text() for path in (PROJECT / "runtime").rglob("*.py")}
    assert sources
    assert [
        path
        for path, text in sources.items()
        if re.search(r"^\s*(from|import) (infra|sandbox|policy|pulumi)\b", text, re.MULTILINE)
    ] == []
