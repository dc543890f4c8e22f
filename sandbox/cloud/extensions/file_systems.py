"""EFS switches automatic backups, changes throughput and takes a policy away; moto lacks the calls.

https://docs.aws.amazon.com/efs/latest/ug/API_PutBackupPolicy.html, API_UpdateFileSystem.html, API_DeleteFileSystemPolicy.html
"""

import json
from typing import Any

from moto.efs.exceptions import FileSystemNotFound
from moto.efs.models import EFSBackend, FileSystem
from moto.efs.responses import EFSResponse

from sandbox.cloud.patching import add, replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Add the three calls, show backups that are switched off as such, and name a file system that is gone."""
    del home
    replace(FileSystem, "backup_policy", property(_backup_policy))
    for name in ("describe_backup_policy", "describe_file_system_policy"):
        _know_the_gone(name)
    add(EFSResponse, "put_backup_policy", _put_backup_policy)
    add(EFSResponse, "update_file_system", _update_file_system)
    add(EFSResponse, "delete_file_system_policy", _delete_file_system_policy)


def _backup_policy(self: FileSystem) -> dict[str, str] | None:
    status = getattr(self, "_backup_status", "ENABLED" if self._backup else None)
    return None if status is None else {"Status": status}


def _know_the_gone(name: str) -> None:
    def described(self: EFSBackend, file_system_id: str) -> Any:
        if file_system_id not in self.file_systems_by_id:
            raise FileSystemNotFound(file_system_id)
        return original(self, file_system_id)

    original = replace(EFSBackend, name, described)


def _found(response: Any) -> FileSystem:
    backend: EFSBackend = response.efs_backend
    file_system_id = response._get_param("FileSystemId")  # noqa: SLF001  # moto's own way to a parameter
    if file_system_id not in backend.file_systems_by_id:
        raise FileSystemNotFound(file_system_id)
    return backend.file_systems_by_id[file_system_id]


def _put_backup_policy(self: Any) -> str:
    file_system: Any = _found(self)
    file_system._backup_status = self._get_param("BackupPolicy")["Status"]  # noqa: SLF001  # hidden from describe, which shows public attributes
    return json.dumps({"BackupPolicy": file_system.backup_policy})


def _update_file_system(self: Any) -> str:
    file_system = _found(self)
    file_system.throughput_mode = self._get_param("ThroughputMode") or file_system.throughput_mode
    file_system.provisioned_throughput_in_mibps = self._get_param("ProvisionedThroughputInMibps")
    return json.dumps(file_system.info_json())


def _delete_file_system_policy(self: Any) -> str:
    _found(self).file_system_policy = None
    return "{}"
