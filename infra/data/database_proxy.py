"""RDS Proxy before the primary: it shares connections among the application's tasks and holds them through a failover."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered
from infra.iam.proxy import proxy_policy
from infra.iam.trust import trust
from runtime.database_roles.roles import APPLICATION_CONNECTIONS_PERCENT

# A client that says nothing for so long is disconnected; RDS Proxy's own default.
IDLE_CLIENT_SECONDS = 1800
# How long a client waits for a connection when all are busy: longer than a failover takes, shorter than people wait.
BORROW_SECONDS = 30
# Connections that nobody uses are given back down to half of the most.
MAXIMUM_IDLE_PERCENT = APPLICATION_CONNECTIONS_PERCENT // 2


@dataclass(frozen=True, kw_only=True)
class DatabaseProxyArgs:
    """What the proxy is made from. Subnets in at least two zones (CreateDBProxy)."""

    account_id: str
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    secret_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]
    instance: aws.rds.Instance


class DatabaseProxy(Component):
    """Produces a proxy that takes TLS alone and logs in with the application's secret.

    `host` answers on the instance's port. Its certificate is one of ACM's, signed by Amazon Trust Services, and not by RDS's
    authority: a client that verifies it needs Amazon's roots, which every system's own store has.
    """

    room = "data"

    def __init__(self, name: str, args: DatabaseProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.proxy = self._proxy()
        group = aws.rds.ProxyDefaultTargetGroup(
            name,
            db_proxy_name=self.proxy.name,
            connection_pool_config=aws.rds.ProxyDefaultTargetGroupConnectionPoolConfigArgs(
                max_connections_percent=APPLICATION_CONNECTIONS_PERCENT,
                max_idle_connections_percent=MAXIMUM_IDLE_PERCENT,
                connection_borrow_timeout=BORROW_SECONDS,
            ),
            # The provider loses the group of a proxy that was replaced.
            opts=self.options(replace_on_changes=["dbProxyName"]),
        )
        self.target = aws.rds.ProxyTarget(
            name,
            db_proxy_name=self.proxy.name,
            target_group_name=group.name,
            db_instance_identifier=args.instance.identifier,
            opts=self.options(),
        )
        self.name = self.proxy.name
        self.host = self.proxy.endpoint
        self.finish({"host": self.host})

    def _proxy(self) -> aws.rds.Proxy:
        args, name = self._args, self.component_name
        role = aws.iam.Role(
            name,
            assume_role_policy=trust("rds.amazonaws.com", args.account_id),
            tags=self.tags(name),
            opts=self.options(),
        )
        permissions = aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=rendered(proxy_policy, secret_arn=args.secret_arn, key_arn=args.secrets_key_arn),
            opts=self.options(),
        )
        return aws.rds.Proxy(
            name,
            engine_family="POSTGRESQL",
            role_arn=role.arn,
            auths=[
                aws.rds.ProxyAuthArgs(
                    auth_scheme="SECRETS",
                    secret_arn=args.secret_arn,
                    client_password_auth_type="POSTGRES_SCRAM_SHA_256",  # noqa: S106 - a protocol's name
                    iam_auth="DISABLED",
                )
            ],
            require_tls=True,
            # It would write statements, and what is in them, into a log.
            debug_logging=False,
            idle_client_timeout=IDLE_CLIENT_SECONDS,
            vpc_subnet_ids=args.subnet_ids,
            vpc_security_group_ids=[args.security_group_id],
            tags=self.tags(name),
            opts=self.options(depends_on=[permissions]),
        )
