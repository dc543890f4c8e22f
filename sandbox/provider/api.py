"""Calls to the embedded cloud: checked clients, once-tokens, readable errors."""

import contextlib
import contextvars
import hashlib
import json
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from sandbox.home import ACCOUNT_ID, REGION, Home
from sandbox.provider import checks

_once: contextvars.ContextVar[str | None] = contextvars.ContextVar("once", default=None)
_call: contextvars.ContextVar[str | None] = contextvars.ContextVar("call", default=None)
_READS = ("describe_", "get_", "list_", "head_")


class CloudError(Exception):
    """A call failed: the service's code and message, without the request."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code


class Cloud:
    """The embedded cloud as the provider sees it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.region = REGION  # the provider's own setting replaces it before the first call
        self.account_id = ACCOUNT_ID
        core = botocore.session.get_session()
        checks.install(core)
        self._session = boto3.Session(
            botocore_session=core,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",  # noqa: S106 - the embedded cloud takes any
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """A client of the service, pinned to the embedded cloud; one per service."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._new_client(service)
            return self._clients[service]

    def _new_client(self, service: str) -> Any:
        make: Any = self._session.client  # the stubs want each service's name as a literal
        client = make(
            service,
            region_name=self.region,
            endpoint_url=self.home.endpoint,
            verify=str(self.home.certificate_authority),
            config=Config(retries={"max_attempts": 0}, max_pool_connections=32, s3={"addressing_style": "path"}),
        )
        client.meta.events.register("before-sign", _add_once_token)
        return client

    def model(self, service: str, operation: str) -> OperationModel:
        """Botocore's model of an operation that is named as boto3 names it."""
        meta = self.client(service).meta
        model: OperationModel = meta.service_model.operation_model(meta.method_to_api_mapping[operation])
        return model

    def call(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer without its metadata.

        Raises:
            CloudError: the service refused, or could not be reached.
        """
        reset = _call.set(_token(operation, params))
        try:
            answer: dict[str, Any] = getattr(self.client(service), operation)(**params)
        except ClientError as error:
            details = error.response.get("Error", {})
            raise CloudError(operation, str(details.get("Code", "?")), str(details.get("Message", error))) from error
        except checks.RequestRefused as error:
            raise CloudError(operation, "RequestRefused", str(error)) from error
        except BotoCoreError as error:
            raise CloudError(operation, type(error).__name__, str(error)) from error
        finally:
            _call.reset(reset)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    def forget_once(self, prefix: str) -> None:
        """Lets the once-tokens that begin so be used again: their resource is gone."""
        request = urllib.request.Request(  # noqa: S310  # the home's own https endpoint
            f"{self.home.endpoint}/sandbox/forget",
            data=json.dumps({"prefix": prefix}).encode(),
            headers={"Content-Type": "application/json"},
        )
        context = ssl.create_default_context(cafile=str(self.home.certificate_authority))
        with urllib.request.urlopen(request, context=context, timeout=30):  # noqa: S310  # as above
            pass


@contextlib.contextmanager
def once(token: str) -> Iterator[None]:
    """Every call inside happens once for this token, even when the same `up` is killed and run again."""
    reset = _once.set(token)
    try:
        yield
    finally:
        _once.reset(reset)


def _token(operation: str, params: dict[str, Any]) -> str | None:
    if _once.get() is None or operation.startswith(_READS):
        return None
    fingerprint = hashlib.sha256(json.dumps(params, sort_keys=True, default=str).encode()).hexdigest()[:24]
    return f"{_once.get()}#{operation}#{fingerprint}"


def _add_once_token(request: AWSRequest, **_: Any) -> None:
    token = _call.get()
    if token:
        request.headers["X-Sandbox-Once"] = token
