"""The calls of the sandbox itself, under /sandbox/. They are unsigned, so a bucket named "sandbox" is still reached by signed ones."""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from botocore.exceptions import ParamValidationError
from moto.ecs.exceptions import ECSException

from sandbox.cloud.extensions import one_off_tasks, service_deployments
from sandbox.cloud.once import Once


class SandboxCalls:
    """WSGI middleware that answers the sandbox's own calls, and passes all else on.

    `GET /sandbox/status`, `POST /sandbox/forget`, and two calls by which a test or a rehearsal acts for ECS and for Fargate:
    `POST /sandbox/service-deployments` and `POST /sandbox/tasks`.
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
                status, answer = _act(environ, "ServiceDeployment", "serviceDeploymentArn", service_deployments.walk)
            case "POST", "/sandbox/tasks":
                status, answer = _act(environ, "Task", "taskArn", one_off_tasks.report)
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


def _act(
    environ: WSGIEnvironment, shape: str, name: str, change: Callable[[str, dict[str, Any]], dict[str, Any]]
) -> tuple[str, dict[str, Any]]:
    """Members of a shape of ECS's, by its ARN; what they are then."""
    try:
        members = json.loads(environ["wsgi.input"].read())
        changed = change(members.pop(name), members)
    except (ValueError, KeyError, AttributeError, ParamValidationError) as error:
        return "400 Bad Request", {"message": f"the body must be JSON of a {shape} with its {name}: {error}"}
    except ECSException as error:
        return "409 Conflict", {"message": str(error)}
    return "200 OK", {member: str(value) for member, value in changed.items()}
