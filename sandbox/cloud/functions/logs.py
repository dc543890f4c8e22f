"""A function's log stream in the embedded CloudWatch Logs, and the lines that Lambda itself adds to it."""

import json
from collections import deque
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from uuid import uuid4

from moto.core.utils import unix_time_millis

from sandbox.cloud.functions.process import Outcome

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: longer lines are cut into several events.
EVENT_BYTES = 262_144
# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, LogType: the last 4 KB of the log.
TAIL_BYTES = 4096


class LogStream:
    """One invocation's log: each invocation is an environment of its own, so it has a stream of its own.

    The group is the declared one (LoggingConfig.LogGroup), else /aws/lambda/NAME, made when it is missing, as on AWS.
    """

    def __init__(self, function: Any) -> None:
        declared = getattr(function, "logging_config", None) or {}
        self.group: str = declared.get("LogGroup") or f"/aws/lambda/{function.function_name}"
        self.name = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{uuid4().hex}"
        self._json = declared.get("LogFormat") == "JSON"
        self._backend = function.logs_backend
        self._rest = b""
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._lock = Lock()
        self._backend.ensure_log_group(self.group)
        self._backend.create_log_stream(self.group, self.name)

    def start(self, request_id: str, version: str) -> None:
        """The line before the function's own."""
        self._system(
            f"START RequestId: {request_id} Version: {version}", "platform.start", requestId=request_id, version=version
        )

    def write(self, chunk: bytes) -> None:
        """What the function printed; lines may span chunks."""
        with self._lock:
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            if len(self._rest) >= EVENT_BYTES:
                lines.append(self._rest)
                self._rest = b""
            self._put(lines)

    def end(self, request_id: str, outcome: Outcome, memory_size: int) -> None:
        """The rest of the function's output, the reason of an end that it could not print itself, and the report."""
        with self._lock:
            self._put([self._rest])
            self._rest = b""
        error = json.loads(outcome.payload) if outcome.failed else {}
        if error.get("errorType") in {"Sandbox.Timedout", "Runtime.ExitError"}:
            self._put([error["errorMessage"].encode()])
        milliseconds = {"Duration": outcome.duration * 1000, "Init Duration": outcome.init * 1000}
        if not self._json:
            self._put([f"END RequestId: {request_id}".encode()])
        self._system(
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds['Duration']:.2f} ms\t"
            f"Memory Size: {memory_size} MB\tInit Duration: {milliseconds['Init Duration']:.2f} ms",
            "platform.report",
            requestId=request_id,
            status="error" if outcome.failed else "success",
            metrics={
                "durationMs": round(milliseconds["Duration"], 3),
                "initDurationMs": round(milliseconds["Init Duration"], 3),
                "memorySizeMB": memory_size,
            },
        )

    def tail(self) -> bytes:
        """The last 4 KB."""
        with self._lock:
            return b"".join(self._tail)[-TAIL_BYTES:]

    def _system(self, text: str, kind: str, **record: Any) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": now, "type": kind, "record": record}) if self._json else text
        self._put([line.encode()])

    def _put(self, lines: list[bytes]) -> None:
        pieces = [line[at : at + EVENT_BYTES] for line in lines for at in range(0, len(line), EVENT_BYTES)]
        if not pieces:
            return
        for piece in pieces:
            self._tail.append(piece + b"\n")
            self._tail_size += len(piece) + 1
            while self._tail_size - len(self._tail[0]) >= TAIL_BYTES:
                self._tail_size -= len(self._tail.popleft())
        now = int(unix_time_millis())
        events = [{"timestamp": now, "message": piece.decode(errors="replace")} for piece in pieces]
        # The group may have been deleted while the function ran: AWS loses the lines, too.
        if self.group in self._backend.groups:
            self._backend.put_log_events(self.group, self.name, events)
