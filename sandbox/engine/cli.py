"""The Pulumi command line: where it is, and how a run of it is interrupted."""

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Any, Self

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from sandbox.engine.errors import RefusedError

# What tools/pulumi/go.mod pins; older ones lack what the sandbox uses (inline programs in refresh and destroy, events over gRPC).
MINIMUM = VersionInfo(3, 230, 0)


def find(environment: Mapping[str, str] | None = None) -> Path:
    """The Pulumi binary: the one JOBR_PULUMI names, else PATH's when it is new enough, else the one that `make up` built.

    Raises:
        RefusedError: there is none; it names what was looked at.
    """
    looked: list[str] = []
    for origin, candidate in _candidates(os.environ if environment is None else environment):
        if candidate is None or not candidate.is_file():
            looked.append(f"  - {origin}: {candidate or 'nothing'}{' does not exist' if candidate else ''}")
            continue
        version = version_of(candidate)
        if version is not None and version >= MINIMUM:
            return candidate.resolve()
        looked.append(f"  - {origin}: {candidate} is version {version or 'unknown'}, older than {MINIMUM}")
    raise RefusedError(
        "\n".join(["no Pulumi to run; looked at:", *looked, "`make up` builds one (about 2.5 minutes, once)"])
    )


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[str, Path | None]]:
    named = environment.get("JOBR_PULUMI")
    if named:
        yield "JOBR_PULUMI", Path(named)
        return
    on_path = shutil.which("pulumi", path=environment.get("PATH"))
    yield "PATH", Path(on_path) if on_path else None
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    yield "the cache folder", cache / "jobr-operations" / f"pulumi-{MINIMUM}" / "pulumi"


def version_of(binary: Path) -> VersionInfo | None:
    """The version that the binary prints, or None when it prints none."""
    try:
        printed = subprocess.run(
            [str(binary), "version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            env={"PULUMI_SKIP_UPDATE_CHECK": "true", "HOME": os.environ.get("HOME", "/")},
        ).stdout
        return VersionInfo.parse(printed.strip().removeprefix("v"))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


class Interrupts:
    """Ctrl-C for as long as the context lasts: the first is passed to the engine, which ends in order; the second kills it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.count = 0
        self.say = say
        self._process: subprocess.Popen[str] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        # Handlers can only be set in the main thread; elsewhere nobody presses Ctrl-C.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def watch(self, process: subprocess.Popen[str] | None) -> None:
        """The process that an interrupt is for, from now on."""
        self._process = process
        if process is not None and self.count:
            process.send_signal(signal.SIGINT)

    def _interrupted(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        process = self._process
        if self.count == 1:
            self.say("Interrupted: the engine finishes what it has begun and stops. Press Ctrl-C again to kill it.")
            if process is not None:
                process.send_signal(signal.SIGINT)
        elif process is not None:
            self.say("Killing the engine.")
            os.killpg(process.pid, signal.SIGKILL)


class Engine(PulumiCommand):
    """Runs the Pulumi binary with exactly the given environment, in a session of its own.

    A session of its own keeps the terminal's Ctrl-C from reaching the engine and its plugins on top of the one passed on.
    """

    def __init__(self, binary: Path, interrupts: Interrupts) -> None:
        # The base class would run whatever `pulumi` is on PATH.
        self.command = str(binary)
        self.version = version_of(binary)
        self._interrupts = interrupts

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> CommandResult:
        """Run one command of the CLI to its end.

        Raises:
            CommandError: it failed.
        """
        return self._run(args, cwd, additional_env, (on_output, on_error), None)

    def feed(self, args: list[str], cwd: str, environment: Mapping[str, str], text: str) -> CommandResult:
        """Run one command with `text` on its standard input, which unlike an argument only this user can read.

        Raises:
            CommandError: it failed.
        """
        return self._run(args, cwd, environment, (None, None), text)

    def _run(
        self,
        args: list[str],
        cwd: str,
        environment: Mapping[str, str],
        callbacks: tuple[Callable[[str], Any] | None, Callable[[str], Any] | None],
        stdin: str | None,
    ) -> CommandResult:
        with subprocess.Popen(
            [self.command, "--non-interactive", *(arg for arg in args if arg != "--non-interactive")],
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**environment, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            self._interrupts.watch(process)
            try:
                stdout, stderr = _drain(process, stdin, *callbacks)
            finally:
                self._interrupts.watch(None)
        result = CommandResult(stdout, stderr, process.returncode)
        if process.returncode != 0:
            raise create_command_error(result)
        return result


def _drain(
    process: subprocess.Popen[str],
    stdin: str | None,
    on_output: Callable[[str], Any] | None,
    on_error: Callable[[str], Any] | None,
) -> tuple[str, str]:
    lines: tuple[list[str], list[str]] = ([], [])

    def consume(stream: IO[str], callback: Callable[[str], Any] | None, into: list[str]) -> None:
        for line in stream:
            into.append(line.rstrip())
            if callback:
                callback(line.rstrip())

    assert process.stdout is not None  # noqa: S101 - asked for as pipes a few lines above
    assert process.stderr is not None  # noqa: S101 - the same
    readers = [
        threading.Thread(target=consume, args=(process.stdout, on_output, lines[0])),
        threading.Thread(target=consume, args=(process.stderr, on_error, lines[1])),
    ]
    for reader in readers:
        reader.start()
    if process.stdin is not None:
        process.stdin.write(stdin or "")
        process.stdin.close()
    process.wait()
    for reader in readers:
        reader.join()
    return "\n".join(lines[0]), "\n".join(lines[1])


def plain(text: str) -> str:
    """The text without Pulumi's colour directives (such as `<{%reset%}>`) and terminal escapes."""
    return re.sub(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m", "", text)
