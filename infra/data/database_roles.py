"""Roles and grants: the function that makes them, and its call on every change."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.data.database_logins import Login, Place
from infra.iam.document import rendered_statements
from infra.iam.functions import database_roles
from infra.operations.functions import (
    Function,
    FunctionArgs,
    FunctionFailure,
    FunctionLimits,
    FunctionNetwork,
    FunctionPlatform,
)
from infra.operations.severity import Severity
from runtime.database_roles.roles import Role
from runtime.database_roles.settings import DatabaseRolesSettings, secret_field

HANDLER = "runtime.database_roles.handler.handle"
PACKAGE = Path(__file__).resolve().parents[2] / "runtime" / "database_roles"
RUNBOOK = "database-roles-failed"


@dataclass(frozen=True, kw_only=True)
class DatabaseRolesArgs:
    """What the roles are made from: where the primary is, who may make roles there, and the logins to be made.

    `instance_id` changes when the database is another one, which has no roles yet; `engine_version` when its extensions are behind.
    """

    platform: FunctionPlatform
    network: FunctionNetwork
    place: Place
    instance_id: pulumi.Input[str]
    engine_version: str
    maximum_connections: int
    master: Login
    logins: Mapping[Role, Login]
    secrets_key_arn: pulumi.Input[str]


class DatabaseRoles(Component):
    """Produces the function, and calls it in the deployment; an error of the function is one of the deployment.

    It is called again when the roles' data or code, a secret, the number of connections, the instance or its major version changes.
    Everything that logs in to the database comes after `applied`.
    """

    room = "data"

    def __init__(self, name: str, args: DatabaseRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.function = self._function()
        self.applied = aws.lambda_.Invocation(
            name,
            function_name=self.function.name,
            input="{}",
            triggers=self._triggers(),
            # A function of the VPC without the way to the database would only time out.
            opts=self.options(depends_on=[self.function]),
        )
        self.finish({"functionName": self.function.name})

    def _triggers(self) -> dict[str, pulumi.Input[str]]:
        args = self._args
        versions = {f"secret-{role}": login.version_id for role, login in args.logins.items()}
        return {
            "package": digest(PACKAGE),
            "instance": args.instance_id,
            "engine": args.engine_version,
            "connections": str(args.maximum_connections),
            "secret-master": args.master.version_id,
            **versions,
        }

    def _function(self) -> Function:
        args = self._args
        arns = {secret_field(role): login.secret_arn for role, login in args.logins.items()}
        return Function(
            self.component_name,
            FunctionArgs(
                platform=args.platform,
                description="Keeps the database's roles and grants",
                command=HANDLER,
                environment=self._environment(arns),
                statements=rendered_statements(
                    database_roles,
                    secret_arns=[args.master.secret_arn, *arns.values()],
                    secrets_key_arn=args.secrets_key_arn,
                ),
                network=args.network,
                limits=FunctionLimits(timeout=timedelta(minutes=2), memory_mib=512, attempts=0),
                failure=FunctionFailure(
                    means="The database's roles and grants could not be applied: a login may not work, or may do too much",
                    severity=Severity.WARNING,
                    runbook=RUNBOOK,
                ),
            ),
            self.options(),
        )

    def _environment(self, arns: Mapping[str, pulumi.Input[str]]) -> dict[str, pulumi.Input[str]]:
        args = self._args
        values: dict[str, Any] = {
            "environment": args.platform.stack.environment.value,
            "database_host": args.place.host,
            "database_port": pulumi.Output.from_input(args.place.port).apply(lambda port: str(int(port))),
            "database_name": args.place.database,
            "maximum_connections": str(args.maximum_connections),
            "master_secret_arn": args.master.secret_arn,
            **arns,
        }
        return DatabaseRolesSettings.render(**values)


def digest(package: Path) -> str:
    """A digest that changes exactly when the package's code, the roles' data in it included, does."""
    found = hashlib.sha256()
    for path in sorted(package.glob("*.py")):
        found.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]
