"""`reset`: forgets a dead cloud. Its state, its folders and what is left of its processes go; nothing is asked."""

import argparse
import shutil
from collections.abc import Iterator

import psutil
from rich.console import Console

from sandbox.cloud import control
from sandbox.cloud.postgres import leftovers
from sandbox.engine import preflight, settings, state
from sandbox.engine.errors import RefusedError
from sandbox.engine.lock import held
from sandbox.home import Home

# Everything that the sandbox writes; a home that is somebody's folder by mistake loses nothing else.
OWN = (
    "baseline.json",
    "bin",
    "cloud.json",
    "cloud.log",
    "deployed.json",
    "env",
    "functions",
    "functions.log",
    "image-bin",
    "names",
    "passphrase",
    "postgres",
    "program.log",
    "pulumi",
    "rehearsal-report",
    "stacks",
    "state",
    "tls",
)
END_SECONDS = 10.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--force", action="store_true", help="also when the cloud is healthy and holds resources")


def run(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Forget the cloud of this home and say what was removed; 0."""
    preflight.pin(home)
    if not home.root.exists():
        console.print(f"There is nothing to forget in {home.root}.", markup=False, highlight=False)
        return 0
    with held(home, "reset"):
        project = settings.project_name()
        live = {name: len(state.read(home, project, name).live) for name in state.stacks(home, project)}
        healthy = control.status(home).state == "running"
        if healthy and any(live.values()) and not options.force:
            raise RefusedError(
                f"the embedded cloud is healthy and holds {sum(live.values())} resources. "
                "`make down` removes them in order; `make reset ARGS=--force` forgets them."
            )
        control.stop(home)
        for name, count in live.items():
            console.print(f"forgot the stack {name} ({count} resources)", highlight=False)
        for process in _remains(home):
            console.print(f"ended process {process.pid} ({process.name()})", highlight=False)
            _end(process)
        for name in OWN:
            if _remove(home, name):
                console.print(f"removed {home.root / name}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _remains(home: Home) -> Iterator[psutil.Process]:
    """Processes of this home that outlived their cloud: database servers in its folder, and the sandbox's own modules."""
    yield from leftovers.processes(home.root / "postgres")
    for process in psutil.process_iter():
        try:
            module = any(
                word in {"sandbox.cloud", "sandbox.provider", "sandbox.engine.analyzer"} for word in process.cmdline()
            )
            if module and process.environ().get("SANDBOX_HOME") == str(home.root):
                yield process
        except psutil.Error:
            continue


def _end(process: psutil.Process) -> None:
    try:
        process.terminate()
        process.wait(END_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _remove(home: Home, name: str) -> bool:
    path = home.root / name
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        return True
    existed = path.exists() or path.is_symlink()
    path.unlink(missing_ok=True)
    return existed
