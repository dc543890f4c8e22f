"""What RDS refuses and moto does not: one function for each call, raising AWS's own errors.

Messages are those that people quote from AWS where they could be found, else in our own words under AWS's code.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, RDSBackend

from sandbox.cloud.postgres.installation import MAJOR
from sandbox.cloud.postgres.parameters import FAMILY

DEFAULT_VERSION = "18.4"
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, of RDS for PostgreSQL.
PASSWORD_LENGTHS = range(8, 129)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
RESERVED_USERS = frozenset({"admin", "rdsadmin", "rdsrepladmin", "rds_superuser", "rds_replication", "rds_iam"})
PORTS = range(1150, 65536)
# The status of an instance whose server does not start with what its parameter group says.
INCOMPATIBLE = "incompatible-parameters"


def invalid_state(message: str) -> RDSClientError:
    """The error of a call that does not fit the instance's state."""
    return RDSClientError("InvalidDBInstanceState", message)


def check_create(backend: RDSBackend, request: Mapping[str, Any]) -> None:
    """Refuse a CreateDBInstance that AWS would refuse, and engines that the embedded cloud does not have."""
    engine, version = request.get("engine"), str(request.get("engine_version") or DEFAULT_VERSION)
    if engine != "postgres" or version.split(".", maxsplit=1)[0] != str(MAJOR):
        raise NotImplementedError(f"it runs PostgreSQL {MAJOR} behind DB instances, not {engine} {version}")
    if request.get("manage_master_user_password"):
        raise NotImplementedError("it manages no master passwords (ManageMasterUserPassword)")
    user = request.get("master_username")
    if not user or not request.get("master_user_password"):
        missing = "MasterUsername" if not user else "MasterUserPassword"
        raise InvalidParameterValue(f"The parameter {missing} must be provided and must not be blank.")
    if not NAME.fullmatch(user) or user.lower().startswith("pg_"):
        raise InvalidParameterValue(f"The parameter MasterUsername is not a valid identifier: {user}")
    if user.lower() in RESERVED_USERS:
        raise InvalidParameterValue(f"MasterUsername {user} cannot be used as it is a reserved word used by the engine")
    if request.get("db_name") and not NAME.fullmatch(request["db_name"]):
        raise InvalidParameterValue(
            "DBName must begin with a letter and contain only alphanumeric characters or underscores."
        )
    check_password(request["master_user_password"])
    check_port(request.get("port"))
    check_group(backend, request.get("db_parameter_group_name"))


def check_password(password: str) -> None:
    """Refuse a master user's password that RDS would not take."""
    if len(password) not in PASSWORD_LENGTHS:
        why = "shorter than 8" if len(password) < PASSWORD_LENGTHS.start else "longer than 128"
        raise InvalidParameterValue(
            f"The parameter MasterUserPassword is not a valid password because it is {why} characters."
        )
    if not password.isascii() or not password.isprintable() or set(password) & set('/@" '):
        raise InvalidParameterValue(
            "The parameter MasterUserPassword is not a valid password. "
            "Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )


def check_port(port: int | None) -> None:
    """Refuse a port that RDS does not offer."""
    if port is not None and int(port) not in PORTS:
        raise InvalidParameterValue(f"Invalid port: {port}. Valid values are {PORTS.start}-{PORTS.stop - 1}.")


def check_group(backend: RDSBackend, name: str | None) -> None:
    """Refuse a parameter group of another engine version."""
    group = backend.db_parameter_groups.get(name) if name else None
    if group is not None and group.family != FAMILY:
        raise InvalidParameterCombination(
            f"The Parameter Group {name} with DBParameterGroupFamily {group.family} cannot be used for this instance. "
            f"Please use a Parameter Group with DBParameterGroupFamily {FAMILY}"
        )


def check_replica(source: DBInstance, request: Mapping[str, Any]) -> None:
    """Refuse a replica of an instance without automated backups or that is not up."""
    if not source.backup_retention_period:
        raise invalid_state(
            "Automated backups are not enabled for this database instance. To enable automated backups, "
            "use ModifyDBInstance to set the backup retention period to a non-zero value."
        )
    require(source, "create a read replica of it")
    check_port(request.get("port"))
    check_group(source.backend, request.get("db_parameter_group_name"))


def check_delete(instance: DBInstance, final_snapshot: str | None, skip: bool | None) -> None:
    """Refuse to delete what is protected, and every combination of snapshot options but the two that AWS takes."""
    if instance.deletion_protection:
        raise InvalidParameterCombination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again."
        )
    if instance.status == "deleting":
        raise invalid_state(f"Instance {instance.db_instance_identifier} is already being deleted.")
    if final_snapshot and instance.is_replica:
        raise InvalidParameterCombination(
            "FinalDBSnapshotIdentifier can not be specified when deleting a replica instance"
        )
    if final_snapshot and skip:
        raise InvalidParameterCombination("You cannot specify both FinalDBSnapshotIdentifier and SkipFinalSnapshot")
    if not final_snapshot and not skip:
        raise InvalidParameterCombination(
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        )
    if final_snapshot and instance.status not in {"available", "stopped"}:
        raise invalid_state(
            f"Instance {instance.db_instance_identifier} is {instance.status}: it cannot be snapshotted."
        )


def require(instance: DBInstance, purpose: str, states: Iterable[str] = ("available",)) -> None:
    """Refuse what only works in these states."""
    if instance.status not in states:
        raise invalid_state(
            f"Instance {instance.db_instance_identifier} is not in {' or '.join(states)} state: "
            f"it is {instance.status}, so the call cannot {purpose}."
        )


def check_modify(backend: RDSBackend, instance: DBInstance, request: Mapping[str, Any]) -> None:
    """Refuse a ModifyDBInstance that AWS would refuse, and what the embedded cloud cannot do."""
    require(instance, "modify it", ["available", INCOMPATIBLE])
    if request.get("manage_master_user_password") or request.get("rotate_master_user_password"):
        raise NotImplementedError("it manages no master passwords (ManageMasterUserPassword)")
    version = request.get("engine_version")
    if version and version.split(".", maxsplit=1)[0] != str(MAJOR):
        raise NotImplementedError(f"it runs PostgreSQL {MAJOR} behind DB instances, not {version}")
    if request.get("master_user_password"):
        if instance.is_replica:
            raise invalid_state("The master password of a read replica is its source's: change it there.")
        check_password(request["master_user_password"])
    check_port(request.get("db_port_number"))
    check_group(backend, request.get("db_parameter_group_name"))
    name = request.get("new_db_instance_identifier")
    if name:
        backend._validate_db_identifier(name)  # noqa: SLF001 - moto itself calls it for new instances only
        if name in backend.databases:
            raise DBInstanceAlreadyExists
    if int(request.get("allocated_storage") or instance.allocated_storage) < instance.allocated_storage:
        raise InvalidParameterCombination("Requested storage size is smaller than the current one.")
