"""DB instances of a running embedded cloud, made by boto3 and used by psycopg."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from sandbox.cloud.postgres import leftovers
from sandbox.cloud.postgres.installation import Installation, prepare
from sandbox.home import Home

USER, PASSWORD = "jobr", "a-password-of-a-test"


@dataclass(frozen=True)
class Bench:
    """RDS of one embedded cloud."""

    home: Home
    rds: Any

    @property
    def installation(self) -> Installation:
        return prepare(self.home)

    def create(self, identifier: str, **more: Any) -> dict[str, Any]:
        """Send the smallest request that AWS takes, with more members; the answer."""
        request = {
            "DBInstanceIdentifier": identifier,
            "DBInstanceClass": "db.t4g.micro",
            "Engine": "postgres",
            "EngineVersion": "18.4",
            "AllocatedStorage": 20,
            "MasterUsername": USER,
            "MasterUserPassword": PASSWORD,
            "DBName": "app",
            "BackupRetentionPeriod": 1,
        }
        return dict(self.rds.create_db_instance(**request | more)["DBInstance"])

    def available(self, identifier: str) -> dict[str, Any]:
        """Wait as the provider does; the description."""
        self._wait("db_instance_available", identifier)
        return self.describe(identifier)

    def describe(self, identifier: str) -> dict[str, Any]:
        return dict(self.rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0])

    def delete(self, identifier: str) -> None:
        self.rds.delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True)
        self._wait("db_instance_deleted", identifier)

    def _wait(self, state: str, identifier: str) -> None:
        pace: Any = {"Delay": 0.2, "MaxAttempts": 300}
        self.rds.get_waiter(state).wait(DBInstanceIdentifier=identifier, WaiterConfig=pace)

    def group(self, name: str, values: dict[str, str], method: str = "pending-reboot") -> None:
        """A parameter group with these values."""
        self.rds.create_db_parameter_group(
            DBParameterGroupName=name, DBParameterGroupFamily="postgres18", Description="of a test"
        )
        self.tune(name, values, method)

    def tune(self, group: str, values: dict[str, str], method: str) -> None:
        parameters = [{"ParameterName": n, "ParameterValue": v, "ApplyMethod": method} for n, v in values.items()]
        self.rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=parameters)

    def dsn(self, identifier: str, **more: Any) -> dict[str, Any]:
        endpoint = self.describe(identifier)["Endpoint"]
        return {
            "host": endpoint["Address"],
            "port": endpoint["Port"],
            "user": USER,
            "password": PASSWORD,
            "dbname": "app",
            "sslmode": "verify-full",
            "sslrootcert": str(self.home.certificate_authority),
            **more,
        }

    def connect(self, identifier: str, **more: Any) -> psycopg.Connection:
        return psycopg.connect(**self.dsn(identifier, **more), autocommit=True)

    def show(self, identifier: str, parameter: str) -> str:
        with self.connect(identifier) as connection:
            row = connection.execute(f"SHOW {parameter}").fetchone()
        return str(row[0]) if row else ""

    def environment(self, identifier: str, **more: str) -> dict[str, str]:
        """What a function's environment has for libpq."""
        dsn = self.dsn(identifier)
        return {
            "PATH": os.environ["PATH"],
            "PGHOST": str(dsn["host"]),
            "PGPORT": str(dsn["port"]),
            "PGUSER": USER,
            "PGPASSWORD": PASSWORD,
            "PGDATABASE": "app",
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(dsn["sslrootcert"]),
            **more,
        }

    def run(self, program: str, *arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
        """Run one of the clients that functions find on their PATH."""
        return subprocess.run(
            [self.home.root / "image-bin" / program, *arguments],
            env=environment,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def processes(self) -> list[Any]:
        return leftovers.processes(self.installation.data)

    def folders(self) -> tuple[set[str], set[str]]:
        """What is in the folders for data and for sockets."""
        return _names(self.installation.data), _names(self.installation.sockets)


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}
