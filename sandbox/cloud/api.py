"""The calls of the sandbox itself, under /sandbox/. They are unsigned, so a bucket named "sandbox" is still reached by signed ones."""

import json
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from botocore.exceptions import ParamValidationError
from moto.ecs.exceptions import ECSException

from sandbox.cloud.extensions import service_deployments
from sandbox.cloud.once import Once


class SandboxCalls:
    """WSGI middleware that answers the sandbox's own calls, and passes all else on.

    `GET /sandbox/status`, `POST /sandbox/forget`, and `POST /sandbox/service-deployments`, by which a test acts for ECS.
    """

    def __init__(self, app: Once, identity: dict[str, Any]) -> None:
        self.app = app
        self.identity = identity

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if not path.startswith("/sandbox/") or "HTTP_AUTHORIZATION" in environ:
            return self.app(environ, start_response)
        match environ["REQUEST_METHOD"], path:
            case "GET", "/sandbox/status":
                status, answer = "200 OK", self._status()
            case "POST", "/sandbox/forget":
                status, answer = self._forget(environ)
            case "POST", "/sandbox/service-deployments":
                status, answer = self._walk(environ)
            case method, _:
                status, answer = "404 Not Found", {"message": f"the sandbox has no call {method} {path}"}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _status(self) -> dict[str, Any]:
        """The random identity of this run, its process id and its uptime in seconds."""
        return self.identity | {"uptime": time.time() - self.identity["started"]}

    def _forget(self, environ: WSGIEnvironment) -> tuple[str, dict[str, Any]]:
        try:
            prefix = json.loads(environ["wsgi.input"].read())["prefix"]
        except (ValueError, KeyError, TypeError):
            return "400 Bad Request", {"message": 'the body must be JSON such as {"prefix": "stack/"}'}
        if not isinstance(prefix, str):
            return "400 Bad Request", {"message": "the prefix must be a string"}
        return "200 OK", {"forgotten": self.app.forget(prefix)}

    def _walk(self, environ: WSGIEnvironment) -> tuple[str, dict[str, Any]]:
        """Members of AWS's ServiceDeployment, by `serviceDeploymentArn`; what it is then."""
        try:
            members = json.loads(environ["wsgi.input"].read())
            walked = service_deployments.walk(members.pop("serviceDeploymentArn"), members)
        except (ValueError, KeyError, AttributeError, ParamValidationError) as error:
            return "400 Bad Request", {"message": f"the body must be JSON of a ServiceDeployment: {error}"}
        except ECSException as error:
            return "409 Conflict", {"message": str(error)}
        return "200 OK", {name: str(value) for name, value in walked.items()}
