"""The stack's outputs: the contract with other teams. Ids, ARNs, names and endpoints; never a secret.

Its version is semantic: an output more is a minor one, an output that goes, is renamed or changes its type is a major one. A test holds
the version to what was published; `python -m infra.outputs_reference --write` publishes.
"""

from dataclasses import dataclass, fields
from typing import Annotated, Any, get_type_hints

import pulumi

from infra.naming import camel_case

CONTRACT_VERSION = "1.0.0"


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """What a stack shows. Each field is exported under its name in camelCase, and `contractVersion` beside them."""

    vpc_id: Annotated[pulumi.Output[str], "The VPC's id."]
    public_subnet_ids: Annotated[
        list[pulumi.Output[str]], "Ids of the subnets with a way from the internet, zone by zone."
    ]
    private_subnet_ids: Annotated[list[pulumi.Output[str]], "Ids of the subnets that reach the internet through NAT."]
    database_subnet_ids: Annotated[list[pulumi.Output[str]], "Ids of the subnets without the internet."]
    application_url: Annotated[pulumi.Output[str], "Where people reach the application, with its scheme."]
    load_balancer_dns_name: Annotated[pulumi.Output[str], "What the application's domain points at."]
    load_balancer_zone_id: Annotated[
        pulumi.Output[str], "The load balancer's own hosted zone, for an alias record elsewhere."
    ]
    application_repository_url: Annotated[
        pulumi.Output[str], "The repository that the application's images are pushed to."
    ]
    metrics_workspace_id: Annotated[pulumi.Output[str], "The Prometheus workspace (AMP) of the application's metrics."]
    cluster_name: Annotated[pulumi.Output[str], "The ECS cluster's name."]
    service_name: Annotated[pulumi.Output[str], "The application's ECS service."]
    database_host: Annotated[pulumi.Output[str], "The primary's host name. Connect with sslmode=verify-full."]
    database_port: Annotated[pulumi.Output[int], "The port of primary and replica."]
    database_name: Annotated[str, "The database's name."]
    database_replica_host: Annotated[pulumi.Output[str] | None, "The read replica's host name."] = None
    database_secret_arn: Annotated[
        pulumi.Output[str],
        "ARN of the application's login (JSON: username, password, engine, host, port, dbname, url).",
    ]
    backups_bucket_name: Annotated[pulumi.Output[str], "The bucket of dumps and archives."]
    backup_function_name: Annotated[pulumi.Output[str], "The function that dumps the database."]
    runtime_repository_url: Annotated[pulumi.Output[str], "The repository of the functions' image."]
    critical_topic_arn: Annotated[pulumi.Output[str], "ARN of the topic of alarms that somebody is woken for."]
    warning_topic_arn: Annotated[pulumi.Output[str], "ARN of the topic of alarms that can wait for the morning."]
    information_topic_arn: Annotated[pulumi.Output[str], "ARN of the topic of what is good to know."]
    storage_key_arn: Annotated[pulumi.Output[str], "ARN of the KMS key of buckets and file systems."]

    def export(self) -> None:
        """Show the contract's version and every output that has a value."""
        pulumi.export("contractVersion", CONTRACT_VERSION)
        for field in fields(self):
            value: Any = getattr(self, field.name)
            if value is not None:
                pulumi.export(camel_case(field.name), value)


def contract() -> dict[str, Any]:
    """Every output's annotated type, by its name, in the order in which they are written down."""
    return {camel_case(name): hint for name, hint in get_type_hints(StackOutputs, include_extras=True).items()}
