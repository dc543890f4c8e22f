"""From what a stack declares to a month's bill, line by line."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tools.costs.prices import HOURS, Price, Prices
from tools.declared import Declaration, Declared

# vCPUs of the classes that prices.toml knows; RDS Proxy bills them, two at least.
VCPUS = {"db.t4g.medium": 2, "db.m7g.large": 2}
SECONDS_BETWEEN_SAMPLES = 60
FREE_INTERNET_GB = 100
ARCHIVER = "jobr:operations:WalArchiver"
# The archiver's pace (runtime/wal/settings.py), and how long a function of it runs of each minute: 40 s, its start and its end.
WRITING_SECONDS, IDLE_SECONDS = 1.0, 30.0
RUN_SECONDS, RUN_EVERY_SECONDS = 45, 60
Usage = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a bill: how many units of what, at which price."""

    service: str
    what: str
    quantity: float
    price: Price

    @property
    def usd(self) -> float:
        """The line's amount for a month."""
        return self.quantity * self.price.monthly


class Bill:
    """Counts the parts of one stack."""

    def __init__(self, declaration: Declaration, usage: Usage, prices: Prices) -> None:
        self._declared = declaration
        self._usage = usage
        self._prices = prices

    def lines(self) -> list[Line]:
        """Every line, service by service; what a stack does not have is left out."""
        parts: tuple[Callable[[], Iterator[Line]], ...] = (
            self._databases,
            self._tasks,
            self._entrance,
            self._network,
            self._storage,
            self._archive,
            self._security,
            self._watching,
        )
        return [line for part in parts for line in part() if line.quantity]

    def _line(self, service: str, what: str, quantity: float, price: tuple[str, str]) -> Line:
        return Line(service=service, what=what, quantity=quantity, price=self._prices.get(*price))

    def _count(self, type_: str) -> int:
        return len(self._declared.all(type_))

    def _databases(self) -> Iterator[Line]:
        storage, vcpus = 0.0, 0
        for instance in self._declared.all("aws:rds/instance:Instance"):
            class_, zones = instance.inputs["instanceClass"], 2 if instance.inputs.get("multiAz") else 1
            storage = storage or instance.inputs["allocatedStorage"]
            vcpus = vcpus or VCPUS.get(class_, 2)
            what = "replica" if instance.inputs.get("replicateSourceDb") else "primary"
            standby = " and standby" if zones > 1 else ""
            yield self._line("RDS", f"{class_}, {what}{standby}", zones, ("hour", class_))
            yield self._line(
                "RDS", f"storage of {what}{standby}, GB", storage * zones, ("gb-month", "database-storage")
            )
        proxies = self._count("aws:rds/proxy:Proxy")
        yield self._line("RDS", "proxy, vCPUs", proxies * max(vcpus, 2), ("hour", "proxy-vcpu"))

    def _tasks(self) -> Iterator[Line]:
        for task in self._declared.all("aws:ecs/taskDefinition:TaskDefinition"):
            fixed = self._fixed_tasks(task)
            tasks = max(self._usage["average_tasks"], self._least_tasks()) if fixed is None else fixed
            whose = f"{tasks:g} tasks" if fixed is None else self._short(task)
            architecture = task.inputs["runtimePlatform"]["cpuArchitecture"].lower().replace("_", "-")
            vcpus, gib = int(task.inputs["cpu"]) / 1024, int(task.inputs["memory"]) / 1024
            yield self._line("Fargate", f"vCPUs of {whose}", vcpus * tasks, ("hour", f"fargate-vcpu-{architecture}"))
            yield self._line("Fargate", f"GB of {whose}", gib * tasks, ("hour", f"fargate-gib-{architecture}"))

    def _fixed_tasks(self, task: Declared) -> float | None:
        """How many tasks a service runs that nothing scales; None for one that is scaled."""
        scaled = {
            target.inputs["resourceId"].rpartition("/")[2]
            for target in self._declared.all("aws:appautoscaling/target:Target")
            if "resourceId" in target.inputs
        }
        for service in self._declared.all("aws:ecs/service:Service"):
            if service.inputs["taskDefinition"].endswith(f":{task.name}") and service.name not in scaled:
                return float(service.inputs["desiredCount"])
        return None

    def _short(self, resource: Declared) -> str:
        return resource.name.removeprefix(f"jobr-{self._declared.stack}-").replace("-", " ")

    def _archive(self) -> Iterator[Line]:
        """The archive's own requests: a segment a second while somebody writes, one in half a minute while nobody does."""
        if not self._count(ARCHIVER):
            return
        seconds, busy = HOURS * 3600, self._usage["archive_busy_percent"] / 100
        segments = seconds * (busy / WRITING_SECONDS + (1 - busy) / IDLE_SECONDS) / 1e6
        yield self._line("S3", "million segments of the archive", segments, ("million", "put"))
        if self._count("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
            yield self._line("S3", "million segments copied", segments, ("million", "put"))
        for function in self._declared.all("aws:lambda/function:Function"):
            if function.name.endswith("-wal-archive"):
                gigabytes = function.inputs["memorySize"] / 1024
                used = seconds / RUN_EVERY_SECONDS * RUN_SECONDS * gigabytes / 1e6
                price = f"function-{function.inputs['architectures'][0].replace('_', '-')}"
                yield self._line("Lambda", "million GB-seconds of the archiver", used, ("million", price))

    def _least_tasks(self) -> float:
        targets = self._declared.all("aws:appautoscaling/target:Target")
        services = self._declared.all("aws:ecs/service:Service")
        return max(
            float(n) for n in [t.inputs["minCapacity"] for t in targets] or [s.inputs["desiredCount"] for s in services]
        )

    def _entrance(self) -> Iterator[Line]:
        balancers = self._count("aws:lb/loadBalancer:LoadBalancer")
        yield self._line("Load balancing", "load balancer", balancers, ("hour", "load-balancer"))
        units = self._usage["average_capacity_units"]
        yield self._line("Load balancing", "capacity units", units, ("hour", "load-balancer-capacity"))
        zones = [len(b.inputs["subnets"]) for b in self._declared.all("aws:lb/loadBalancer:LoadBalancer")]
        yield self._line("Load balancing", "public addresses", sum(zones), ("hour", "public-address"))
        yield self._line("Route 53", "hosted zone", self._count("aws:route53/zone:Zone"), ("month", "hosted-zone"))

    def _network(self) -> Iterator[Line]:
        gateways = self._count("aws:ec2/natGateway:NatGateway")
        yield self._line("Network", "NAT gateways", gateways, ("hour", "nat-gateway"))
        yield self._line("Network", "their public addresses", gateways, ("hour", "public-address"))
        yield self._line("Network", "GB through NAT", self._usage["nat_gb"], ("gb", "nat-gateway"))
        sent = max(0.0, self._usage["internet_gb"] - FREE_INTERNET_GB)
        yield self._line("Network", f"GB to the internet beyond {FREE_INTERNET_GB}", sent, ("gb", "internet"))
        endpoints = self._declared.all("aws:ec2/vpcEndpoint:VpcEndpoint")
        interfaces = sum(len(e.inputs["subnetIds"]) for e in endpoints if e.inputs["vpcEndpointType"] == "Interface")
        yield self._line("Network", "interface endpoints, each zone", interfaces, ("hour", "interface-endpoint"))

    def _storage(self) -> Iterator[Line]:
        usage = self._usage
        yield self._line("S3", "GB of backups", usage["backups_gb"], ("gb-month", "bucket"))
        yield self._line("S3", "GB of files", usage["files_gb"], ("gb-month", "bucket"))
        copied = usage["backups_gb"] + usage["files_gb"]
        if self._count("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
            yield self._line("S3", "GB kept in the second region", copied, ("gb-month", "bucket"))
            # A month brings about a third of what is kept, as kept for 90 days.
            yield self._line("S3", "GB sent to the second region", copied / 3, ("gb", "replication"))
        if self._count("aws:efs/fileSystem:FileSystem"):
            yield self._line("EFS", "GB of uploads", usage["uploads_gb"], ("gb-month", "file-system"))
        yield self._line("ECR", "GB of images", usage["image_gb"], ("gb-month", "image"))

    def _security(self) -> Iterator[Line]:
        yield self._line("KMS", "keys", self._count("aws:kms/key:Key"), ("month", "key"))
        yield self._line(
            "Secrets Manager", "secrets", self._count("aws:secretsmanager/secret:Secret"), ("month", "secret")
        )

    def _watching(self) -> Iterator[Line]:
        usage = self._usage
        metrics = sum(_metrics(alarm) for alarm in self._declared.all("aws:cloudwatch/metricAlarm:MetricAlarm"))
        yield self._line("CloudWatch", "metrics of alarms", metrics, ("month", "alarm-metric"))
        yield self._line(
            "CloudWatch", "dashboards", self._count("aws:cloudwatch/dashboard:Dashboard"), ("month", "dashboard")
        )
        yield self._line(
            "CloudWatch", "Container Insights' metrics", usage["container_metrics"], ("month", "custom-metric")
        )
        yield self._line("CloudWatch", "GB of logs taken in", usage["log_gb"], ("gb", "log"))
        # The archive is compressed to about a fifth and holds some months.
        yield self._line("CloudWatch", "GB of logs kept", usage["log_gb"], ("gb-month", "log-storage"))
        if self._count("aws:amp/workspace:Workspace"):
            seconds = HOURS * 3600
            samples = usage["series_per_task"] * usage["average_tasks"] * seconds / SECONDS_BETWEEN_SAMPLES
            yield self._line("Prometheus", "million samples", samples / 1e6, ("million", "sample"))


def _metrics(alarm: Declared) -> int:
    """How many metrics AWS bills an alarm for: those that its expressions read, else its one."""
    queries = alarm.inputs.get("metricQueries") or []
    queries = json.loads(queries) if isinstance(queries, str) else queries
    return sum(1 for query in queries if "metric" in query) or 1
