"""The process of one invocation: AWS's own Lambda runtime for Python, fed with one event.

Started as `python bootstrap.py HANDLER FOLDER DESCRIPTOR` with the task's folder as working directory. FOLDER holds
`event` and `request.json`; the answer is left in `answer`, with its kind in `kind`. One byte on DESCRIPTOR says that the
handler is loaded, when AWS starts to count the timeout.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

PROJECT = Path(__file__).resolve().parents[3]


def main() -> None:
    """Install the request checks, load the handler, run it once."""
    handler, folder, descriptor = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    # The script's own folder came first; it would shadow modules of the task.
    sys.path[0] = str(PROJECT)
    importlib.import_module("sandbox.provider.checks").install_default_session()
    # In the place of the project, whose packages are no part of the function.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    bootstrap: Any = importlib.import_module("awslambdaric.bootstrap")
    bootstrap.run(handler, _client(folder, descriptor))


def _client(folder: Path, descriptor: int) -> Any:
    """A client of the Lambda runtime interface that reads and writes files instead of calling the Runtime API."""
    module: Any = importlib.import_module("awslambdaric.lambda_runtime_client")

    def answer(kind: str, body: str | bytes) -> None:
        (folder / "answer").write_bytes(body.encode() if isinstance(body, str) else body)
        (folder / "kind").write_text(kind)

    class Client(module.LambdaRuntimeClient):  # type: ignore[misc]  # awslambdaric has no types
        def post_init_error(self, error_response_data: Any, error_type_override: str | None = None) -> None:
            del error_type_override
            answer("error", json.dumps(error_response_data))

        def wait_next_invocation(self) -> Any:
            if (folder / "kind").exists():
                _freeze()
            request = json.loads((folder / "request.json").read_text())
            deadline = int((time.time() + request["timeout"]) * 1000)
            os.write(descriptor, b"R")
            return module.InvocationRequest(
                invoke_id=request["id"],
                x_amzn_trace_id=None,
                invoked_function_arn=request["arn"],
                deadline_time_in_ms=deadline,
                client_context=request["client_context"],
                cognito_identity=None,
                tenant_id=None,
                content_type="application/json",
                event_body=(folder / "event").read_bytes(),
                invocation_id=None,
            )

        def post_invocation_result(
            self, invoke_id: str, result_data: Any, content_type: str = "", invocation_id: Any = None
        ) -> None:
            del invoke_id, content_type, invocation_id
            answer("result", result_data)

        def post_invocation_error(
            self, invoke_id: str, error_response_data: str, xray_fault: Any, invocation_id: Any = None
        ) -> None:
            del invoke_id, xray_fault, invocation_id
            answer("error", error_response_data)

    return Client("")


def _freeze() -> NoReturn:
    """AWS freezes the environment after the answer: whatever threads the function left behind do not go on."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
