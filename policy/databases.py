"""Databases are encrypted, private, watched, and in production neither lost nor deleted by mistake."""

from collections.abc import Iterator, Sequence
from typing import Any

from policy.model import UNKNOWN, Control, Finding, Resource, Standard, as_list, house
from policy.rules import below, both, checker, in_production, lacks, missing, rule, unless, when

NOT_PUBLIC = Control(
    "RDS.2", "RDS DB Instances should prohibit public access, as determined by the PubliclyAccessible configuration"
)
INSTANCES_ENCRYPTED = Control("RDS.3", "RDS DB instances should have encryption at-rest enabled")
MULTI_AZ = Control("RDS.5", "RDS DB instances should be configured with multiple Availability Zones")
MONITORED = Control("RDS.6", "Enhanced monitoring should be configured for RDS DB instances")
UNDELETABLE = Control("RDS.8", "RDS DB instances should have deletion protection enabled")
LOGGED = Control("RDS.9", "RDS DB instances should publish logs to CloudWatch Logs")
IAM_AUTHENTICATION = Control("RDS.10", "IAM authentication should be configured for RDS instances")
BACKED_UP = Control("RDS.11", "RDS instances should have automatic backups enabled")
PATCHED = Control("RDS.13", "RDS automatic minor version upgrades should be enabled")
TAGGED = Control("RDS.17", "RDS DB instances should be configured to copy tags to snapshots")
INSTANCE_EVENTS = Control(
    "RDS.20", "Existing RDS event notification subscriptions should be configured for critical database instance events"
)
PARAMETER_EVENTS = Control(
    "RDS.21",
    "An RDS event notifications subscription should be configured for critical database parameter group events",
)
OWN_ADMINISTRATOR = Control("RDS.25", "RDS database instances should use a custom administrator username")
CLUSTERS_ENCRYPTED = Control("RDS.27", "RDS DB clusters should be encrypted at rest")
TLS_ONLY = Control("RDS.38", "RDS for PostgreSQL DB instances should be encrypted in transit", Standard.SECURITY_HUB)
PROXIES_TLS_ONLY = Control("RDS.43", "RDS DB proxies should require TLS encryption for connections")
FINAL_SNAPSHOT = house(
    "final-snapshot",
    "A production database leaves a snapshot when it is deleted",
    "deletion protection can be switched off, and automated backups may go with the instance",
)
REPLICA_OR_BLUE_GREEN = house(
    "replica-or-blue-green",
    "A database with a read replica is not updated by RDS blue/green deployments",
    "the provider's blue_green_update breaks the state of a primary that has a replica (terraform-provider-aws issues 33702 and 49593)",
)

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
PROXY = "aws:rds/proxy:Proxy"
SUBSCRIPTION = "aws:rds/eventSubscription:EventSubscription"

# RDS.11's default backupRetentionMinimum, in days.
LEAST_RETENTION = 7
# What the AWS Config rule rds-instance-default-admin-check takes for the engine's own name.
DEFAULT_ADMINISTRATORS = ("postgres", "admin")
# The event categories that RDS.20 and RDS.21 name, by what the subscription is about.
EVENTS = {
    "db-instance": (INSTANCE_EVENTS, {"maintenance", "configuration change", "failure"}),
    "db-parameter-group": (PARAMETER_EVENTS, {"configuration change"}),
}
PRIMARY = missing("replicateSourceDb")

