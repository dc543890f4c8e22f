"""What the steps work with: clients, clock and settings, handed in."""

from dataclasses import dataclass

from runtime.common.aws import Clients
from runtime.common.clock import Clock
from runtime.common.logging import Redactor
from runtime.common.postgres import Connection, Tls
from runtime.common.secrets import read_credentials
from runtime.deployments.migrations.settings import MigrationSettings


@dataclass(frozen=True)
class Tools:
    """Everything that a step needs beside the progress."""

    settings: MigrationSettings
    aws: Clients
    clock: Clock
    tls: Tls
    redactor: Redactor

    def login(self) -> Connection:
        """The migrations' login; its password is masked from now on. Raises SecretError."""
        credentials = read_credentials(self.aws.get("secretsmanager"), self.settings.migrations_secret_arn)
        password = credentials.password.get_secret_value()
        self.redactor.learn(password)
        return Connection(
            host=self.settings.database_host,
            port=self.settings.database_port,
            database=self.settings.database_name,
            user=credentials.username,
            password=password,
            tls=self.tls,
        )
