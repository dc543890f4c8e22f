"""The stack's functions as a rehearsal invokes them: warm environments on the rehearsal's clock, or the embedded Lambda itself."""

import json
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from sandbox.home import PROJECT
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.pace import Pace

# What the functions write, in the home's folder.
LOG = "functions.log"


@dataclass(frozen=True)
class Reply:
    """What Lambda's Invoke answers: the payload, and whether the function failed instead of answering."""

    payload: bytes
    failed: bool = False


class Invoker(Protocol):
    """Invokes functions by their ARNs."""

    def warm(self, arn: str) -> None:
        """Have the function ready, where that can be done."""

    def invoke(self, arn: str, event: Mapping[str, Any], *, hang: bool = False, crash: bool = False) -> Reply:
        """Invoke it and wait for its answer."""

    def forget(self, arn: str) -> None:
        """Its configuration has changed."""

    def end(self) -> None:
        """Keep nothing of it."""


class EmbeddedLambda:
    """By the embedded account's own Lambda, a process for each invocation, on the wall's clock: for rehearsals in real time."""

    def __init__(self, account: Account) -> None:
        self._client = account.client("lambda")

    def warm(self, arn: str) -> None:
        """Lambda warms nothing here."""

    def invoke(self, arn: str, event: Mapping[str, Any], *, hang: bool = False, crash: bool = False) -> Reply:
        """Invoke it and wait for its answer. Nothing hangs or crashes here on request."""
        if hang or crash:
            raise RehearsalError(
                "the embedded Lambda neither hangs nor crashes on request: rehearse it faster than the wall's clock"
            )
        answer = self._client.invoke(FunctionName=arn, Payload=json.dumps(event))
        return Reply(answer["Payload"].read(), "FunctionError" in answer)

    def forget(self, arn: str) -> None:
        """Nothing of it is kept."""

    def end(self) -> None:
        """Nothing is kept."""


@dataclass
class _Function:
    """What the account says of a function, and its environments that wait for work."""

    handler: str
    timeout: float
    environment: Mapping[str, str]
    idle: list["_Environment"] = field(default_factory=list)


class WarmFunctions:
    """In processes that stay, as Lambda's environments do, so that no start of Python takes minutes of a fast clock.

    Handler, timeout and environment are those that the account has when a function is first used.
    """

    def __init__(self, account: Account, pace: Pace, extra: Mapping[str, str]) -> None:
        """`extra` is what the image has: variables of every function."""
        self._account = account
        self._pace = pace
        self._extra = extra
        self._lock = threading.Lock()
        self._functions: dict[str, _Function] = {}
        self._all: list[_Environment] = []

    def warm(self, arn: str) -> None:
        """Start an environment of it."""
        function = self._function(arn)
        environment = self._free(function)
        with self._lock:
            function.idle.append(environment)

    def invoke(self, arn: str, event: Mapping[str, Any], *, hang: bool = False, crash: bool = False) -> Reply:
        """Invoke it and wait for its answer, at most for the function's timeout of the wall.

        Args:
            arn: the function.
            event: what it is given.
            hang: it never answers, and Lambda ends it after its timeout of the rehearsal's clock.
            crash: its process is killed while it works.
        """
        function = self._function(arn)
        environment = self._free(function)
        request = {"event": event, "seconds": function.timeout, "pace": self._pace.tell()}
        if hang:
            environment.end()
            self._pace.sleep(function.timeout)
            return _error("Sandbox.Timedout", f"Task timed out after {function.timeout:g} seconds")
        reply = environment.ask(request, function.timeout, crash=crash)
        if reply is None:
            environment.end()
            return _error("Runtime.ExitError", "Runtime exited without providing a reason")
        with self._lock:
            function.idle.append(environment)
        return reply

    def forget(self, arn: str) -> None:
        """Its configuration has changed: environments of before serve no more."""
        with self._lock:
            self._functions.pop(arn, None)

    def end(self) -> None:
        """End every environment."""
        with self._lock:
            environments, self._all = self._all, []
            self._functions.clear()
        for environment in environments:
            environment.end()

    def _function(self, arn: str) -> _Function:
        with self._lock:
            if arn not in self._functions:
                found = self._account.client("lambda").get_function_configuration(FunctionName=arn)
                self._functions[arn] = _Function(
                    handler=self._handler(found),
                    timeout=float(found["Timeout"]),
                    environment={**self._extra, **found["Environment"]["Variables"]},
                )
            return self._functions[arn]

    @staticmethod
    def _handler(found: Mapping[str, Any]) -> str:
        return str(found["ImageConfigResponse"]["ImageConfig"]["Command"][0])

    def _free(self, function: _Function) -> "_Environment":
        with self._lock:
            if function.idle:
                return function.idle.pop()
        made = _Environment.start(function, self._account)
        with self._lock:
            self._all.append(made)
        return made


@dataclass
class _Environment:
    """A process that serves one function, one invocation at a time."""

    process: subprocess.Popen[bytes]
    asks: IO[bytes]
    answers: IO[bytes]

    @classmethod
    def start(cls, function: _Function, account: Account) -> "_Environment":
        variables = {**account.home.environment(), **function.environment}
        with (account.home.root / LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.rehearsal.function_host", function.handler],
                cwd=PROJECT,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        if process.stdin is None or process.stdout is None:
            raise RehearsalError("the function's process has no pipes")
        return cls(process, process.stdin, process.stdout)

    def ask(self, request: Mapping[str, Any], seconds: float, *, crash: bool) -> Reply | None:
        """The answer; None when the process ended without one, or did not answer in time."""
        try:
            self.asks.write(json.dumps(request).encode() + b"\n")
            self.asks.flush()
        except BrokenPipeError:
            return None
        if crash:
            self.process.kill()
        if not select.select([self.answers], [], [], seconds)[0]:
            return None
        line = self.answers.readline()
        if not line:
            return None
        answer = json.loads(line)
        return Reply(json.dumps(answer["payload"]).encode(), answer["failed"])

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        self.asks.close()
        self.answers.close()


def _error(kind: str, message: str) -> Reply:
    return Reply(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)
