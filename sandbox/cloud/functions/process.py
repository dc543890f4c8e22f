"""One invocation as a process of its own, in a process group of its own: started, watched, read, ended."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: loading a handler may take 10 seconds;
# when it takes longer, AWS starts it again within the function's own timeout. Here it goes on for that long instead.
INIT_SECONDS = 10.0
# A process that gave up while loading has this long to be gone.
EXIT_SECONDS = 5.0
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: the answer of a function, in bytes.
ANSWER_LIMIT = 6_291_556


@dataclass(frozen=True)
class Call:
    """What to run: the handler, its folder and environment, and the event. The timeout is in seconds."""

    request_id: str
    arn: str
    handler: str
    task_root: Path
    environment: Mapping[str, str]
    timeout: int
    event: bytes
    client_context: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How it ended: the payload, whether it is an error, and for how many seconds it was loaded and ran."""

    payload: bytes
    failed: bool
    init: float
    duration: float


def run(call: Call, output: Callable[[bytes], None]) -> Outcome:
    """Run the call to its end; `output` gets what it prints, in chunks, from a thread of its own."""
    folder = Path(tempfile.mkdtemp(prefix="invocation-"))
    try:
        return _run(call, output, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(call: Call, output: Callable[[bytes], None], folder: Path) -> Outcome:
    request = {"id": call.request_id, "arn": call.arn, "timeout": call.timeout, "client_context": call.client_context}
    (folder / "request.json").write_text(json.dumps(request))
    (folder / "event").write_bytes(call.event)
    (folder / "tmp").mkdir()
    started = time.monotonic()
    process, ready = _start(call, folder)
    reader = threading.Thread(target=_read, args=(process, output), daemon=True)
    reader.start()
    try:
        loaded = _wait_ready(ready, INIT_SECONDS + call.timeout)
        begun = time.monotonic()
        try:
            code = process.wait(call.timeout if loaded else EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
    finally:
        _end(process)
        os.close(ready)
        # Whatever left the process group still holds the pipe: what it prints is not waited for.
        reader.join(timeout=1)
    ended = time.monotonic()
    payload, failed = _answer(call, folder, code)
    return Outcome(payload, failed, init=begun - started, duration=ended - begun)


def _start(call: Call, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    ready, signalled = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, str(BOOTSTRAP), call.handler, str(folder), str(signalled)],
            cwd=call.task_root,
            env={**call.environment, "TMPDIR": str(folder / "tmp")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[signalled],
            # A group, so that a timeout ends its children too; not a session, so that the end of the cloud finds it.
            process_group=0,
        )
    except BaseException:
        os.close(ready)
        raise
    finally:
        os.close(signalled)
    return process, ready


def _wait_ready(descriptor: int, seconds: float) -> bool:
    readable, _, _ = select.select([descriptor], [], [], seconds)
    return bool(readable) and os.read(descriptor, 1) == b"R"


def _read(process: subprocess.Popen[bytes], output: Callable[[bytes], None]) -> None:
    stream: Any = process.stdout
    with stream:
        while chunk := stream.read1(1 << 16):
            output(chunk)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answer(call: Call, folder: Path, code: int | None) -> tuple[bytes, bool]:
    """The payload that AWS would answer, and whether it is an error."""
    kind = folder / "kind"
    if kind.exists():
        payload = (folder / "answer").read_bytes()
        if len(payload) <= ANSWER_LIMIT:
            return payload, kind.read_text() == "error"
        message = f"Response payload size exceeded maximum allowed payload size ({ANSWER_LIMIT} bytes)."
        return _error(message, "Function.ResponseSizeTooLarge"), True
    if code is None:
        message = f"RequestId: {call.request_id} Error: Task timed out after {call.timeout:.2f} seconds"
        return _error(message, "Sandbox.Timedout"), True
    if code < 0:
        how = f"Runtime exited with error: signal: {signal.strsignal(-code) or -code}".lower().replace(
            "runtime", "Runtime"
        )
    else:
        how = f"Runtime exited with error: exit status {code}" if code else "Runtime exited without providing a reason"
    return _error(f"RequestId: {call.request_id} Error: {how}", "Runtime.ExitError"), True


def _error(message: str, kind: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
