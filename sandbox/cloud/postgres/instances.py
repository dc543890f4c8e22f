"""moto's DB instances with a PostgreSQL behind each: every call that creates, changes or ends one.

A call checks, changes moto's record, sets the status that AWS shows meanwhile, and leaves the work to the background.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from moto.rds.exceptions import DBInstanceAlreadyExists, DBInstanceNotFoundError, InvalidParameterValue, RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from sandbox.cloud.errors import CloudError
from sandbox.cloud.postgres import members, rules
from sandbox.cloud.postgres.databases import Database, Databases, Master
from sandbox.cloud.postgres.formulas import Machine
from sandbox.cloud.postgres.parameters import ParameterError, Settings
from sandbox.cloud.postgres.records import (
    REPLICATING,
    fail,
    parameter_values,
    rename_in_relatives,
    replicates,
    stand_alone,
)

LOG = logging.getLogger(__name__)


class Instances:
    """The calls. It keeps moto's own methods, which do what needs no change."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self._moto_create = RDSBackend.create_db_instance
        self._moto_replicate = RDSBackend.create_db_instance_read_replica
        self._moto_modify = RDSBackend.modify_db_instance
        self._moto_delete = RDSBackend.delete_db_instance

    def create(self, backend: RDSBackend, request: Mapping[str, Any]) -> DBInstance:
        """CreateDBInstance: status creating, then available."""
        sent = dict(request)
        rules.check_create(backend, sent)
        if "." not in str(sent.get("engine_version") or ""):
            sent["engine_version"] = rules.DEFAULT_VERSION
        group = backend.db_parameter_groups.get(sent.get("db_parameter_group_name") or "")
        self._settings(parameter_values(group), sent)
        database, identity = self._reserve(backend, sent)
        try:
            instance = self._moto_create(backend, sent)
        except Exception:
            database.remove()
            raise
        members.complete(instance, identity, sent)
        for snapshot in backend.database_snapshots.values():
            if snapshot.db_instance_identifier == instance.db_instance_identifier:
                snapshot.dbi_resource_id = identity
        master = Master(sent["master_username"], sent["master_user_password"], sent.get("db_name"))
        self._run(instance, "creating", lambda: database.create(self._current(instance), master))
        return instance

    def replicate(self, backend: RDSBackend, request: Mapping[str, Any]) -> DBInstance:
        """CreateDBInstanceReadReplica: a streaming replica, an instance of its own with a DbiResourceId of its own."""
        sent = dict(request)
        source = backend.find_db_from_id(sent["source_db_instance_identifier"])
        backend._validate_db_identifier(sent["db_instance_identifier"])  # noqa: SLF001 - moto's create has it, this lacks it
        rules.check_replica(source, sent)
        if source.backend is backend:
            sent["source_db_instance_identifier"] = source.db_instance_identifier
        sent.setdefault("port", source.port)
        database, identity = self._reserve(backend, sent)
        replica = self._moto_replicate(backend, sent)
        members.detach(replica, sent)
        members.complete(replica, identity, sent)
        primary = self._database(source)
        self._run(replica, "creating", lambda: database.replicate(self._current(replica), primary))
        return replica

    def modify(self, backend: RDSBackend, identifier: str, request: Mapping[str, Any]) -> DBInstance:
        """ModifyDBInstance: status modifying; what needs a restart, or the next maintenance window, is as on AWS."""
        instance = backend.describe_db_instances(identifier)[0]
        sent = dict(request)
        rules.check_modify(backend, instance, sent)
        now = bool(sent.pop("apply_immediately", False))
        effective = members.defer(instance, sent, now=now)
        password, port = effective.pop("master_user_password", None), effective.pop("db_port_number", None)
        name = effective.get("new_db_instance_identifier")
        moves = effective.get("db_instance_class") not in {None, instance.db_instance_class} or port or name
        settings = self._settings(parameter_values(instance.db_parameter_groups()[0]), vars(instance) | effective)
        self._moto_modify(backend, instance.db_instance_identifier, effective)
        members.remember(instance, effective)
        if name:
            rename_in_relatives(backend, identifier, name)
        if port:
            instance.port = int(port)
        database = self._database(instance)

        def work() -> None:
            if password:
                database.set_password(str(instance.master_username), password)
            if moves:
                database.values = parameter_values(instance.db_parameter_groups()[0])
                database.restart(
                    settings, instance.port if port else None, instance.db_instance_identifier if name else None
                )

        self._run(instance, "modifying", work)
        return instance

    def reboot(self, backend: RDSBackend, identifier: str) -> DBInstance:
        """RebootDBInstance: what the parameter group says takes effect."""
        instance = backend.describe_db_instances(identifier)[0]
        rules.require(instance, "reboot it", ["available", rules.INCOMPATIBLE])
        database = self._database(instance)
        self._run(instance, "rebooting", lambda: database.restart(self._current(instance)))
        return instance

    def stop(self, backend: RDSBackend, identifier: str, snapshot: str | None = None) -> DBInstance:
        """StopDBInstance; not for a replica, nor for an instance that has one."""
        instance = backend.describe_db_instances(identifier)[0]
        rules.require(instance, "stop it")
        if instance.is_replica or instance.replicas:
            raise rules.invalid_state("A DB instance that is a read replica, or has one, cannot be stopped.")
        if snapshot:
            backend.create_db_snapshot(identifier, snapshot)
        self._run(instance, "stopping", self._database(instance).stop, then="stopped")
        return instance

    def start(self, backend: RDSBackend, identifier: str) -> DBInstance:
        """StartDBInstance."""
        instance = backend.describe_db_instances(identifier)[0]
        rules.require(instance, "start it", ["stopped"])
        database = self._database(instance)
        self._run(instance, "starting", lambda: database.start(self._current(instance)))
        return instance

    def promote(self, backend: RDSBackend, request: Mapping[str, Any]) -> DBInstance:
        """PromoteReadReplica: the replica takes writes and stands alone."""
        instance = backend.describe_db_instances(request["db_instance_identifier"])[0]
        if not instance.is_replica:
            raise rules.invalid_state("DB Instance is not a read replica.")
        rules.require(instance, "promote it")
        retention = request.get("backup_retention_period")
        instance.backup_retention_period = 1 if retention is None else int(retention)
        if request.get("preferred_backup_window"):
            instance.preferred_backup_window = request["preferred_backup_window"]
        database = self._database(instance)

        def work() -> None:
            database.promote()
            backend.find_db_from_id(str(instance.source_db_instance_identifier)).remove_replica(instance)
            stand_alone(instance)

        self._run(instance, "modifying", work)
        return instance

    def delete(
        self,
        backend: RDSBackend,
        db_instance_identifier: str,
        final_db_snapshot_identifier: str | None = None,
        skip_final_snapshot: bool | None = False,
        delete_automated_backups: bool | None = True,
    ) -> DBInstance:
        """DeleteDBInstance: status deleting until processes, data and socket are gone, then not found."""
        instance = backend.databases.get(db_instance_identifier)
        if instance is None:
            raise DBInstanceNotFoundError(db_instance_identifier)
        rules.check_delete(instance, final_db_snapshot_identifier, skip_final_snapshot)
        if final_db_snapshot_identifier:
            backend.create_db_snapshot(db_instance_identifier, final_db_snapshot_identifier, snapshot_type="manual")
        for standby in [other for other in backend.databases.values() if replicates(other, instance)]:
            # On AWS the replicas of a deleted primary are promoted.
            database = self._database(standby)
            database.primary = None
            self._run(standby, "modifying", partial(self._orphan, standby, database))
        instance.status = "deleting"
        self._database(instance).submit(partial(self._remove, backend, instance, bool(delete_automated_backups)))
        return instance

    def refuse_restore(self, *_: Any, **__: Any) -> DBInstance:
        """Restores are refused: an empty database under a restored one's name would be worse than none."""
        raise NotImplementedError("it keeps no data of snapshots and no point in time to restore")

    def reset(self, backend: RDSBackend) -> None:
        """End the servers of a backend that forgets everything."""
        for instance in backend.databases.values():
            database = self.databases.live.get(instance.dbi_resource_id)
            if database is not None:
                database.remove()

    def apply_now(self, backend: RDSBackend, group: str, names: set[str]) -> None:
        """Have changed dynamic parameters take effect on the instances of the group."""
        for instance in backend.databases.values():
            if instance.db_parameter_group_name == group and instance.status == "available":
                self._database(instance).submit(partial(self._apply, instance, names))

    def in_sync(self, instance: DBInstance) -> bool:
        """Whether nothing of the parameter group waits for a reboot."""
        database = self.databases.live.get(instance.dbi_resource_id)
        changing = instance.status in {"creating", "rebooting", "starting", "stopped", "failed", "deleting"}
        return database is None or changing or database.values == parameter_values(instance.db_parameter_groups()[0])

    def _apply(self, instance: DBInstance, names: set[str]) -> None:
        database = self._database(instance)
        wanted = parameter_values(instance.db_parameter_groups()[0])
        database.values = {k: v for k, v in database.values.items() if k not in names}
        database.values |= {k: v for k, v in wanted.items() if k in names}
        try:
            database.apply(self._settings(database.values, vars(instance)))
        except (CloudError, RDSClientError):
            LOG.exception("parameters of %s", instance.db_instance_identifier)

    def _orphan(self, standby: DBInstance, database: Database) -> None:
        database.promote()
        stand_alone(standby)

    def _remove(self, backend: RDSBackend, instance: DBInstance, automated: bool) -> None:
        try:
            self._database(instance).remove()
            source = instance.source_db_instance_identifier
            if instance.is_replica and source and source.rsplit(":", 1)[-1] not in backend.databases:
                instance.is_replica = False
            instance.deletion_protection = False
            self._moto_delete(backend, instance.db_instance_identifier, None, True, automated)
        except Exception as error:
            LOG.exception("deleting %s", instance.db_instance_identifier)
            fail(instance, error)

    def _run(self, instance: DBInstance, meanwhile: str, work: Callable[[], None], then: str = "available") -> None:
        def job() -> None:
            try:
                work()
            except Exception as error:
                LOG.exception("%s %s", meanwhile, instance.db_instance_identifier)
                fail(instance, error, "failed" if meanwhile == "creating" else rules.INCOMPATIBLE)
            else:
                vars(instance)["status_infos"] = [REPLICATING] if instance.is_replica else []
                if instance.status != "deleting":
                    instance.status = then

        instance.status = meanwhile
        self._database(instance).submit(job)

    def _reserve(self, backend: RDSBackend, sent: Mapping[str, Any]) -> tuple[Database, str]:
        identifier = sent["db_instance_identifier"]
        if identifier in backend.databases:
            raise DBInstanceAlreadyExists
        identity = members.resource_id()
        try:
            port = int(sent.get("port") or DBInstance.default_port("postgres"))
            return self.databases.reserve(identity, identifier.lower(), port), identity
        except CloudError as error:
            raise InvalidParameterValue(str(error)) from error

    def _database(self, instance: DBInstance) -> Database:
        return self.databases.live[instance.dbi_resource_id]

    def _current(self, instance: DBInstance) -> Settings:
        """What the parameter group says now, noted as being in effect."""
        values = parameter_values(instance.db_parameter_groups()[0])
        settings = self._settings(values, vars(instance) | {"allocated_storage": instance.allocated_storage})
        self._database(instance).values = values
        return settings

    def _settings(self, values: Mapping[str, str], of: Mapping[str, Any]) -> Settings:
        storage = of.get("allocated_storage") or of.get("_allocated_storage") or 0
        machine = Machine.of(of["db_instance_class"], int(storage), int(of.get("port") or 5432))
        try:
            return self.databases.catalogue.settings(values, machine)
        except ParameterError as error:
            raise RDSClientError(error.code, str(error)) from error
