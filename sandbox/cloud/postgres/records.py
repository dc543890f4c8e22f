"""moto's records of DB instances: what is read from them and noted in them."""

from typing import Any

from moto.rds.models import DBInstance, RDSBackend

REPLICATING = {"StatusType": "read replication", "Normal": True, "Status": "replicating"}


def parameter_values(group: Any) -> dict[str, str]:
    """The values of a DBParameterGroup of moto, by parameter name."""
    parameters = group.parameters.items() if group is not None else ()
    return {name: str(p["ParameterValue"]) for name, p in parameters if p.get("ParameterValue") is not None}


def replicates(other: DBInstance, primary: DBInstance) -> bool:
    """Whether the one is a replica of the other, and stays."""
    return other.is_replica and other.status != "deleting" and other.db_instance_identifier in primary.replicas


def stand_alone(instance: DBInstance) -> None:
    """Make it no replica any more."""
    instance.is_replica = False
    instance.source_db_instance_identifier = None
    vars(instance)["status_infos"] = []


def fail(instance: DBInstance, error: Exception, status: str = "failed") -> None:
    """Show the status, and why among the StatusInfos, where AWS has the errors of replication."""
    instance.status = status
    info = {"StatusType": "embedded PostgreSQL", "Normal": False, "Status": "error", "Message": str(error)}
    vars(instance)["status_infos"] = [info]


def rename_in_relatives(backend: RDSBackend, old: str, new: str) -> None:
    """Have primaries and replicas know a renamed instance by its new name."""
    for other in backend.databases.values():
        other.replicas = [new.lower() if name == old.lower() else name for name in other.replicas]
        if other.source_db_instance_identifier == old.lower():
            other.source_db_instance_identifier = new.lower()
