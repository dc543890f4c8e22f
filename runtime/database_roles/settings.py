"""The roles function's environment, declared once: the function reads it, infra renders it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from runtime.common.environment import EnvironmentSettings
from runtime.database_roles.roles import Role

SecretArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$")]


class DatabaseRolesSettings(EnvironmentSettings):
    """What the roles function needs to know; each secret is one of JSON with username and password."""

    environment: str = Field(min_length=1, description="The stack's name, such as production")
    database_host: str = Field(min_length=1, description="The primary's host name, which its certificate carries")
    database_port: int = Field(default=5432, ge=1, le=65535)
    # 63 bytes: NAMEDATALEN - 1, https://www.postgresql.org/docs/18/limits.html
    database_name: str = Field(min_length=1, max_length=63)
    maximum_connections: int = Field(ge=1, description="The server's max_connections")
    master_secret_arn: SecretArn = Field(description="The login that makes the others")
    application_secret_arn: SecretArn
    migrations_secret_arn: SecretArn
    read_only_secret_arn: SecretArn
    backup_secret_arn: SecretArn
    replication_secret_arn: SecretArn

    def secret_arn(self, role: Role) -> str:
        """The secret of one login."""
        arn: str = getattr(self, secret_field(role))
        return arn


def secret_field(role: Role) -> str:
    """The field that names the secret of one login."""
    return f"{role.value.replace('-', '_')}_secret_arn"
