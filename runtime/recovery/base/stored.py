"""A base in S3, for whoever reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.backups.base.keys import BaseFolder
from runtime.common.aws import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class StoredBase:
    """A base, by the key of its manifest. `connect` makes a client in each process."""

    bucket: str
    manifest_key: str
    connect: Callable[[], "S3Client"] = s3_client

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.manifest_key}"

    @property
    def folder(self) -> BaseFolder:
        """Where all bases of the database lie."""
        return BaseFolder.around(self.manifest_key)
