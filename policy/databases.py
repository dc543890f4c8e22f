"""Databases are encrypted at rest and have no public address."""

from collections.abc import Iterator

from policy.model import UNKNOWN, Control, Finding, Resource

NOT_PUBLIC = Control("RDS.2", "RDS DB instances should prohibit public access")
INSTANCES_ENCRYPTED = Control("RDS.3", "RDS DB instances should have encryption at-rest enabled")
CLUSTERS_ENCRYPTED = Control("RDS.27", "RDS DB clusters should be encrypted at rest")

ENCRYPTED = {
    "aws:rds/instance:Instance": INSTANCES_ENCRYPTED,
    "aws:rds/cluster:Cluster": CLUSTERS_ENCRYPTED,
}
ADDRESSED = {"aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"}


def check(resource: Resource) -> Iterator[Finding]:
    """Findings about one resource of any type.

    A replica must say storageEncrypted too: AWS encrypts it as its source is, but the provider plans a replacement
    of a replica that does not say so.
    """
    control = ENCRYPTED.get(resource.type)
    if control and resource.get("storageEncrypted") not in (True, UNKNOWN):
        yield Finding(control, resource, "stores its data unencrypted", "Set storage_encrypted=True")
    if resource.type in ADDRESSED and resource.get("publiclyAccessible") is True:
        yield Finding(NOT_PUBLIC, resource, "can be reached from the internet", "Set publicly_accessible=False")
