"""What a base is: written last, so that a base exists exactly when its manifest does."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from runtime.common.errors import IntegrityError, StorageError
from runtime.common.s3 import MEBIBYTE, Encryption, put_document, read_document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# About 180 bytes for each chunk of 16 MiB: room for some 5 TB. Larger databases are AWS Backup's.
LIMIT_BYTES = 64 * MEBIBYTE
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """A part of a manifest: never changed, and with no field that this version does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Chunk(Part):
    """Bytes of a base: their checksum, which is also their name, their length raw and as stored, and the rows in them."""

    sha256: Sha256
    raw_bytes: int = Field(gt=0)
    stored_bytes: int = Field(gt=0)
    rows: int = Field(ge=0)


class Name(Part):
    """What something in a database is called."""

    schema_name: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema_name}.{self.name}"


class Table(Name):
    """A table's own rows, without those of its children: what COPY wrote of `columns`, in order."""

    columns: tuple[str, ...]
    condition: str = Field(default="", description="Which rows, where an extension says that only some are the user's")
    rows: int = Field(ge=0)
    raw_bytes: int = Field(ge=0)
    chunks: tuple[Chunk, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        rows, size = sum(chunk.rows for chunk in self.chunks), sum(chunk.raw_bytes for chunk in self.chunks)
        if (rows, size) != (self.rows, self.raw_bytes):
            raise ValueError(
                f"the chunks of {self} have {rows} rows in {size} bytes, not {self.rows} in {self.raw_bytes}"
            )
        return self


class Sequence(Name):
    """Where a sequence stands; at the moment when it was read, which is not before the snapshot."""

    last_value: int
    is_called: bool


class LargeObjects(Part):
    """All large objects: owners, privileges and comments in `descriptions`, the bytes in pages of `page_bytes`."""

    count: int = Field(ge=0)
    page_bytes: int = Field(gt=0)
    descriptions: tuple[Chunk, ...]
    pages: tuple[Chunk, ...]


class Extension(Name):
    """An extension, the schema that it is in, and its version."""

    version: str


class Role(Part):
    """A role that the definitions name, because it owns something or is granted something."""

    name: str
    owns: bool


class Locale(Part):
    """With what the database was created, so that another one can be created alike."""

    encoding: str
    provider: Literal["libc", "icu", "builtin"]
    collate: str
    ctype: str
    locale: str | None
    icu_rules: str | None
    collation_version: str | None


class Omission(Part):
    """What the base does not hold, and why."""

    what: str
    why: str


class BaseManifest(Part):
    """A finished base. Sizes are bytes, times are UTC, versions are what the programs call themselves.

    `lsn` is where the base and its line divide: a transaction whose commit record begins at or beyond it is not in the base. Both are None for a base that
    no archive completes.
    """

    format_version: Literal[2] = 2
    environment: str
    database: str
    line: str | None
    lsn: int | None
    read_from: Literal["primary", "standby"]
    server_version: str
    pg_dump_version: str
    started_at: datetime
    snapshot_at: datetime = Field(description="All that the base holds was committed before, by the server's clock")
    finished_at: datetime
    locale: Locale
    roles: tuple[Role, ...] = Field(description="Those that the target must have")
    extensions: tuple[Extension, ...]
    schema_dump: Chunk = Field(description="pg_dump's custom format, definitions only")
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]
    large_objects: LargeObjects
    materialized_views: tuple[Name, ...] = Field(description="Those to refresh, in this order")
    omissions: tuple[Omission, ...]

    @property
    def major_version(self) -> int:
        """The server's major version."""
        return int(self.server_version.split(".")[0])

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    def chunks(self) -> Iterator[Chunk]:
        """Every chunk that the base needs, as often as it needs it."""
        yield self.schema_dump
        for table in self.tables:
            yield from table.chunks
        yield from self.large_objects.descriptions
        yield from self.large_objects.pages

    def unique_chunks(self) -> dict[str, Chunk]:
        """Every chunk once, by its checksum."""
        return {chunk.sha256: chunk for chunk in self.chunks()}

    def write(self, client: "S3Client", bucket: str, key: str, encryption: Encryption) -> None:
        """Store it under a new key. Raises StorageError, also for a manifest that `read` would refuse for its size."""
        body = self.model_dump_json().encode()
        if len(body) > LIMIT_BYTES:
            raise StorageError(
                f"The manifest s3://{bucket}/{key} would have {len(body)} bytes, more than the {LIMIT_BYTES} that are read back: use AWS Backup for a database of this size."
            )
        put_document(client, bucket, key, body, encryption)

    @classmethod
    def read(cls, client: "S3Client", bucket: str, key: str) -> Self:
        """The manifest under this key. Raises StorageError when it cannot be had and IntegrityError when it is none."""
        document = read_document(client, bucket, key, LIMIT_BYTES)
        try:
            return cls.model_validate_json(document)
        except ValidationError as error:
            problems = [
                f"{'.'.join(map(str, item['loc'])) or 'document'}: {item['msg']}" for item in error.errors()[:5]
            ]
        raise IntegrityError(
            f"s3://{bucket}/{key} is no manifest of a base that this version reads: {'; '.join(problems)}."
        )
