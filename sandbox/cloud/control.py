"""Start, stop and look at the embedded cloud of a home. It is a daemon: it outlives the command that started it."""

import fcntl
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from sandbox.cloud.certificates import ensure_authority
from sandbox.cloud.errors import CloudError, explained
from sandbox.home import PROJECT, Home

START_SECONDS = 60.0
# PostgreSQL's servers end in this time, by a fast shutdown; what is left afterwards is killed.
STOP_SECONDS = 30.0
INTERVAL = 0.05
# Start times are read with the granularity of the system's clock ticks.
SAME_START_SECONDS = 0.5


@dataclass(frozen=True)
class Status:
    """How the embedded cloud of a home is.

    `boot_id` is the identity of the run: a new one at each start, since moto's state lives in memory only. Store it beside
    whatever depends on that state; when it differs later, the cloud that held the resources is gone. It is kept for a dead
    cloud, and None for one that was never started. `uptime` is in seconds.
    """

    state: Literal["running", "dead", "never started"]
    boot_id: str | None = None
    pid: int | None = None
    uptime: float | None = None


@dataclass(frozen=True)
class _Record:
    """What the file of the process id holds. A process id alone would be no proof: the system uses them again."""

    pid: int
    created: float
    boot_id: str


def start(home: Home) -> Status:
    """Start the cloud and wait until it answers; when it runs already, only its status. A CloudError says why it cannot."""
    with _locked(home):
        running = status(home)
        if running.state == "running":
            return running
        _end_remains(home)
        ensure_authority(home)
        offset = home.log.stat().st_size if home.log.exists() else 0
        process = _spawn(home)
        answer = _wait_until_healthy(home, process, offset)
        record = _Record(process.pid, psutil.Process(process.pid).create_time(), answer["boot_id"])
        with explained(home.root):
            draft = _file(home).with_suffix(".new")
            draft.write_text(json.dumps(asdict(record)))
            draft.replace(_file(home))
        return Status("running", record.boot_id, process.pid, answer["uptime"])


def stop(home: Home) -> Status:
    """End the cloud and every process it started; harmless when it does not run. The status afterwards."""
    with _locked(home):
        _end_remains(home)
        return status(home)


def status(home: Home) -> Status:
    """Whether the cloud runs, is dead (it ran and ended, or no longer answers) or was never started."""
    record = _read(home)
    if record is None:
        return Status("never started")
    answer = _ask(home) if _process(record) else None
    if answer is None or answer.get("pid") != record.pid:
        return Status("dead", record.boot_id)
    return Status("running", record.boot_id, record.pid, answer["uptime"])


def _file(home: Home) -> Path:
    return home.root / "cloud.json"


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    with explained(home.root):
        home.root.mkdir(parents=True, exist_ok=True)
        lock = (home.root / "cloud.lock").open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _spawn(home: Home) -> subprocess.Popen[bytes]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
    with explained(home.log), home.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "sandbox.cloud"],
            cwd=PROJECT,
            env=inherited | home.environment() | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_healthy(home: Home, process: subprocess.Popen[bytes], offset: int) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    answer = None
    try:
        while answer is None and process.poll() is None and time.monotonic() < deadline:
            time.sleep(INTERVAL)
            answer = _ask(home)
            if answer is not None and answer.get("pid") != process.pid:
                answer = None
    finally:
        # Also on an interrupt: nothing that has no record may be left running.
        code = process.poll()
        if answer is None:
            process.kill()
            process.wait()
    if answer is None:
        slow = f"the embedded AWS did not answer within {START_SECONDS:.0f} s; its log is {home.log}"
        raise CloudError(slow if code is None else _why_ended(home, offset, code))
    return answer


def _why_ended(home: Home, offset: int, code: int) -> str:
    with home.log.open("rb") as log:
        log.seek(offset)
        lines = log.read().decode(errors="replace").splitlines()
    said = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if said:
        return said[-1]
    tail = "\n".join(f"    {line}" for line in lines[-10:])
    return f"the embedded AWS ended with code {code} while starting; the end of {home.log}:\n{tail}"


def _ask(home: Home) -> dict[str, Any] | None:
    """The answer of GET /sandbox/status, or None when nobody of ours answers."""
    try:
        context = ssl.create_default_context(cafile=str(home.certificate_authority))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(f"{home.endpoint}/sandbox/status", timeout=5) as response:
            answer = json.load(response)
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def _read(home: Home) -> _Record | None:
    try:
        return _Record(**json.loads(_file(home).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _process(record: _Record) -> psutil.Process | None:
    """The recorded process, unless it ended, even if another one has its id now."""
    try:
        process = psutil.Process(record.pid)
        alive = _is_recorded(process, record) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if alive else None


def _is_recorded(process: psutil.Process, record: _Record) -> bool:
    return abs(float(process.create_time()) - record.created) < SAME_START_SECONDS


def _end_remains(home: Home) -> None:
    """End the recorded process, politely first, and then whatever is left of its session."""
    record = _read(home)
    if record is None:
        return
    process = _process(record)
    members = _session(record)
    if process:
        with explained(home.root):
            process.send_signal(signal.SIGTERM)
        psutil.wait_procs([process], timeout=STOP_SECONDS)
    _, alive = psutil.wait_procs(members, timeout=1)
    for survivor in alive:
        # psutil compares start times itself, so a recycled id is not signalled.
        survivor.kill()
    psutil.wait_procs(alive, timeout=5)


def _session(record: _Record) -> list[psutil.Process]:
    """The processes of the cloud's session, its functions and databases among them, also when the cloud itself was killed.

    The system does not use an id again while a session has it: a stranger with the id proves that the session is gone.
    """
    try:
        if not _is_recorded(psutil.Process(record.pid), record):
            return []
    except psutil.NoSuchProcess:
        pass  # The leader ended; what it started may still run.
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == record.pid:
                members.append(process)
        except (ProcessLookupError, PermissionError):
            continue
    return members
