"""One stack of the program on the embedded cloud, opened with Pulumi's Automation API."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pulumi.automation import LocalWorkspace, Stack

from sandbox.engine import launchers, settings, state
from sandbox.engine.cli import Engine, Interrupts, find
from sandbox.engine.errors import SandboxError
from sandbox.engine.program import program as infra
from sandbox.guard import state_url
from sandbox.home import PROJECT, Home

POLICY = PROJECT / "policy"
# An engine whose command was killed ends what it has begun; the longest single step is an RDS instance.
ORPHAN_SECONDS = 120.0
# What a child needs of the caller's environment and nothing else: no credential, no proxy that could answer for loopback.
_INHERITED = ("HOME", "LANG", "LC_ALL", "TERM", "TMPDIR", "TZ", "USER", "XDG_CACHE_HOME")


@dataclass
class Workspace:
    """An opened stack: what the engine needs to work on it, and where its files are."""

    home: Home
    folder: settings.StackFolder
    stack: Stack

    @property
    def state(self) -> state.State:
        """The checkpoint as it is now."""
        return state.read(self.home, self.folder.project, self.folder.stack)

    @property
    def policy_packs(self) -> list[str]:
        """The policy packs that every preview and up runs with."""
        return [str(POLICY)] if (POLICY / "PulumiPolicy.yaml").exists() else []


def environment(home: Home) -> dict[str, str]:
    """The whole environment of the engine and its plugins: pinned to the sandbox, with no way to anything real."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {
        **inherited,
        **home.environment(),
        "PATH": launchers.search_path(launchers.write(home)),
        "PULUMI_HOME": str(home.root / "pulumi"),
        "PULUMI_BACKEND_URL": state_url(home),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(settings.passphrase(home)),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        "PULUMI_SUPPRESS_NEO_LINK": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def open_stack(  # noqa: PLR0913  # a stack, and the three things that may stand in for the project's own
    home: Home,
    name: str,
    interrupts: Interrupts,
    *,
    program: Callable[[], None] | None = None,
    source: Path = PROJECT,
    config: Mapping[str, str] | None = None,
) -> Workspace:
    """The stack, made when it is new, with its settings written and the locks of dead engines removed.

    `program` and `source` (the folder with Pulumi.yaml and the stack files) are the project's own unless given; `config` is laid
    over the stack file's settings for this once.

    Raises:
        RefusedError: the stack has no file, or there is no Pulumi.
        SandboxError: another engine works on the stack and does not end.
    """
    binary = find()
    (home.root / "state").mkdir(parents=True, exist_ok=True)
    folder = settings.StackFolder(home, name, source, config)
    _release(home, folder, interrupts.say)
    folder.write()
    engine = Engine(binary, interrupts)
    variables = environment(home)
    workspace = LocalWorkspace(
        work_dir=str(folder.path),
        program=program or infra,
        env_vars=variables,
        secrets_provider="passphrase",
        pulumi_command=engine,
    )
    stack = Stack.create_or_select(name, workspace)

    def seal(path: str, value: str) -> str:
        arguments = ["config", "set", "--path", path, "--secret", "--stack", name]
        engine.feed(arguments, str(folder.path), variables, value)
        return _sealed_value(folder.path / f"Pulumi.{name}.yaml", path)

    folder.seal(seal)
    return Workspace(home, folder, stack)


def _sealed_value(file: Path, path: str) -> str:
    value = yaml.safe_load(file.read_text())["config"]
    key, *inner = path.replace('"]', "").replace("]", "").split("[")
    value = value[key]
    for step in inner:
        value = value[step[1:]] if step.startswith('"') else value[int(step)]
    return str(value["secure"])


def _release(home: Home, folder: settings.StackFolder, say: Callable[[str], None]) -> None:
    """Wait for the engine of a killed command to end, then remove the locks that nobody holds any more."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    told = False
    while holders := [p for p in state.locks(home, folder.project, folder.stack).values() if p]:
        if not told:
            numbers = ", ".join(str(process.pid) for process in holders)
            say(f"An engine of an earlier command (process {numbers}) is still finishing; waiting for it.")
            told = True
        if time.monotonic() > deadline:
            raise SandboxError(
                f"the engine of an earlier command still works on the stack {folder.stack}: "
                f"process {holders[0].pid}. End it with `kill -INT {holders[0].pid}` and try again."
            )
        time.sleep(0.2)
    stale = state.locks(home, folder.project, folder.stack)
    for path in stale:
        # What `pulumi cancel` does with this backend, without asking for the whole stack to be opened first.
        path.unlink(missing_ok=True)
    if stale:
        say("An earlier command was killed; its lock on the stack was removed.")
