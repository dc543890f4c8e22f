"""A service of an embedded account as infra declares one: load balancer, listeners, rules, target groups, secret, database, cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from sandbox.cloud.certificates import issue
from sandbox.cloud.extensions.service_deployments import WALKED
from sandbox.rehearsal.account import Account

DIGEST = f"sha256:{'a1' * 32}"
DOMAIN = "jobr.sandbox.internal"
PASSWORD = "a-pass:word%of?a#test"
NOT_FOUND = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "Not found"},
}
TO_HTTPS = {"Type": "redirect", "RedirectConfig": {"Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301"}}


@dataclass
class World:
    """The ARNs of what was made. `url` is DATABASE_URL; each name is new."""

    account: Account
    url: str
    name: str = field(default_factory=lambda: f"w-{uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.elb, ec2 = self.account.client("elbv2"), self.account.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.97.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
            for n, zone in enumerate("ab")
        ]
        made = self.elb.create_load_balancer(Name=self.name, Subnets=[subnet["SubnetId"] for subnet in subnets])
        self.balancer: str = made["LoadBalancers"][0]["LoadBalancerArn"]
        self.groups = tuple(self._group(colour, vpc) for colour in ("blue", "green"))
        self.rules = tuple(self._https(port) for port in (443, 8443))
        self._listener(80, "HTTP", TO_HTTPS)
        tags = [{"key": WALKED, "value": "a test"}]
        self.account.client("ecs").create_cluster(clusterName=self.name, tags=tags)

    def weigh(self, blue: int, green: int, rule: int = 0) -> None:
        """Set the weights of the production rule (0) or the test rule (1)."""
        self.elb.modify_rule(RuleArn=self.rules[rule], Actions=[self._forward(blue, green)])

    def revision(self, environment: Mapping[str, str] | None = None) -> str:
        """The ARN of a service revision whose tasks have this environment beside the usual one."""
        secret = self.account.client("secretsmanager").create_secret(
            Name=f"{self.name}-{uuid4().hex[:6]}", SecretString=f'{{"url": "{self.url}", "key": "sk-of-a-test"}}'
        )["ARN"]
        variables = {"APP_VERSION": DIGEST, "MEMORY_LIMIT": "1024", **(environment or {})}
        container = {
            "name": "app",
            "image": f"repository@{DIGEST}",
            "memory": 512,
            "portMappings": [{"containerPort": 5000}],
            "environment": [{"name": name, "value": value} for name, value in variables.items()],
            "secrets": [
                {"name": "DATABASE_URL", "valueFrom": f"{secret}:url::"},
                {"name": "OPENAI_API_KEY", "valueFrom": f"{secret}:key::"},
            ],
        }
        collector = {"name": "collector", "image": "collector", "memory": 128}
        ecs = self.account.client("ecs")
        defined = ecs.register_task_definition(family=self.name, containerDefinitions=[collector, container])
        service = f"s-{uuid4().hex[:6]}"
        ecs.create_service(
            cluster=self.name,
            serviceName=service,
            taskDefinition=defined["taskDefinition"]["taskDefinitionArn"],
            desiredCount=1,
            launchType="FARGATE",
        )
        begun = ecs.list_service_deployments(cluster=self.name, service=service)["serviceDeployments"][0]
        return str(begun["targetServiceRevisionArn"])

    def registered(self, group: int) -> list[str]:
        """The targets of the blue (0) or the green (1) group."""
        found = self.elb.describe_target_health(TargetGroupArn=self.groups[group])["TargetHealthDescriptions"]
        return [f"{one['Target']['Id']}:{one['Target']['Port']}" for one in found]

    def _group(self, colour: str, vpc: str) -> str:
        made = self.elb.create_target_group(
            Name=f"{self.name}-{colour}",
            Protocol="HTTP",
            Port=5000,
            VpcId=vpc,
            TargetType="ip",
            HealthCheckPath="/ready",
            HealthCheckIntervalSeconds=15,
            HealthCheckTimeoutSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=3,
            Matcher={"HttpCode": "200"},
        )
        arn = str(made["TargetGroups"][0]["TargetGroupArn"])
        attributes = {
            "deregistration_delay.timeout_seconds": "30",
            "load_balancing.algorithm.type": "least_outstanding_requests",
        }
        self.elb.modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()]
        )
        return arn

    def _https(self, port: int) -> str:
        certificate, key = (path.read_bytes() for path in issue(self.account.home, "world", dns_names=[DOMAIN]))
        arn = self.account.client("acm").import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
        listener = self._listener(port, "HTTPS", NOT_FOUND, Certificates=[{"CertificateArn": arn}])
        self._rule(listener, 20, ["/metrics", "/metrics/*"], NOT_FOUND)
        return self._rule(listener, 100, ["/*"], self._forward(100, 0))

    def _listener(self, port: int, protocol: str, default: Mapping[str, Any], **more: Any) -> str:
        made = self.elb.create_listener(
            LoadBalancerArn=self.balancer, Protocol=protocol, Port=port, DefaultActions=[default], **more
        )
        return str(made["Listeners"][0]["ListenerArn"])

    def _rule(self, listener: str, priority: int, paths: list[str], action: Mapping[str, Any]) -> str:
        conditions = [{"Field": "path-pattern", "PathPatternConfig": {"Values": paths}}]
        made = self.elb.create_rule(
            ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=[dict(action)]
        )
        return str(made["Rules"][0]["RuleArn"])

    def _forward(self, blue: int, green: int) -> dict[str, Any]:
        groups = [
            {"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(self.groups, (blue, green), strict=True)
        ]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}


def database_url(account: Account) -> str:
    """The URL of a new database, with a query as of the application's real image."""
    rds = account.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="demonstration",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="18.4",
        AllocatedStorage=20,
        MasterUsername="jobr",
        MasterUserPassword=PASSWORD,
        DBName="app",
        BackupRetentionPeriod=1,
    )
    waiting: Any = {"Delay": 0.2, "MaxAttempts": 300}
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="demonstration", WaiterConfig=waiting)
    (found,) = rds.describe_db_instances(DBInstanceIdentifier="demonstration")["DBInstances"]
    host, port = found["Endpoint"]["Address"], found["Endpoint"]["Port"]
    query = "sslmode=verify-full&sslrootcert=/etc/ssl/certs/rds-global-bundle.pem"
    return f"postgresql://jobr:{quote(PASSWORD, safe='')}@{host}:{port}/app?{query}"
