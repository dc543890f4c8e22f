"""Clients of AWS whose answers are a test's own, each held to the service's model: what moto does not have."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.validate import ParamValidator

from runtime.common.aws import make_client

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class RefusedError(Exception):
    """Raised by an answer: the service refuses the call with this code."""

    def __init__(self, code: str, message: str = "Refused by the test.") -> None:
        super().__init__(code)
        self.document = {"__type": code, "message": message}


class Shaped:
    """A client of a JSON service; `calls` are the requests that were sent, by operation and parameters."""

    def __init__(self, service: str, answers: Mapping[str, Answer]) -> None:
        self.client = make_client(service)
        self.answers = dict(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.client.meta.events.register(f"before-send.{service}", self._send)

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        parameters = json.loads(bytes(request.body or b"{}"))
        self.calls.append((operation, parameters))
        try:
            document = self.answers[operation](parameters)
        except RefusedError as refusal:
            return _response(400, refusal.document)
        shape = self.client.meta.service_model.operation_model(operation).output_shape
        report = ParamValidator().validate(document, shape)
        assert not report.has_errors(), f"{operation} never answers that: {report.generate_report()}"
        return _response(200, document)


def _response(status: int, document: dict[str, Any]) -> AWSResponse:
    class Raw:
        def stream(self, *_: Any, **__: Any) -> Any:
            yield json.dumps(document).encode()

    return AWSResponse("https://aws", status, {"content-type": "application/x-amz-json-1.1"}, Raw())  # type: ignore[arg-type]  # botocore reads nothing else of it
