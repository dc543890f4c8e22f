import subprocess
from pathlib import Path

import pytest

from tools.lint import locks, makefile, registries, secrets, shell
from tools.lint.files import LintError, project_files


def written(folder: Path, text: str, name: str = "file.txt") -> Path:
    file = folder / name
    file.write_text(text)
    return file


@pytest.mark.parametrize("host", registries.HOSTS)
def test_a_line_that_names_a_registry_is_found(tmp_path: Path, host: str) -> None:
    file = written(tmp_path, f"fine\nurl = https://{host}/simple\n")

    (message,) = registries.check([file])

    assert message.startswith(f"{file}:2: names the package registry")


def test_other_hosts_and_binary_files_are_not(tmp_path: Path) -> None:
    binary = tmp_path / "image"
    binary.write_bytes(b"\xff\xfe" + registries.HOSTS[0].encode())

    assert list(registries.check([written(tmp_path, "https://docs.aws.amazon.com and https://go.dev"), binary])) == []


# In pieces, so that this file passes the check that it tests.
@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "Q" * 16,
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "-----BEGIN " + "PRIVATE KEY-----",
        "ghp_" + "a1" * 18,
        "xoxb-" + "1234567890-abc",
        "https://hooks.slack.com/" + "services/T0ABC/B0ABC/abcdefghijklmnop",
        "sk-proj-" + "a" * 40,
        "pul-" + "0a" * 20,
        "postgresql://jobr:" + "correct-horse@db.internal/jobr",
    ],
)
def test_what_looks_like_a_secret_is_found_and_not_repeated(tmp_path: Path, secret: str) -> None:
    (message,) = secrets.check([written(tmp_path, f"value: {secret}\n")])

    assert ":1: looks like" in message
    assert secret not in message


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7" + "EXAMPLE",
        "postgresql://jobr:{password}@db/jobr",
        "postgresql://jobr:password@localhost/jobr",
        "secure: AAABAPw2c8vPqJ8Yh3m2o1nN",
        'startswith("-----BEGIN " + kind)',
    ],
)
def test_placeholders_are_not_secrets(tmp_path: Path, text: str) -> None:
    assert list(secrets.check([written(tmp_path, text)])) == []


def locked(folder: Path, **changes: str) -> list[str]:
    """The messages about a project with three small locks, with some of its files changed."""
    texts = {
        "requirements.in": "pulumi==3.1.0  # why\n",
        "requirements.txt": "pulumi==3.1.0 \\\n    --hash=sha256:aa\n",
        "runtime/requirements.in": "boto3\n",
        "runtime/requirements.txt": "boto3==1.2.3 \\\n    --hash=sha256:bb\n",
        "requirements-development.in": "-r requirements.in\n-r runtime/requirements.in\npytest>=8\n",
        "requirements-development.txt": "".join(
            f"{pin} \\\n    --hash=sha256:cc\n" for pin in ("pulumi==3.1.0", "boto3==1.2.3", "pytest==8.1")
        ),
    }
    (folder / "runtime").mkdir()
    for name, text in {**texts, **changes}.items():
        (folder / name).write_text(text)
    return list(locks.check(folder))


def test_locks_in_step_pass(tmp_path: Path) -> None:
    assert locked(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("requirements.in", "pulumi==3.1.0\npydantic\n", "requirements.txt: lacks pydantic"),
        ("requirements.in", "pulumi==3.2.0\n", "requirements.txt: pulumi is 3.1.0, and ==3.2.0 is asked for"),
        (
            "requirements-development.in",
            "pytest>=9\n",
            "requirements-development.txt: pytest is 8.1, and >=9 is asked for",
        ),
        ("runtime/requirements.txt", "boto3==1.2.3\n", "runtime/requirements.txt: boto3 has no hash"),
        (
            "runtime/requirements.txt",
            "boto3==1.2.4 --hash=sha256:bb\n",
            "boto3 is 1.2.3, and 1.2.4 in runtime/requirements.txt",
        ),
    ],
)
def test_a_lock_out_of_step_is_named_with_the_command_that_mends_it(
    tmp_path: Path, file: str, text: str, message: str
) -> None:
    found = locked(tmp_path, **{file: text})

    assert any(message in line and line.endswith("run: make lock") for line in found), found


def test_a_make_target_without_help_or_outside_of_phony_is_found(tmp_path: Path) -> None:
    file = written(tmp_path, "NAME := x\n.PHONY: up \\\n  gone\nup: ## deploys\n\t@true\ndown:\n\t@true\n", "Makefile")

    messages = list(makefile.check(file))

    assert [message.removeprefix(f"{file}: ") for message in messages] == [
        "the target down has no line of help: add ## and what it does",
        "the target down is missing in .PHONY",
        ".PHONY names gone, and there is no such target",
    ]


def test_a_shell_script_must_parse_stop_at_errors_and_have_its_run_bit(tmp_path: Path) -> None:
    bad = written(tmp_path, "#!/usr/bin/env bash\nif true; then\n", "bad")
    good = written(tmp_path, "#!/bin/sh\nset -eu\ntrue\n", "good")
    good.chmod(0o755)
    other = written(tmp_path, "#!/usr/bin/env python3\nif\n", "other")

    messages = "\n".join(shell.check([bad, good, other]))

    assert "bad: does not parse" in messages
    assert "bad: goes on after an error" in messages
    assert "bad: cannot be run" in messages
    assert "good" not in messages
    assert "other" not in messages


def test_new_files_are_looked_at_and_ignored_or_deleted_ones_are_not(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name in ("new", "tracked", "deleted", "ignored"):
        written(tmp_path, "", name)
    written(tmp_path, "ignored\n", ".gitignore")
    subprocess.run(["git", "add", "tracked", "deleted"], cwd=tmp_path, check=True)
    (tmp_path / "deleted").unlink()

    assert [file.name for file in project_files(tmp_path)] == [".gitignore", "new", "tracked"]


def test_a_folder_outside_of_version_control_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(LintError, match="cannot list the files"):
        project_files(tmp_path)
