"""Limits that AWS documents in prose only: neither its service model nor cfn-lint's data has them."""

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import regex

from sandbox.provider.checks.problem import Problem, Unknown, child, one_of, shorten
from sandbox.provider.checks.schedules import recurring, schedule

Limit = Callable[[Any], str | None]

_INFREQUENT = 30  # days; S3 user guide, lifecycle transitions: the infrequent classes take nothing younger

_STORAGE = ("standard", "gp2", "gp3", "io1", "io2")  # API reference of CreateDBInstance, StorageType
_PROTOCOLS = (
    "http",
    "https",
    "email",
    "email-json",
    "sms",
    "sqs",
    "application",
    "lambda",
    "firehose",
)  # of Subscribe, Protocol
_ENGINES_WITH_DATA = ("postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql")
_OTHER_ENGINES = ("oracle", "sqlserver", "db2", "custom")
_TUNABLE_GP3 = 400  # GiB; RDS user guide, gp3 storage: below it IOPS and throughput are fixed


def problems(service: str, operation: str, params: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the request by the documentation's prose."""
    found = []
    for path, limit in LIMITS.get((service, operation), {}).items():
        for where, value in _values(params, path.split("."), ""):
            message = limit(value)
            if message:
                found.append(Problem(where, message))
    if (service, operation) == ("rds", "CreateDBInstance"):
        found += _storage(params)
    return found


def _among(*allowed: Any) -> Limit:
    return lambda value: None if value in allowed else one_of(value, allowed)


def _json(value: str) -> str | None:
    try:
        json.loads(value)
    except ValueError as error:
        return f"is no JSON: {error}"
    return None


def _retention(value: Mapping[str, Any]) -> str | None:
    """API reference of DefaultRetention."""
    if "Mode" in value and ("Days" in value) != ("Years" in value):
        return None
    return "must have a Mode, and either Days or Years"


def _replication(rule: Mapping[str, Any]) -> str | None:
    """S3 user guide, replication configuration: a Filter asks for the newer schema, whose members all have to be there."""
    missing = [name for name in ("Priority", "DeleteMarkerReplication") if "Filter" in rule and name not in rule]
    return f"has a Filter, so it must have {' and '.join(missing)}" if missing else None


def _tiers(rule: Mapping[str, Any]) -> str | None:
    """S3 user guide, lifecycle transitions: when objects may move, and that they end after they moved."""
    found = (move for _, move in _values(rule, ["Transitions[]"], ""))
    moves = {move.get("StorageClass"): move["Days"] for move in found if isinstance(move.get("Days"), int)}
    early = [name for name, days in moves.items() if name in {"STANDARD_IA", "ONEZONE_IA"} and days < _INFREQUENT]
    if early:
        return f"moves to {early[0]} after {moves[early[0]]} days, and may after {_INFREQUENT}"
    ends = [days for _, days in _values(rule, ["Expiration", "Days"], "")]
    late = [name for name, days in moves.items() if ends and days >= ends[0]]
    return f"ends objects after {ends[0]} days, before they move to {late[0]}" if late else None


def _matching(pattern: str, words: str) -> Limit:
    compiled = regex.compile(pattern)
    return lambda value: None if compiled.fullmatch(value) else f"{shorten(value)} must be {words}"


def _network(value: str) -> str | None:
    """A VPC or a subnet: a network between /16 and /28 (VPC user guide, VPC CIDR blocks)."""
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        return f"{shorten(value)} is no network: {error}"
    return None if 16 <= network.prefixlen <= 28 else f"{value} must be between /16 and /28"  # noqa: PLR2004 said in the docstring


def _port(value: int) -> str | None:
    return None if -1 <= value <= 65535 else f"{value} must be a port between 0 and 65535, or -1 for all"  # noqa: PLR2004 TCP's


def _period(value: int) -> str | None:
    """API reference of PutMetricAlarm, Period."""
    if value in {10, 20, 30} or (value > 0 and value % 60 == 0):
        return None
    return f"{value} must be 10, 20, 30 or a multiple of 60 seconds"


def _family(value: str) -> str | None:
    """The family of a parameter group is an engine and its major version."""
    families = _families()
    if value in families or value.startswith(_OTHER_ENGINES):
        return None
    return one_of(value, families)


@lru_cache(maxsize=1)
def _families() -> frozenset[str]:
    import cfnlint.data.schemas.extensions.aws_rds_dbinstance as data  # noqa: PLC0415 wanted by few processes
    from cfnlint.helpers import load_resource  # noqa: PLC0415 as above

    families = set()
    for branch in load_resource(data, "engine_version.json")["allOf"]:
        engine = branch["if"]["properties"]["Engine"].get("const")
        versions = branch["then"]["properties"].get("EngineVersion", {}).get("enum", [])
        if engine in _ENGINES_WITH_DATA:
            families |= {engine + _major(engine, version) for version in versions}
    return frozenset(families)


def _major(engine: str, version: str) -> str:
    parts = version.split(".")
    single = engine.endswith(("postgres", "postgresql")) and int(parts[0]) >= 10  # noqa: PLR2004 PostgreSQL's numbering changed with 10
    return parts[0] if single else ".".join(parts[:2])


def _storage(params: Mapping[str, Any]) -> list[Problem]:
    """Storage types and the members that go with them (RDS user guide, DB instance storage)."""
    kind, size, engine = (params.get(name) for name in ("StorageType", "AllocatedStorage", "Engine"))
    tuned = [name for name in ("Iops", "StorageThroughput") if params.get(name) is not None]
    if kind in {"io1", "io2"} and "Iops" not in params:
        return [Problem("Iops", f"is missing: {kind} storage needs provisioned IOPS")]
    if kind == "gp3" and isinstance(size, int) and size < _TUNABLE_GP3 and engine in {"postgres", "mysql", "mariadb"}:
        words = f"cannot be set for gp3 storage of {engine} below {_TUNABLE_GP3} GiB; AllocatedStorage is {size}"
        return [Problem(name, words) for name in tuned]
    if kind in {"gp2", "standard"}:
        return [Problem(name, f"cannot be set for {kind} storage") for name in tuned]
    return []


def _values(value: Any, steps: list[str], path: str) -> Iterator[tuple[str, Any]]:
    """The values at a dotted path, each with its own path; `name[]` goes into every element of a list."""
    if isinstance(value, Unknown):
        return
    if not steps:
        yield path, value
        return
    name = steps[0].removesuffix("[]")
    if not isinstance(value, Mapping) or name not in value:
        return
    if not steps[0].endswith("[]"):
        yield from _values(value[name], steps[1:], child(path, name))
    elif isinstance(value[name], (list, tuple)):
        for index, item in enumerate(value[name]):
            yield from _values(item, steps[1:], f"{child(path, name)}[{index}]")


# API references of CreateLoadBalancer and CreateTargetGroup, Name.
_BALANCER_NAME = _matching(
    r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    "1 to 32 letters, digits and inner hyphens, and not begin with internal-",
)
_TARGET_NAME = _matching(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?", "1 to 32 letters, digits and inner hyphens")
_PORTS: dict[str, Limit] = {
    f"{prefix}{name}": _port for prefix in ("", "IpPermissions[].") for name in ("FromPort", "ToPort")
}
# API reference of CreateSecurityGroup, GroupDescription, and of IpRange, Description.
_DESCRIPTION = _matching(
    r"[a-zA-Z0-9. _:/()#,@\[\]+=&;{}!$*-]{0,255}", "at most 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
)
_PORTS |= {
    f"IpPermissions[].{peers}[].Description": _DESCRIPTION
    for peers in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
}
_MODIFIED: dict[str, Limit] = {
    f"SecurityGroupRules[].SecurityGroupRule.{name}": limit
    for name, limit in (("FromPort", _port), ("ToPort", _port), ("Description", _DESCRIPTION))
}
# API reference of ClusterSetting.
_INSIGHTS: dict[str, Limit] = {"settings[].value": _among("enabled", "disabled", "enhanced")}
LIMITS: dict[tuple[str, str], dict[str, Limit]] = {
    ("rds", "CreateDBInstance"): {"StorageType": _among(*_STORAGE)},
    ("rds", "CreateDBInstanceReadReplica"): {"StorageType": _among(*_STORAGE)},
    ("rds", "ModifyDBInstance"): {"StorageType": _among(*_STORAGE)},
    ("rds", "CreateDBParameterGroup"): {"DBParameterGroupFamily": _family},
    ("elbv2", "CreateLoadBalancer"): {"Name": _BALANCER_NAME},
    ("elbv2", "CreateTargetGroup"): {"Name": _TARGET_NAME},
    ("ec2", "CreateVpc"): {"CidrBlock": _network},
    ("ec2", "CreateSubnet"): {"CidrBlock": _network},
    ("ec2", "AuthorizeSecurityGroupIngress"): _PORTS,
    ("ec2", "AuthorizeSecurityGroupEgress"): _PORTS,
    ("ec2", "CreateSecurityGroup"): {"Description": _DESCRIPTION},
    ("ec2", "ModifySecurityGroupRules"): _MODIFIED,
    ("ec2", "CreateFlowLogs"): {"MaxAggregationInterval": _among(60, 600)},
    ("ecs", "CreateCluster"): _INSIGHTS,
    ("ecs", "UpdateCluster"): _INSIGHTS,
    ("s3", "PutObjectLockConfiguration"): {"ObjectLockConfiguration.Rule.DefaultRetention": _retention},
    ("s3", "PutBucketReplication"): {"ReplicationConfiguration.Rules[]": _replication},
    ("s3", "PutBucketLifecycleConfiguration"): {"LifecycleConfiguration.Rules[]": _tiers},
    ("cloudwatch", "PutDashboard"): {"DashboardBody": _json},
    ("ecr", "PutLifecyclePolicy"): {"lifecyclePolicyText": _json},
    ("efs", "PutFileSystemPolicy"): {"Policy": _json},
    ("secretsmanager", "PutResourcePolicy"): {"ResourcePolicy": _json},
    ("application-autoscaling", "PutScheduledAction"): {"Schedule": schedule},
    ("cloudwatch", "PutMetricAlarm"): {"Period": _period, "Metrics[].MetricStat.Period": _period},
    ("sns", "Subscribe"): {"Protocol": _among(*_PROTOCOLS)},
    ("scheduler", "CreateSchedule"): {"ScheduleExpression": schedule},
    ("scheduler", "UpdateSchedule"): {"ScheduleExpression": schedule},
    ("events", "PutRule"): {"ScheduleExpression": recurring},
}
