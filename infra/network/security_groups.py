"""Security groups: who may talk to whom. Every rule is a resource of its own and names the other side."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component

APPLICATION_PORT = 5000
DATABASE_PORT = 5432
HTTPS_PORT = 443
HTTP_PORT = 80
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """What the groups are made from."""

    vpc_id: pulumi.Input[str]


class SecurityGroups(Component):
    """Produces one group each for the load balancer, the application, the database and the backup function."""

    room = "network"

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._vpc_id = args.vpc_id
        self.load_balancer = self._group(
            "load-balancer", "Takes HTTPS from the internet and passes it to the application"
        )
        self.application = self._group("application", "The application's tasks")
        self.database = self._group("database", "PostgreSQL, reached by the application and the backup function alone")
        self.backup = self._group("backup", "The database backup function")
        self._open("https", HTTPS_PORT, "People reach the application over HTTPS")
        self._open("http", HTTP_PORT, "Plain HTTP is only redirected to HTTPS")
        self._between(
            "alb-app", self.load_balancer, self.application, APPLICATION_PORT, "Requests and readiness checks"
        )
        self._between("app-db", self.application, self.database, DATABASE_PORT, "The application's connections")
        self._between("backup-db", self.backup, self.database, DATABASE_PORT, "The dump's connection")
        self._outward("app-out", self.application, "AWS's APIs, the registry and the services of others, through NAT")
        self._outward("backup-out", self.backup, "Secrets Manager and KMS through NAT, S3 through its endpoint")
        self.finish({})

    def _group(self, part: str, description: str) -> aws.ec2.SecurityGroup:
        name = self.named(part)
        return aws.ec2.SecurityGroup(
            name,
            vpc_id=self._vpc_id,
            description=description,
            # Rules are resources of their own; one that is unknown to Pulumi goes with the group.
            revoke_rules_on_delete=True,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _open(self, part: str, port: int, why: str) -> None:
        name = self.named(part)
        aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=self.load_balancer.id,
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _between(
        self, part: str, source: aws.ec2.SecurityGroup, target: aws.ec2.SecurityGroup, port: int, why: str
    ) -> None:
        name = self.named(part)
        aws.vpc.SecurityGroupEgressRule(
            name,
            security_group_id=source.id,
            referenced_security_group_id=target.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
            tags=self.tags(name),
            opts=self.options(),
        )
        aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=target.id,
            referenced_security_group_id=source.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _outward(self, part: str, source: aws.ec2.SecurityGroup, why: str) -> None:
        name = self.named(part)
        aws.vpc.SecurityGroupEgressRule(
            name,
            security_group_id=source.id,
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=HTTPS_PORT,
            to_port=HTTPS_PORT,
            description=why,
            tags=self.tags(name),
            opts=self.options(),
        )
