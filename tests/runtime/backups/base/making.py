"""What tests of bases share: a database with logical decoding, a bucket, and bases made of one into the other."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, LiteralString

from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.making import Around, Base, Destination, Options, make_base
from runtime.backups.base.snapshot import Source
from runtime.common.clock import Clock, Deadline
from runtime.common.postgres import Connection
from runtime.common.s3 import Encryption
from runtime.wal.names import LineName
from tests.postgres_cluster import PostgresCluster
from tests.runtime.conftest import BUCKET, KEY, PLAIN

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SETTINGS = {"wal_level": "logical", "max_replication_slots": "20", "max_wal_senders": "20"}
PREFIX = "database/"


@dataclass
class Making:
    """A source database, and where its bases go."""

    cluster: PostgresCluster
    client: "S3Client"
    database: str
    destination: Destination = field(default_factory=lambda: Destination(BUCKET, PREFIX, Encryption(KEY)))
    options: Options = field(default_factory=lambda: Options("test", wait_seconds=2))
    clock: Clock = field(default_factory=Clock)

    def connection(
        self, database: str | None = None, user: str | None = None, password: str | None = None
    ) -> Connection:
        return Connection(
            self.cluster.host,
            self.cluster.port,
            database or self.database,
            user or self.cluster.user,
            password or self.cluster.password,
            PLAIN,
        )

    def line(self) -> str:
        """The name of a line that began on this server, just now."""
        with self.cluster.connect() as session:
            row = session.execute(
                "SELECT system_identifier, timeline_id, pg_current_wal_lsn() - '0/0' FROM pg_control_system(), pg_control_checkpoint()"
            ).fetchone()
        assert row
        return str(LineName(row[0], row[1], int(row[2])))

    def source(self, **changes: Any) -> Source:
        return replace(Source(self.connection(), self.connection()), **changes)

    def base(self, source: Source | None = None, deadline: Deadline | None = None, **changes: Any) -> Base:
        options = replace(self.options, **changes)
        around = Around(self.clock, deadline or Deadline.never(self.clock))
        return make_base(source or self.source(), self.destination, options, around)

    @property
    def folder(self) -> BaseFolder:
        return BaseFolder.of(PREFIX, self.database)

    def chunks(self) -> dict[str, Any]:
        """Every chunk in the bucket: key and when it was stored."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=self.folder.chunks)
        return {item["Key"]: item["LastModified"] for page in pages for item in page.get("Contents", [])}

    def manifests(self) -> list[str]:
        answer = self.client.list_objects_v2(Bucket=BUCKET, Prefix=self.folder.bases)
        return [item["Key"] for item in answer.get("Contents", [])]

    def execute(self, statements: LiteralString, database: str | None = None) -> None:
        self.cluster.execute(database or self.database, statements)
