"""A function of the embedded Lambda is run: its code found, its environment made, its log written."""

import os
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from sandbox.cloud import clients
from sandbox.cloud.functions import images
from sandbox.cloud.functions.logs import LogStream
from sandbox.cloud.functions.process import Call, run
from sandbox.home import Home

_running: Counter[str] = Counter()
_running_lock = Lock()


class InvocationError(Exception):
    """The function could not even be started: no code, no handler, a runtime that is not here."""


class ThrottledError(Exception):
    """The function's reserved concurrency is used up."""


@dataclass(frozen=True)
class Answer:
    """What an invocation brought: the payload, whether it is an error, and the last 4 KB of the log."""

    request_id: str
    payload: bytes
    failed: bool
    tail: bytes


def invoke(
    home: Home, function: Any, event: bytes, request_id: str | None = None, client_context: str | None = None
) -> Answer:
    """Run the function (moto's object) with the event, to its end or its timeout.

    An InvocationError when it cannot be started, a ThrottledError when its reserved concurrency is used up.
    """
    request_id = request_id or str(uuid4())
    with _slot(function):
        task_root, handler = _code(home, function)
        log = LogStream(function)
        call = Call(
            request_id=request_id,
            arn=function.function_arn,
            handler=handler,
            task_root=task_root,
            environment=_environment(home, function, task_root, handler, log),
            timeout=int(function.timeout),
            event=event or b"{}",
            client_context=client_context,
        )
        log.start(request_id, str(function.version))
        outcome = run(call, log.write)
        log.end(request_id, outcome, int(function.memory_size))
    return Answer(request_id, outcome.payload, outcome.failed, log.tail())


@contextmanager
def _slot(function: Any) -> Iterator[None]:
    name, limit = function.function_name, function.reserved_concurrency
    with _running_lock:
        if limit is not None and _running[name] >= int(limit):
            raise ThrottledError("Rate Exceeded.")
        _running[name] += 1
    try:
        yield
    finally:
        with _running_lock:
            _running[name] -= 1


def _code(home: Home, function: Any) -> tuple[Path, str]:
    """The folder of the function's code and the handler in it."""
    if function.package_type == "Image":
        command = function.image_config.cmd
        if not command:
            raise InvocationError(f"{function.function_name} declares no command (image_config.commands): no handler")
        try:
            context = images.context_of(clients.client("ecr"), function.code["ImageUri"])
        except LookupError as error:
            raise InvocationError(str(error)) from error
        if not context.is_dir():
            raise InvocationError(f"the build context {context} of {function.function_name} is gone")
        return context, command[0]
    if not (function.run_time or "").startswith("python"):
        raise InvocationError(f"the embedded cloud runs Python functions only, not {function.run_time}")
    return _unpacked(home, function), function.handler


def _unpacked(home: Home, function: Any) -> Path:
    """The folder with the function's zip file; each version of the code is unpacked once."""
    folder = home.root / "functions" / str(function.code_digest)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        with zipfile.ZipFile(BytesIO(function.code_bytes)) as archive:
            archive.extractall(draft)
        draft.chmod(0o755)
        draft.rename(folder)
    except zipfile.BadZipFile as error:
        raise InvocationError(f"the code of {function.function_name} is no zip file") from error
    except OSError:
        # Another invocation was first; anything else is a reason.
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _environment(home: Home, function: Any, task_root: Path, handler: str, log: LogStream) -> dict[str, str]:
    """The declared variables, those that Lambda reserves, and what stands in for the image's own.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    image = {
        "PATH": f"{home.root / 'image-bin'}{os.pathsep}/usr/local/bin:/usr/bin:/bin",
        "PGSSLROOTCERT": str(home.certificate_authority),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    reserved = {
        "_HANDLER": handler,
        "LAMBDA_TASK_ROOT": str(task_root),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": log.group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log.name,
    }
    declared_logging = getattr(function, "logging_config", None) or {}
    if declared_logging.get("LogFormat") == "JSON":
        reserved["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        reserved["AWS_LAMBDA_LOG_LEVEL"] = declared_logging.get("ApplicationLogLevel", "INFO")
    if function.package_type == "Zip":
        reserved["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{function.run_time}"
    return image | (function.environment_vars or {}) | reserved | home.environment()
