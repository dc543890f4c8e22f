"""The stack's outputs: the contract with other teams. Ids, ARNs, names and endpoints; never a secret."""

from dataclasses import dataclass, fields
from typing import Any

import pulumi

from infra.naming import camel_case


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """What a stack shows. Each field is exported under its name in camelCase."""

    vpc_id: pulumi.Output[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    database_subnet_ids: list[pulumi.Output[str]]
    # Where people reach the application, with its scheme.
    application_url: pulumi.Output[str]
    load_balancer_dns_name: pulumi.Output[str]
    cluster_name: pulumi.Output[str]
    service_name: pulumi.Output[str]
    database_host: pulumi.Output[str]
    database_port: pulumi.Output[int]
    database_name: str
    # None where the settings want no replica.
    database_replica_host: pulumi.Output[str] | None
    # JSON: username, password, engine, host, port, dbname, url.
    database_secret_arn: pulumi.Output[str]
    backups_bucket_name: pulumi.Output[str]
    backup_function_name: pulumi.Output[str]
    runtime_repository_url: pulumi.Output[str]
    alarm_topic_arn: pulumi.Output[str]
    storage_key_arn: pulumi.Output[str]

    def export(self) -> None:
        """Show every output that has a value."""
        for field in fields(self):
            value: Any = getattr(self, field.name)
            if value is not None:
                pulumi.export(camel_case(field.name), value)
