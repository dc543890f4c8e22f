"""The database's credentials from Secrets Manager."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from runtime.common.errors import SecretError

REMEDIES = {
    "ResourceNotFoundException": "there is no such secret, or it has no value yet: deploy the stack that makes it",
    "AccessDeniedException": "the function's role lacks secretsmanager:GetSecretValue on it, or kms:Decrypt on its key",
    "DecryptionFailure": "the function's role lacks kms:Decrypt on the secret's key",
    "InvalidRequestException": "the secret is scheduled for deletion: restore it with `aws secretsmanager restore-secret`",
}


class Credentials(BaseModel):
    """Who logs in to the database. A password that is printed shows as asterisks."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)

    username: str = Field(min_length=1)
    password: SecretStr = Field(min_length=1)


def read_secret(client: Any, secret: str, stage: str = "", version: str = "") -> str:
    """The text of `secret` (ARN), of its current version unless a version's stage or id is named. Raises SecretError, which names the secret."""
    which = {name: value for name, value in (("VersionStage", stage), ("VersionId", version)) if value}
    try:
        answer = client.get_secret_value(SecretId=secret, **which)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown error")
        raise SecretError(
            f"The secret {secret} cannot be read ({code}): {REMEDIES.get(code, 'see the code')}."
        ) from None
    except BotoCoreError as error:
        raise SecretError(f"Secrets Manager cannot be reached for {secret} ({type(error).__name__}): {error}") from None
    return str(answer.get("SecretString") or "")


def read_credentials(client: Any, secret: str) -> Credentials:
    """The current username and password in `secret` (ARN), read with a Secrets Manager client.

    Raises SecretError, which names the secret and never shows what is in it.
    """
    text = read_secret(client, secret)
    try:
        return Credentials.model_validate_json(text)
    except ValidationError as error:
        wrong = sorted({str(problem["loc"][0]) if problem["loc"] else "the JSON itself" for problem in error.errors()})
    raise SecretError(
        f'The secret {secret} must be JSON such as {{"username": …, "password": …}}; wrong in it: {", ".join(wrong)}.'
    )
