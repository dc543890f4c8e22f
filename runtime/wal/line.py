"""What describes a line: written when its slot was made, and read by whoever goes on with it or restores from it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.common.errors import IntegrityError
from runtime.common.s3 import Encryption, put_document, read_document, storage_errors
from runtime.wal.names import Folder, LineName, database_folder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Follows(BaseModel):
    """The line before this one, how far it goes, and why it ended: between the two lies a gap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: str
    upto: int = Field(description="The position before which the earlier line has everything")
    reason: str


class Line(BaseModel):
    """One history of one database in the archive. Times are UTC, positions are of PostgreSQL's log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str
    database: str
    instance: str = Field(description="What tells the server from its copies, such as an RDS instance's resource id")
    slot: str
    publications: dict[str, int] = Field(
        description="The publications and their oids: PostgreSQL sends nothing, and says nothing, when one is gone"
    )
    started_at: datetime
    server_version: str
    follows: Follows | None = None

    @property
    def identity(self) -> LineName:
        """The line's name in its parts."""
        return LineName.parse(self.name)

    def folder(self, prefix: str) -> Folder:
        """Where its objects lie."""
        return Folder.of(prefix, self.database, self.identity)

    def write(self, client: "S3Client", bucket: str, prefix: str, encryption: Encryption) -> None:
        """Store it; there is never another one of the same name. Raises StorageError."""
        put_document(client, bucket, self.folder(prefix).document, self.model_dump_json(indent=2).encode(), encryption)

    @classmethod
    def read(cls, client: "S3Client", bucket: str, key: str) -> Self:
        """The line under this key. Raises StorageError when it cannot be had, IntegrityError when it is none."""
        document = read_document(client, bucket, key)
        try:
            return cls.model_validate_json(document)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise IntegrityError(f"s3://{bucket}/{key} describes no line that this version reads: {problems}.")


def lines(client: "S3Client", bucket: str, prefix: str, database: str) -> list[Line]:
    """Every line of a database, in the order in which they began. Raises StorageError or IntegrityError."""
    found = [Line.read(client, bucket, f"{folder}line.json") for folder in _folders(client, bucket, prefix, database)]
    return sorted(found, key=lambda line: (line.started_at, line.name))


def _folders(client: "S3Client", bucket: str, prefix: str, database: str) -> Iterator[str]:
    within = database_folder(prefix, database)
    with storage_errors(f"list s3://{bucket}/{within}"):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=within, Delimiter="/"):
            yield from (item["Prefix"] for item in page.get("CommonPrefixes", []))
