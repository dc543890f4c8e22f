"""Counts an account service by service, so that “everything is gone” is a count and not a hope."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import jmespath
from botocore.config import Config

from sandbox.home import REGION, Home


@dataclass(frozen=True)
class Kind:
    """One kind of thing that an account holds: how to list it, and where the answer holds the identifiers (JMESPath)."""

    label: str
    service: str
    operation: str
    ids: str
    params: tuple[tuple[str, Any], ...] = ()


KINDS = (
    Kind("VPCs", "ec2", "describe_vpcs", "Vpcs[].VpcId"),
    Kind("subnets", "ec2", "describe_subnets", "Subnets[].SubnetId"),
    Kind("internet gateways", "ec2", "describe_internet_gateways", "InternetGateways[].InternetGatewayId"),
    Kind("elastic addresses", "ec2", "describe_addresses", "Addresses[].AllocationId"),
    Kind("NAT gateways", "ec2", "describe_nat_gateways", "NatGateways[?State!='deleted'].NatGatewayId"),
    Kind("route tables", "ec2", "describe_route_tables", "RouteTables[].RouteTableId"),
    # Each VPC has a default one, which comes and goes with it.
    Kind("network ACLs", "ec2", "describe_network_acls", "NetworkAcls[?!IsDefault].NetworkAclId"),
    Kind("VPC endpoints", "ec2", "describe_vpc_endpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
    Kind("flow logs", "ec2", "describe_flow_logs", "FlowLogs[].FlowLogId"),
    Kind("security groups", "ec2", "describe_security_groups", "SecurityGroups[].GroupId"),
    Kind("security group rules", "ec2", "describe_security_group_rules", "SecurityGroupRules[].SecurityGroupRuleId"),
    Kind("network interfaces", "ec2", "describe_network_interfaces", "NetworkInterfaces[].NetworkInterfaceId"),
    Kind("database instances", "rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier"),
    Kind("database subnet groups", "rds", "describe_db_subnet_groups", "DBSubnetGroups[].DBSubnetGroupName"),
    Kind(
        "database parameter groups", "rds", "describe_db_parameter_groups", "DBParameterGroups[].DBParameterGroupName"
    ),
    Kind("database snapshots", "rds", "describe_db_snapshots", "DBSnapshots[].DBSnapshotIdentifier"),
    Kind("database proxies", "rds", "describe_db_proxies", "DBProxies[].DBProxyName"),
    Kind("database events", "rds", "describe_event_subscriptions", "EventSubscriptionsList[].CustSubscriptionId"),
    Kind("key aliases", "kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName"),
    Kind("buckets", "s3", "list_buckets", "Buckets[].Name"),
    Kind("file systems", "efs", "describe_file_systems", "FileSystems[].FileSystemId"),
    Kind("access points", "efs", "describe_access_points", "AccessPoints[].AccessPointId"),
    Kind("certificates", "acm", "list_certificates", "CertificateSummaryList[].CertificateArn"),
    Kind("load balancers", "elbv2", "describe_load_balancers", "LoadBalancers[].LoadBalancerArn"),
    Kind("target groups", "elbv2", "describe_target_groups", "TargetGroups[].TargetGroupArn"),
    Kind("task definitions", "ecs", "list_task_definitions", "taskDefinitionArns[]", (("status", "ACTIVE"),)),
    Kind(
        "scaling targets",
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets[].ResourceId",
        (("ServiceNamespace", "ecs"),),
    ),
    Kind("Prometheus workspaces", "amp", "list_workspaces", "workspaces[].workspaceId"),
    Kind("image repositories", "ecr", "describe_repositories", "repositories[].repositoryArn"),
    Kind("roles", "iam", "list_roles", "Roles[].RoleName"),
    Kind("policies", "iam", "list_policies", "Policies[].Arn", (("Scope", "Local"),)),
    Kind("users", "iam", "list_users", "Users[].UserName"),
    Kind("instance profiles", "iam", "list_instance_profiles", "InstanceProfiles[].InstanceProfileName"),
    Kind("log groups", "logs", "describe_log_groups", "logGroups[].logGroupName"),
    Kind("alarms", "cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName"),
    Kind("metric filters", "logs", "describe_metric_filters", "metricFilters[].filterName"),
    Kind("dashboards", "cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName"),
    Kind("topics", "sns", "list_topics", "Topics[].TopicArn"),
    Kind("subscriptions", "sns", "list_subscriptions", "Subscriptions[].SubscriptionArn"),
    Kind("functions", "lambda", "list_functions", "Functions[].FunctionName"),
    Kind("event source mappings", "lambda", "list_event_source_mappings", "EventSourceMappings[].UUID"),
    Kind("schedules", "scheduler", "list_schedules", "Schedules[].[GroupName, Name] | [*].join('/', @)"),
    Kind("queues", "sqs", "list_queues", "QueueUrls[]"),
    Kind("state machines", "stepfunctions", "list_state_machines", "stateMachines[].stateMachineArn"),
)
WAITING_KEYS = "keys that wait for deletion"
WAITING_SECRETS = "secrets that wait for deletion"
# What AWS itself removes after a waiting time; it is told, and is no failure.
WAITING = frozenset({WAITING_KEYS, WAITING_SECRETS})
Counted = dict[str, list[str]]


def client(home: Home, service: str, region: str = REGION) -> Any:
    """A client of the embedded cloud, by this home's endpoint and certificate authority whatever the environment says."""
    return boto3.client(
        service,  # type: ignore[call-overload]  # a name known at run time only
        region_name=region,
        endpoint_url=home.endpoint,
        verify=str(home.certificate_authority),
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",  # noqa: S106 - the embedded cloud takes any
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )


