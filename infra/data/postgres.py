"""PostgreSQL: its instances, a proxy by setting, a login for each purpose, and the roles behind the logins."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.data.database_instances import (
    ENGINE_VERSION,
    MASTER_USERNAME,
    DatabaseInstances,
    DatabaseInstancesArgs,
)
from infra.data.database_logins import DatabaseLogin, DatabaseLoginArgs, Login, Place
from infra.data.database_proxy import DatabaseProxy, DatabaseProxyArgs
from infra.data.database_roles import DatabaseRoles, DatabaseRolesArgs
from infra.data.keys import Keys
from infra.operations.functions import FunctionNetwork, FunctionPlatform
from infra.settings import DatabaseSettings
from runtime.database_roles.roles import Role

__all__ = ["Login", "Postgres", "PostgresArgs", "PostgresNetwork", "Role"]

_PURPOSES = {
    Role.APPLICATION: "as the application: it reads and writes rows",
    Role.MIGRATIONS: "as the migrations: they change the schema",
    Role.READ_ONLY: "to read only",
    Role.BACKUP: "as the backup: it reads everything",
    Role.REPLICATION: "to stream changes",
}


@dataclass(frozen=True, kw_only=True)
class PostgresNetwork:
    """Where in the VPC the parts of the database stand; the proxy's group is there when the settings want a proxy."""

    database_subnet_ids: list[pulumi.Output[str]]
    database_group_id: pulumi.Input[str]
    proxy_group_id: pulumi.Input[str] | None
    functions: FunctionNetwork


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """What the database is made from."""

    settings: DatabaseSettings
    platform: FunctionPlatform
    network: PostgresNetwork
    keys: Keys


class Postgres(Component):
    """Produces the database with its logins.

    `host`, `port` and `replica_host` are the instances' own; a login's secret says where that login connects: the application to
    the proxy where there is one, who only reads to the replica where there is one, all others to the primary. `ready` are the
    resources after which every login works. The master's login is known to the function that keeps the roles, and to nobody else.
    """

    room = "data"

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        master = self._login("master", MASTER_USERNAME, "as the master user: for the function that keeps the roles")
        logins = {role: self._login(role, role.username, purpose) for role, purpose in _PURPOSES.items()}
        instances = self._instances(master)
        self.primary, self.replica = instances.primary, instances.replica
        self.log_group = instances.primary_log_group
        self.host = self.primary.address
        self.port = self.primary.port
        self.replica_host = self.replica.address if self.replica else None
        self.proxy = self._proxy(logins[Role.APPLICATION])
        self.logins = {role: login.at(self._place(self._host_of(role))) for role, login in logins.items()}
        self.roles = self._roles(master.at(self._place(self.host)))
        self.ready: list[pulumi.Resource] = [self.roles.applied, *([self.proxy.target] if self.proxy else [])]
        self.finish({"host": self.host, "port": self.port})

    @property
    def instances(self) -> list[aws.rds.Instance]:
        """The primary, and the replica where there is one."""
        return [instance for instance in (self.primary, self.replica) if instance is not None]

    def _login(self, part: str, username: str, purpose: str) -> DatabaseLogin:
        args = DatabaseLoginArgs(
            username=username,
            purpose=purpose,
            key_arn=self._args.keys.secrets,
            disposable=self._args.platform.stack.disposable,
        )
        return DatabaseLogin(self.named(part, "login"), args, self.options())

    def _instances(self, master: DatabaseLogin) -> DatabaseInstances:
        args = self._args
        return DatabaseInstances(
            self.component_name,
            DatabaseInstancesArgs(
                stack=args.platform.stack,
                settings=args.settings,
                subnet_ids=args.network.database_subnet_ids,
                security_group_id=args.network.database_group_id,
                key_arn=args.keys.database,
                logs_key_arn=args.keys.logs,
                master_password=master.password,
            ),
            self.options(),
        )

    def _proxy(self, login: DatabaseLogin) -> DatabaseProxy | None:
        args, group_id = self._args, self._args.network.proxy_group_id
        if group_id is None:
            return None
        return DatabaseProxy(
            self.named("proxy"),
            DatabaseProxyArgs(
                account_id=args.platform.stack.account_id,
                subnet_ids=args.network.database_subnet_ids,
                security_group_id=group_id,
                secret_arn=login.secret_arn,
                secrets_key_arn=args.keys.secrets,
                instance=self.primary,
            ),
            self.options(),
        )

    def _roles(self, master: Login) -> DatabaseRoles:
        args = self._args
        return DatabaseRoles(
            self.named("database-roles"),
            DatabaseRolesArgs(
                platform=args.platform,
                network=args.network.functions,
                place=self._place(self.host),
                instance_id=self.primary.resource_id,
                engine_version=ENGINE_VERSION,
                maximum_connections=args.settings.maximum_connections,
                master=master,
                logins=self.logins,
                secrets_key_arn=args.keys.secrets,
            ),
            self.options(),
        )

    def _host_of(self, role: Role) -> pulumi.Output[str]:
        if role is Role.APPLICATION and self.proxy is not None:
            return self.proxy.host
        if role is Role.READ_ONLY and self.replica_host is not None:
            return self.replica_host
        return self.host

    def _place(self, host: pulumi.Input[str]) -> Place:
        return Place(host=host, port=self.port, database=self._args.settings.name)
