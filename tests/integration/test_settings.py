"""Bad settings, and the program by plain `pulumi preview`."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from sandbox.cloud import certificates, control
from sandbox.engine import cli, launchers
from sandbox.engine.cli import Interrupts
from sandbox.engine.progress import Progress
from sandbox.engine.run import FailedError, run
from sandbox.engine.workspace import open_stack
from sandbox.home import PROJECT, Home
from tests.integration.conftest import COMMAND_SECONDS
from tools.prepare import pulumi as prepared

# What the settings ask of everybody; nothing real, only their issuers' marks.
SECRETS = {
    "openaiApiKey": "sk-nothing-real",
    "sendgridApiKey": "SG.nothing-real",
    "stripeSecretKey": "sk_test_nothing_real",
    "stripeWebhookSecret": "whsec_nothing_real",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    root = tmp_path / "home"
    root.mkdir()
    return Home(root)


def copied(folder: Path, **config: str) -> Path:
    """A folder with the project's files, and with these settings in place of the development stack's or beside them."""
    folder.mkdir(parents=True)
    shutil.copy(PROJECT / "Pulumi.yaml", folder)
    for name in ("infra", ".venv"):
        (folder / name).symlink_to(PROJECT / name)
    settings = yaml.safe_load((PROJECT / "Pulumi.development.yaml").read_text())
    settings["config"].update({f"jobr:{key}": value for key, value in config.items()})
    (folder / "Pulumi.development.yaml").write_text(yaml.safe_dump(settings))
    return folder


def test_all_bad_settings_are_told_at_once_each_with_its_command_and_nothing_is_registered(
    tmp_path: Path, home: Home
) -> None:
    bad = {
        "networkCidr": "10.0.0.0/28",
        "databaseBackupRetention": "fortnight",
        "databaseStorageGib": "1",
        "databsaeName": "x",
    }
    file = io.StringIO()
    console = Console(file=file, width=100)
    with Interrupts(console.print) as interrupts:
        workspace = open_stack(home, "development", interrupts, source=copied(tmp_path / "source", **bad))
        with pytest.raises(FailedError):
            run(console, workspace, interrupts, Progress("t"), workspace.stack.up)
    for key in bad:
        assert f"jobr:{key}" in file.getvalue()
    assert file.getvalue().count("pulumi config") >= len(bad)
    assert "Traceback" not in file.getvalue()
    assert workspace.state.live == []


def test_the_program_runs_by_plain_pulumi_preview(tmp_path: Path, home: Home) -> None:
    """As somebody with the official CLI runs it: the language host finds `infra/` by Pulumi.yaml. Without the policy pack."""
    certificate, key = certificates.issue(home, "plain", dns_names=["plain.sandbox.internal"])
    folder = copied(tmp_path / "project", certificateBody=certificate.read_text())
    path = [PROJECT / ".venv" / "bin", prepared.prepare_language_host(), launchers.write(home), *launchers.SYSTEM_PATH]
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join(map(str, path)),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "PULUMI_CONFIG_PASSPHRASE": "plain",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        **home.environment(),
    }

    def pulumi(*arguments: str, text: str | None = None) -> str:
        answer = subprocess.run(
            [cli.find(), "--non-interactive", *arguments],
            cwd=folder,
            env=environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    control.start(home)
    try:
        pulumi("stack", "init", "development")
        pulumi("config", "set", "--secret", "certificatePrivateKey", text=key.read_text())
        for name, value in SECRETS.items():
            pulumi("config", "set", "--secret", name, text=value)
        shown = pulumi("preview")
    finally:
        control.stop(home)
    assert "aws:ecs:Service" in shown
    assert "to create" in shown
