"""The provider is the sandbox's own, and never serves a real stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.home import PROJECT, Home


def start(environment: dict[str, str]) -> "subprocess.Popen[str]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.provider", "aws", "127.0.0.1:1"],
        cwd=PROJECT, env={**kept, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.parametrize("endpoint", [None, "https://sts.amazonaws.com", "https://127.0.0.1:4566"])
def test_it_refuses_to_serve_outside_of_the_sandboxs_commands(tmp_path: Path, endpoint: str | None) -> None:
    environment = {"SANDBOX_HOME": str(tmp_path)} | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})
    with start(environment) as process:
        out, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == "", "no port is announced, so no engine can talk to it"
    assert "off PATH" in error


def test_it_announces_its_port_and_ends_with_the_engine(tmp_path: Path) -> None:
    home = Home(tmp_path.resolve())
    home.certificate_authority.parent.mkdir()
    home.certificate_authority.touch()
    with start(home.environment()) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert 0 < int(process.stdout.readline()) < 65536
        process.stdin.close()
        assert process.wait(timeout=60) == 0
