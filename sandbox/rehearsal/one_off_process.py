"""One container as a process, and the log stream that its lines go to."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandbox.home import PROJECT

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html, stopTimeout, in seconds.
STOP_SECONDS = 30
# What a shell and Docker make of an end by a signal.
BY_SIGNAL = 128
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_InputLogEvent.html has more; the migrations cut sooner.
LONGEST_LINE = 16_384


class Output:
    """The stream that awslogs gives a container: `<prefix>/<container>/<task id>`. Without a group the lines go nowhere.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """

    def __init__(self, client: Any, options: Mapping[str, str], container: str, task_arn: str) -> None:
        self._client = client
        self._group = options.get("awslogs-group")
        self._stream = f"{options.get('awslogs-stream-prefix')}/{container}/{task_arn.rpartition('/')[2]}"
        if self._group:
            with suppress(client.exceptions.ResourceAlreadyExistsException):
                client.create_log_stream(logGroupName=self._group, logStreamName=self._stream)

    def write(self, line: str) -> None:
        """Put one line; an empty one is none to CloudWatch Logs."""
        if self._group and line:
            event = {"timestamp": int(time.time() * 1000), "message": line[:LONGEST_LINE]}
            self._client.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=[event])


class Process:
    """A container that runs: its command in the project, with these variables alone and a PATH to this interpreter.

    Raises OSError when the command cannot be started.
    """

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], container: Mapping[str, Any]) -> None:
        if not command:
            raise FileNotFoundError("neither the container nor RunTask has a command")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        environment = {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **variables, "PATH": path}
        self._patience = float(container.get("stopTimeout", STOP_SECONDS))
        self._stopping: threading.Timer | None = None
        self._signals = threading.Lock()
        self._process = subprocess.Popen(
            list(command),
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # The whole of a container ends with it.
            start_new_session=True,
        )

    def wait(self, output: Output) -> int:
        """Write its lines to the output until it ends; its exit code, as Docker has it. It has ended, too, when this raises."""
        rest = threading.Thread(target=self._end_rest, daemon=True)
        rest.start()
        try:
            for line in self._process.stdout or ():
                output.write(line.rstrip("\n"))
        finally:
            self.kill()
            rest.join()
            with self._signals:
                code = self._process.wait()
        return BY_SIGNAL - code if code < 0 else code

    def stop(self) -> None:
        """Ask it to end, as SIGTERM does, and end it when its time for that is over. Asking again changes nothing."""
        if self._stopping is None:
            self._stopping = threading.Timer(self._patience, self.kill)
            self._stopping.daemon = True
            self._stopping.start()
            self._signal(os.kill, signal.SIGTERM)

    def kill(self) -> None:
        """End it now, and what it started; harmless when it has ended."""
        if self._stopping is not None:
            self._stopping.cancel()
        self._signal(os.killpg, signal.SIGKILL)

    def _end_rest(self) -> None:
        """A container ends with its first process, whatever that one leaves behind."""
        # Not waited for in full: until then no other process can get its id.
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._signal(os.killpg, signal.SIGKILL)

    def _signal(self, send: Callable[[int, int], None], number: int) -> None:
        with self._signals, suppress(ProcessLookupError):
            if self._process.returncode is None:
                send(self._process.pid, number)