# A replica must say storage_encrypted too: AWS encrypts it as its source is, but the provider plans a replacement of a
# replica that does not say so.
_check_settings = checker(
    [
        rule(
            INSTANCE,
            INSTANCES_ENCRYPTED,
            unless("storageEncrypted", True),
            "stores its data unencrypted",
            "Set storage_encrypted=True",
        ),
        rule(
            CLUSTER,
            CLUSTERS_ENCRYPTED,
            unless("storageEncrypted", True),
            "stores its data unencrypted",
            "Set storage_encrypted=True",
        ),
        rule(
            {INSTANCE, "aws:rds/clusterInstance:ClusterInstance"},
            NOT_PUBLIC,
            when("publiclyAccessible", True),
            "can be reached from the internet",
            "Set publicly_accessible=False",
        ),
        rule(
            INSTANCE,
            MONITORED,
            below("monitoringInterval", 1),
            "has no enhanced monitoring",
            "Set monitoring_interval, in seconds, and monitoring_role_arn",
        ),
        rule(
            INSTANCE,
            LOGGED,
            lacks("enabledCloudwatchLogsExports", "postgresql", "upgrade"),
            "keeps its logs to itself",
            'Set enabled_cloudwatch_logs_exports=["postgresql", "upgrade"]',
        ),
        rule(
            INSTANCE,
            IAM_AUTHENTICATION,
            unless("iamDatabaseAuthenticationEnabled", True),
            "takes passwords alone",
            "Set iam_database_authentication_enabled=True",
        ),
        rule(
            INSTANCE,
            PATCHED,
            when("autoMinorVersionUpgrade", False),
            "is not patched by itself",
            "Set auto_minor_version_upgrade=True",
        ),
        rule(
            INSTANCE,
            TAGGED,
            unless("copyTagsToSnapshot", True),
            "leaves snapshots that say nothing of where they come from",
            "Set copy_tags_to_snapshot=True",
        ),
        rule(
            INSTANCE,
            OWN_ADMINISTRATOR,
            when("username", *DEFAULT_ADMINISTRATORS),
            "has the administrator's name that everybody guesses first",
            "Set another username",
        ),
        rule(
            PROXY, PROXIES_TLS_ONLY, unless("requireTls", True), "takes connections without TLS", "Set require_tls=True"
        ),
        in_production(
            INSTANCE,
            MULTI_AZ,
            both(PRIMARY, unless("multiAz", True)),
            "stands in one availability zone",
            "Set multi_az=True",
        ),
        in_production(
            INSTANCE,
            UNDELETABLE,
            unless("deletionProtection", True),
            "can be deleted by mistake",
            "Set deletion_protection=True",
        ),
        in_production(
            INSTANCE,
            BACKED_UP,
            both(PRIMARY, below("backupRetentionPeriod", LEAST_RETENTION)),
            f"keeps automated backups for less than {LEAST_RETENTION} days",
            "Set backup_retention_period",
        ),
        in_production(
            INSTANCE,
            FINAL_SNAPSHOT,
            both(PRIMARY, when("skipFinalSnapshot", True)),
            "would be deleted without a snapshot",
            "Set skip_final_snapshot=False and final_snapshot_identifier",
        ),
    ]
)


def check(resource: Resource) -> Iterator[Finding]:
    """Findings about one instance, cluster, proxy or parameter group."""
    yield from _check_settings(resource)
    if resource.type != PARAMETERS or not str(resource.get("family")).startswith("postgres"):
        return
    parameters = resource.get("parameters")
    if parameters is UNKNOWN or UNKNOWN in as_list(parameters):
        return
    values = {parameter.get("name"): parameter.get("value") for parameter in as_list(parameters)}
    if values.get("rds.force_ssl") not in ("1", 1, UNKNOWN):
        yield Finding(
            TLS_ONLY, resource, "does not force TLS on its databases", 'Set the parameter rds.force_ssl to "1"'
        )


def check_replicas(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about primaries that have a replica and are updated by blue/green deployments, and about such replicas."""
    instances = [resource for resource in resources if resource.type == INSTANCE]
    mend = "Set blue_green_update={'enabled': False}, or remove the replica for the upgrade"
    for instance in instances:
        replicas = [one for one in instances if one is not instance and one.refers_to(instance, "replicateSourceDb")]
        if instance.get("blueGreenUpdate.enabled") is True and (replicas or not PRIMARY(instance)):
            yield Finding(REPLICA_OR_BLUE_GREEN, instance, "has a read replica and blue_green_update at once", mend)


def check_events(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about databases of production whose critical events reach nobody."""
    subscriptions = [resource for resource in resources if resource.type == SUBSCRIPTION]
    instances = [resource for resource in resources if resource.type == INSTANCE and resource.production]
    for source, (control, wanted) in EVENTS.items():
        if instances and not any(_tells(one, source, wanted) for one in subscriptions):
            mend = (
                f"Add an EventSubscription with source_type={source!r} and event_categories {', '.join(sorted(wanted))}"
            )
            yield Finding(
                control,
                min(instances, key=lambda one: one.name),
                f"has events of its {source} that nobody is told",
                mend,
            )


def _tells(subscription: Resource, source: str, wanted: set[str]) -> bool:
    """Whether it covers the source and its categories; a subscription that names none covers all."""
    kind, categories = subscription.get("sourceType"), subscription.get("eventCategories")
    named: Any = UNKNOWN if categories is UNKNOWN else set(as_list(categories))
    return (
        kind in (None, source, UNKNOWN)
        and subscription.get("enabled") is not False
        and (named is UNKNOWN or not named or wanted <= named)
    )
