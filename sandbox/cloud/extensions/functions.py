"""Lambda functions run for real: moto's own runner needs Docker, or echoes.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.awslambda_simple.models import LambdaSimpleBackend

from sandbox.cloud.functions import queue
from sandbox.cloud.functions.invocation import InvocationError, ThrottledError, invoke
from sandbox.cloud.patching import replace
from sandbox.home import Home

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, in bytes.
REQUEST_LIMIT = 6_291_456
EVENT_LIMIT = 1_048_576
REQUEST_ID = "x-sandbox-request-id"


def install(home: Home) -> None:
    """Give Invoke, and every other way into a function, the real invocation."""

    def answer(response: LambdaResponse) -> tuple[int, dict[str, str], bytes]:
        return _answer(home, response)

    def deliver(function: LambdaFunction, body: Any, *_: Any) -> bytes:
        """S3, Logs and other services of moto invoke functions themselves; on AWS they do it asynchronously."""
        queue.submit(home, function, body.encode() if isinstance(body, str) else body)
        return b""

    def enrich(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
        """The id of an invocation is the id of its request; moto makes another one."""
        request_id = headers.pop(REQUEST_ID, None)
        headers, body = original(headers, body)
        return headers | ({"x-amzn-requestid": request_id} if request_id else {}), body

    original = replace(LambdaResponse, "_enrich_response", staticmethod(enrich))
    replace(LambdaResponse, "invoke", answer)
    replace(LambdaFunction, "invoke", deliver)
    replace(LambdaSimpleBackend, "invoke", LambdaBackend.invoke)


def shut_down() -> None:
    """Give up what is queued."""
    queue.shut_down()


def _answer(home: Home, response: LambdaResponse) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an Invoke."""
    kind = response.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    name = unquote(response.path.rsplit("/", 2)[-2])
    function = response.backend.get_function(name, response._get_param("Qualifier"))  # noqa: SLF001 - as moto's own
    event = response.body.encode() if isinstance(response.body, str) else bytes(response.body or b"")
    _check(event, EVENT_LIMIT if kind == "Event" else REQUEST_LIMIT)
    if kind == "DryRun":
        return 204, {"status": "204"}, b""
    context = response.headers.get("X-Amz-Client-Context")
    decoded = base64.b64decode(context).decode() if context else None
    if kind == "Event":
        return 202, {"status": "202", REQUEST_ID: queue.submit(home, function, event, decoded)}, b""
    try:
        result = invoke(home, function, event, client_context=decoded)
    except InvocationError as error:
        raise LambdaClientError("InvalidParameterValueException", str(error)) from error
    except ThrottledError as error:
        throttled = LambdaClientError("TooManyRequestsException", str(error))
        throttled.code = 429
        raise throttled from error
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": str(function.version),
        REQUEST_ID: result.request_id,
    }
    if result.failed:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if response.headers.get("X-Amz-Log-Type") == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode(result.tail).decode()
    return 200, headers, result.payload


def _check(event: bytes, limit: int) -> None:
    if len(event) > limit:
        error = LambdaClientError(
            "RequestTooLargeException", f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
        )
        error.code = 413
        raise error
    try:
        json.loads(event or b"{}")
    except ValueError as error:
        raise LambdaClientError(
            "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error
