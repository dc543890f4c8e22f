"""Every request is checked before it leaves, by AWS's service model and by CloudFormation's rules, all problems at once.

install(session)            every client that the botocore session makes from now on refuses bad requests
install_default_session()   the same for boto3's default session
check(service, operation, params)   the problems, without a client
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel

from sandbox.provider.checks import cloudformation, documented, model
from sandbox.provider.checks.problem import Problem, RequestRefused, Unknown, WrongType

__all__ = ["Problem", "RequestRefused", "Unknown", "check", "install", "install_default_session"]


def check(service: str, operation: str, params: Mapping[str, Any], *, partial: bool = False) -> list[Problem]:
    """The problems of a request, sorted as its members are; an empty list for one that may be sent.

    Args:
        service: botocore's name of the service, such as "rds" or "elbv2".
        operation: the API's name of the operation, such as "CreateDBInstance".
        params: the request's members.
        partial: accept `Unknown` anywhere and do not ask for required members, as in a preview.
    """
    return _problems(_service(service).operation_model(operation), params, partial=partial)


def install(session: botocore.session.Session) -> None:
    """Checks every request of every client that the session makes from now on; RequestRefused names all problems."""
    emitter = session.get_component("event_emitter")
    # Last, so that it sees what other handlers filled in: idempotency tokens, encoded keys, checksums.
    emitter.register_last("before-parameter-build", _refuse, unique_id="sandbox-checks")


def install_default_session() -> None:
    """Checks every request of every client that boto3's default session makes from now on."""
    import boto3  # noqa: PLC0415 only function processes use it

    boto3.setup_default_session()
    session = boto3.DEFAULT_SESSION
    if session is not None:
        install(session._session)  # noqa: SLF001 boto3 offers no other way to its botocore session


def _refuse(params: Mapping[str, Any], model: OperationModel, **_: Any) -> None:
    found = _problems(model, params, partial=False)
    if found:
        raise RequestRefused(model.service_model.service_name, model.name, found)


def _problems(operation: OperationModel, params: Mapping[str, Any], *, partial: bool) -> list[Problem]:
    service = operation.service_model.service_name
    found = model.problems(operation, params, partial=partial)
    if any(isinstance(problem, WrongType) for problem in found):
        return found  # the other checks rely on the types
    found += documented.problems(service, operation.name, params)
    known = {problem.path for problem in found}
    return found + [
        problem
        for problem in cloudformation.problems(service, operation, params, partial=partial)
        if problem.path not in known
    ]


@lru_cache(maxsize=64)
def _service(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)
