"""`python -m sandbox.rehearsal.function_host HANDLER`: one warm environment of a function, as Lambda keeps them, on the rehearsal's clock.

It answers one invocation for each line of its standard input, with one line on its standard output. Its environment is the function's.
What the function writes goes to standard error.
"""

import importlib
import json
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from runtime.common.clock import Clock
from runtime.deployments.door import serve
from runtime.deployments.hearing import Hook, Tools
from sandbox.provider.checks import install_default_session
from sandbox.rehearsal.pace import Pace


@dataclass
class Context:
    """What Lambda hands over beside the event. Its time is the wall's: the function works no faster than elsewhere."""

    seconds: float
    begun: float
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda would end it."""
        return int((self.begun + self.seconds - time.monotonic()) * 1000)


def invoke(handler: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to an invocation: `payload`, and whether it is an error that the function raised."""
    pace = Pace.read(request["pace"])
    tools = Tools(clock=Clock(now=pace.clock.now))
    context = Context(request["seconds"], time.monotonic(), str(uuid4()))
    try:
        answer = _door(handler, pace)(request["event"], context, tools)
    except Exception as error:  # noqa: BLE001  # Lambda answers with it
        traceback.print_exc()
        return {"payload": {"errorType": type(error).__name__, "errorMessage": str(error)}, "failed": True}
    return {"payload": answer, "failed": False}


def _door(handler: str, pace: Pace) -> Callable[[Any, Context, Tools], Any]:
    """The handler's own code with its tools handed in: a hook by the common door, all others by their `run`."""
    module: Any = importlib.import_module(handler.rpartition(".")[0])
    for value in vars(module).values():
        if isinstance(value, Hook) and not hasattr(module, "run"):
            hook: Hook[Any] = value
            return lambda event, context, tools: serve(event, context, hook, tools)
    if "pause" in module.run.__annotations__:
        return lambda event, context, tools: module.run(event, context, tools, pace.sleep)
    run: Callable[[Any, Context, Tools], Any] = module.run
    return run


def main(handler: str) -> None:
    """Serve until standard input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    install_default_session()
    importlib.import_module(handler.rpartition(".")[0])
    for line in sys.stdin:
        print(json.dumps(invoke(handler, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
