"""RDS with a real PostgreSQL 18 behind each DB instance, and with the parts of instances and groups that moto drops.

moto's instances are records: available at once, at an address that nobody answers, alike in their DbiResourceId.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_PostgreSQL.html
"""

from collections.abc import Callable
from typing import Any

from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from sandbox.cloud.patching import replace
from sandbox.cloud.postgres.client import write_clients
from sandbox.cloud.postgres.databases import Databases
from sandbox.cloud.postgres.groups import Groups
from sandbox.cloud.postgres.instances import Instances
from sandbox.cloud.postgres.proxies import Proxies
from sandbox.home import Home

_running: list[Databases] = []
_proxies: list[Proxies] = []


def install(home: Home) -> None:
    """End what a killed cloud left behind, write the clients and take over moto's DB instances and parameter groups."""
    databases = Databases(home)
    _running.append(databases)
    write_clients(home)
    instances = Instances(databases)
    _take_over_instances(instances)
    _take_over_groups(Groups(instances, databases.catalogue))
    _take_over_endpoints(databases)
    proxies = Proxies(databases)
    _proxies.append(proxies)
    proxies.install()


def shut_down() -> None:
    """End every PostgreSQL and remove its data."""
    while _proxies:
        _proxies.pop().close()
    while _running:
        _running.pop().close()


def _take_over_instances(instances: Instances) -> None:
    moto_reset = RDSBackend.reset

    def reset(backend: RDSBackend) -> None:
        for proxies in _proxies:
            proxies.close()
        instances.reset(backend)
        moto_reset(backend)

    calls: dict[str, Callable[..., Any]] = {
        "create_db_instance": instances.create,
        "create_db_instance_read_replica": instances.replicate,
        "modify_db_instance": instances.modify,
        "reboot_db_instance": instances.reboot,
        "stop_db_instance": instances.stop,
        "start_db_instance": instances.start,
        "promote_read_replica": instances.promote,
        "delete_db_instance": instances.delete,
        "restore_db_instance_from_db_snapshot": instances.refuse_restore,
        "restore_db_instance_to_point_in_time": instances.refuse_restore,
        "reset": reset,
    }
    for name, call in calls.items():
        replace(RDSBackend, name, _method(call))


def _take_over_groups(groups: Groups) -> None:
    calls: dict[str, Callable[..., Any]] = {
        "modify_db_parameter_group": groups.modify,
        "delete_db_parameter_group": groups.delete,
        "delete_subnet_group": groups.delete_subnets,
    }
    for name, call in calls.items():
        replace(RDSBackend, name, _method(call))
    # moto has no such call to replace.
    RDSResponse.reset_db_parameter_group = _method(groups.reset)  # type: ignore[attr-defined]  # it is added
    replace(DBInstance, "db_parameter_group_status_list", property(groups.status))


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    """A method for a class of moto; a bound method of ours would not be given its object."""

    def method(self: object, *arguments: Any, **options: Any) -> Any:
        return call(self, *arguments, **options)

    return method


def _take_over_endpoints(databases: Databases) -> None:
    """The address is the door's, and there is an endpoint only once the instance was created."""

    def address(instance: DBInstance) -> str:
        database = databases.live.get(instance.dbi_resource_id)
        return database.address if database else ""

    def endpoint(instance: DBInstance) -> dict[str, Any] | None:
        if instance.status == "creating" or not address(instance):
            return None
        return {"Address": address(instance), "Port": instance.port, "HostedZoneId": "Z2R2ITUGPM61AM"}

    replace(DBInstance, "address", property(address))
    replace(DBInstance, "endpoint", property(endpoint))
