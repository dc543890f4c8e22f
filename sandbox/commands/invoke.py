"""`invoke`: runs a deployed function, and shows its answer and the end of its log."""

import argparse
import base64
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.console import Console

from sandbox.cloud import control
from sandbox.engine import deployed, preflight, settings, state
from sandbox.engine.errors import RefusedError, SandboxError
from sandbox.home import REGION, Home

FUNCTION = "aws:lambda/function:Function"
# Lambda's own limit is 15 minutes; an answer can be no later.
ANSWER_SECONDS = 15 * 60 + 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "name", help="the function: its name in the program, such as database-backup, or its name in the cloud"
    )
    parser.add_argument(
        "--event", type=Path, metavar="FILE", help="the event as JSON; - reads it from the input (default: {})"
    )
    parser.add_argument("--stack", default="development", help="which stack (default: development)")


def run(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Invoke the function; 0 when it answered, 1 when it raised."""
    preflight.pin(home)
    event = _event(options.event)
    project = settings.project_name()
    deployed.check(home, project, options.stack)
    if control.status(home).state != "running":
        raise RefusedError("nothing is deployed: `make up` first")
    name = find(state.read(home, project, options.stack), options.name)
    try:
        answer = _lambda(home).invoke(FunctionName=name, Payload=event, LogType="Tail")
    except ClientError as error:
        raise SandboxError(f"{name} could not be invoked: {error}") from error
    return _show(console, name, answer)


def find(found: state.State, name: str) -> str:
    """The name in the cloud of the function that the program or the cloud calls `name`.

    Raises:
        RefusedError: there is none, or there are several; the functions that exist.
    """
    functions = {str(r.get("id")): str(r["urn"]).rsplit("::", 1)[-1] for r in found.live if r["type"] == FUNCTION}
    exact = [physical for physical, logical in functions.items() if name in {physical, logical}]
    # The program puts the stack's prefix before a name, such as jobr-development-database-backup.
    matches = exact or [physical for physical, logical in functions.items() if logical.endswith(f"-{name}")]
    if len(matches) == 1:
        return matches[0]
    known = "\n".join(f"  {logical}  ({physical})" for physical, logical in sorted(functions.items())) or "  none"
    raise RefusedError(f"there is no function {name!r}; deployed are:\n{known}")


def _event(file: Path | None) -> bytes:
    try:
        text = "{}" if file is None else sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return json.dumps(json.loads(text)).encode()
    except OSError as error:
        raise RefusedError(f"the event {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RefusedError(f"the event {file} is no JSON: {error}") from error


def _lambda(home: Home) -> Any:
    return boto3.client(
        "lambda",
        region_name=REGION,
        endpoint_url=home.endpoint,
        verify=str(home.certificate_authority),
        config=Config(read_timeout=ANSWER_SECONDS, retries={"max_attempts": 0}),
    )


def _show(console: Console, name: str, answer: dict[str, Any]) -> int:
    log = base64.b64decode(answer.get("LogResult") or b"").decode(errors="replace").rstrip()
    failed = answer.get("FunctionError")
    # The log goes to the error stream, so that the answer alone can be piped on.
    errors = Console(stderr=True, emoji=False)
    if log:
        errors.print(log, style="dim", markup=False, highlight=False, soft_wrap=True)
    payload = answer["Payload"].read().decode()
    with contextlib.suppress(ValueError):
        payload = json.dumps(json.loads(payload), indent=2)
    console.print(payload, markup=False, highlight=False, soft_wrap=True)
    if failed:
        errors.print(f"error: {name} failed ({failed})", style="red", markup=False, highlight=False)
    return 1 if failed else 0
