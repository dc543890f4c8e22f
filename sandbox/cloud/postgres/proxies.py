"""RDS Proxy as a door of its own before the primary: it takes TLS at its own address and leads to the registered instance.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import InvalidParameterValue, RDSClientError
from moto.rds.models import DBProxy, RDSBackend
from moto.rds.responses import RDSResponse

from sandbox.cloud.certificates import issue
from sandbox.cloud.errors import CloudError
from sandbox.cloud.patching import add, replace
from sandbox.cloud.postgres.databases import Databases
from sandbox.cloud.postgres.door import Door, Place
from sandbox.home import DATABASES

# A proxy takes connections on its engine's own port, whatever the instance's is.
PORT = 5432
# ModifyDBProxy's members, and what moto's record calls them.
_MODIFIED = {
    "Auth": "auth",
    "DebugLogging": "debug_logging",
    "IdleClientTimeout": "idle_client_timeout",
    "RequireTLS": "require_tls",
    "RoleArn": "role_arn",
    "SecurityGroups": "vpc_security_group_ids",
}


class Proxies:
    """The doors of all proxies of one embedded cloud, by the proxies' names."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._doors: dict[str, tuple[int, Door]] = {}

    def install(self) -> None:
        """Take over moto's proxies, which answer nobody, and add the call that moto lacks."""
        calls: dict[str, Callable[..., Any]] = {
            "create_db_proxy": self._create,
            "register_db_proxy_targets": self._register,
            "deregister_db_proxy_targets": self._deregister,
            "delete_db_proxy": self._delete,
        }
        for name, call in calls.items():
            replace(RDSBackend, name, _before(call, getattr(RDSBackend, name)))
        add(RDSResponse, "modify_db_proxy", _modify)

    def close(self) -> None:
        """Close every door."""
        while self._doors:
            _, (_, door) = self._doors.popitem()
            door.close()

    def _create(self, backend: RDSBackend, original: Callable[..., DBProxy], **sent: Any) -> DBProxy:
        proxy = original(backend, **sent)
        home = self._databases.home
        taken = {index for index, _ in self._doors.values()}
        # From the end, where the instances' addresses do not reach.
        index = next(i for i in range(DATABASES - 1, -1, -1) if i not in taken)
        address = home.database_address(index)
        certificate, key = issue(home, f"proxy-{index}", addresses=[address])
        door = Door(self._databases.loop, Place(proxy.db_proxy_name, address, PORT), certificate, key)
        try:
            door.reserve()
        except CloudError as error:
            del backend.db_proxies[proxy.db_proxy_name]
            raise InvalidParameterValue(str(error)) from error
        door.force_ssl = str(proxy.require_tls).lower() == "true"
        proxy.endpoint = address
        self._doors[proxy.db_proxy_name] = (index, door)
        return proxy

    def _register(self, backend: RDSBackend, original: Callable[..., Any], **sent: Any) -> Any:
        for identifier in sent.get("db_instance_identifiers") or []:
            instance = backend.databases.get(identifier)
            if instance is None:
                raise RDSClientError("DBInstanceNotFound", f"DBInstance {identifier} not found.")
            database = self._databases.live[instance.dbi_resource_id]
            self._doors[sent["db_proxy_name"]][1].open(database.cluster.socket)
        return original(backend, **sent)

    def _deregister(self, backend: RDSBackend, original: Callable[..., Any], **sent: Any) -> Any:
        found = self._doors.get(sent["db_proxy_name"])
        if found is not None:
            found[1].close()
            found[1].reserve()
        return original(backend, **sent)

    def _delete(self, backend: RDSBackend, original: Callable[..., Any], **sent: Any) -> Any:
        name = sent["proxy_name"]
        if name not in backend.db_proxies:
            raise RDSClientError("DBProxyNotFoundFault", f"DB proxy {name} doesn't exist.")
        found = self._doors.pop(name, None)
        if found is not None:
            found[1].close()
        return original(backend, **sent)


def _before(call: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    def method(backend: RDSBackend, **sent: Any) -> Any:
        return call(backend, original, **sent)

    return method


def _modify(response: RDSResponse) -> ActionResult:
    """ModifyDBProxy: what is sent is what is described from now on."""
    proxy = response.backend.describe_db_proxies(response.params["DBProxyName"])[0]
    for member, name in _MODIFIED.items():
        if response.params.get(member) is not None:
            setattr(proxy, name, response.params[member])
    return ActionResult({"DBProxy": proxy})
