"""The roles function's door: the environment in, what it changed out. A deployment calls it on every change, and whoever likes."""

import sys
from typing import Any, Protocol

from runtime.common.aws import secrets_manager_client
from runtime.common.clock import Clock
from runtime.common.errors import OperationError, SecretError, UnexpectedError
from runtime.common.logging import JsonLog, Redactor
from runtime.common.postgres import Connection, Tls
from runtime.common.secrets import read_credentials
from runtime.database_roles.apply import Report, apply
from runtime.database_roles.roles import Role
from runtime.database_roles.settings import DatabaseRolesSettings


class Context(Protocol):
    """What Lambda hands to a function beside the event."""

    aws_request_id: str


def handle(_event: object, context: Context) -> dict[str, Any]:
    """Make the database's roles and grants what the data says; the event does not matter.

    Returns changes and warnings, lists of sentences. Raises OperationError with no secret in it.
    """
    redactor = Redactor()
    log = JsonLog(sys.stdout, Clock(), redactor, {"function": "database-roles", "request_id": context.aws_request_id})
    try:
        report = run(DatabaseRolesSettings.from_environment(), secrets_manager_client(), Tls.verified(), redactor)
    except OperationError as error:
        raise _failed(log, redactor, error) from None
    except Exception as error:  # noqa: BLE001  # whatever it is, its text is masked before Lambda logs it
        raise _failed(log, redactor, UnexpectedError(f"{type(error).__name__}: {error}")) from None
    result = {"changes": list(report.changes), "warnings": list(report.warnings)}
    log.info("roles applied", **result)
    return result


def run(settings: DatabaseRolesSettings, secrets_manager: Any, tls: Tls, redactor: Redactor) -> Report:
    """Read the secrets and apply the roles. Raises SecretError, SettingsError or DatabaseError."""
    tls.check()

    def login(arn: str, username: str | None) -> Connection:
        credentials = read_credentials(secrets_manager, arn)
        redactor.learn(credentials.password.get_secret_value())
        if username is not None and credentials.username != username:
            raise SecretError(
                f"The secret {arn} is for {credentials.username}, and not for {username}: deploy the stack again."
            )
        return Connection(
            host=settings.database_host,
            port=settings.database_port,
            database=settings.database_name,
            user=credentials.username,
            password=credentials.password.get_secret_value(),
            tls=tls,
        )

    logins = {role: login(settings.secret_arn(role), role.username) for role in Role}
    return apply(login(settings.master_secret_arn, None), logins, settings.maximum_connections)


def _failed(log: JsonLog, redactor: Redactor, error: OperationError) -> OperationError:
    text = redactor.text(str(error))
    log.error("roles not applied", error=type(error).__name__, message=text)
    error.args = (text,)
    return error