def count(home: Home) -> Counted:
    """Everything the account holds, kind by kind, each with the sorted identifiers; empty kinds too."""
    clients: dict[str, Any] = {}

    def of(service: str) -> Any:
        if service not in clients:
            clients[service] = client(home, service)
        return clients[service]

    counted = {kind.label: sorted(_listed(of(kind.service), kind)) for kind in KINDS}
    counted |= _keys(of("kms"))
    for region in other_regions(home):
        _add(counted, _elsewhere(client(home, "kms", region)))
    counted |= _secrets(of("secretsmanager"))
    return counted | _containers(of("ecs"))


def remember_region(home: Home, region: str) -> None:
    """Note that a stack uses another region, so that it is counted from now on."""
    (home.root / "regions").mkdir(exist_ok=True)
    (home.root / "regions" / region).touch()


def other_regions(home: Home) -> list[str]:
    """The regions beside the home's own that stacks have used."""
    folder = home.root / "regions"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _elsewhere(kms: Any) -> Counted:
    """What a stack puts into its second region: keys. Buckets are counted wherever they are."""
    aliases = [kind for kind in KINDS if kind.service == "kms"]
    return {kind.label: sorted(_listed(kms, kind)) for kind in aliases} | _keys(kms)


def _add(counted: Counted, more: Counted) -> None:
    for label, ids in more.items():
        counted[label] = sorted([*counted[label], *ids])


def _pages(api: Any, operation: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if api.can_paginate(operation):
        yield from api.get_paginator(operation).paginate(**params)
    else:
        yield getattr(api, operation)(**params)


def _listed(api: Any, kind: Kind) -> Iterator[str]:
    for page in _pages(api, kind.operation, dict(kind.params)):
        yield from (str(found) for found in jmespath.search(kind.ids, page) or [])


def _containers(ecs: Any) -> Counted:
    """Clusters and services; deleted ones stay in the lists as INACTIVE for a while."""
    clusters: list[str] = []
    services: list[str] = []
    listed = list(_listed(ecs, Kind("", "ecs", "list_clusters", "clusterArns[]")))
    # DescribeClusters takes 100 at a time, DescribeServices 10.
    for some in batched(listed, 100):
        clusters += [
            c["clusterArn"] for c in ecs.describe_clusters(clusters=some)["clusters"] if c["status"] != "INACTIVE"
        ]
    for cluster in listed:
        names = list(_listed(ecs, Kind("", "ecs", "list_services", "serviceArns[]", (("cluster", cluster),))))
        for some in batched(names, 10):
            found = ecs.describe_services(cluster=cluster, services=some)["services"]
            services += [service["serviceArn"] for service in found if service["status"] != "INACTIVE"]
    return {"container clusters": sorted(clusters), "container services": sorted(services)}


def batched(items: list[str], size: int) -> Iterator[list[str]]:
    """The items in lists of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _keys(kms: Any) -> Counted:
    live: list[str] = []
    waiting: list[str] = []
    for page in _pages(kms, "list_keys", {}):
        for entry in page["Keys"]:
            key = kms.describe_key(KeyId=entry["KeyId"])["KeyMetadata"]
            # Keys that AWS makes for its own services stay in every account.
            if key["KeyManager"] == "CUSTOMER":
                (waiting if key["KeyState"] == "PendingDeletion" else live).append(str(key["KeyId"]))
    return {"keys": sorted(live), WAITING_KEYS: sorted(waiting)}


def _secrets(secrets: Any) -> Counted:
    live: list[str] = []
    waiting: list[str] = []
    for page in _pages(secrets, "list_secrets", {"IncludePlannedDeletion": True}):
        for secret in page["SecretList"]:
            (waiting if secret.get("DeletedDate") else live).append(str(secret["Name"]))
    return {"secrets": sorted(live), WAITING_SECRETS: sorted(waiting)}


def remember_baseline(home: Home, boot_id: str, counter: Callable[[Home], Counted] = count) -> None:
    """Keep what a fresh account holds (its default VPC for instance), once for each start of the cloud."""
    path = home.root / "baseline.json"
    if not path.exists() or json.loads(path.read_text(encoding="utf-8"))["boot_id"] != boot_id:
        path.write_text(json.dumps({"boot_id": boot_id, "counted": counter(home)}, indent=1), encoding="utf-8")


def left(home: Home) -> Counted:
    """What the account holds beyond its baseline, kind by kind; empty kinds too."""
    path = home.root / "baseline.json"
    before: Counted = json.loads(path.read_text(encoding="utf-8"))["counted"] if path.exists() else {}
    return {label: sorted(set(ids) - set(before.get(label, []))) for label, ids in count(home).items()}
