"""What a backup is: written last, so that a backup exists exactly when its manifest does."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.common.errors import IntegrityError
from runtime.common.s3 import Encryption, put_document, read_document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SHA256 = r"^[0-9a-f]{64}$"


class Manifest(BaseModel):
    """A finished backup. Sizes are bytes, times are UTC, versions are what the programs call themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = 1
    dump_format: Literal["pg_dump custom, zstd"] = "pg_dump custom, zstd"
    environment: str
    database: str
    server_version: str
    pg_dump_version: str
    started_at: datetime
    finished_at: datetime
    object_key: str = Field(min_length=1, description="The dump, in the manifest's own bucket")
    raw_bytes: int = Field(gt=0)
    raw_sha256: str = Field(pattern=SHA256)
    compressed_bytes: int = Field(gt=0)
    compressed_sha256: str = Field(pattern=SHA256)

    def write(self, client: "S3Client", bucket: str, key: str, encryption: Encryption) -> None:
        """Store it under a new key. Raises StorageError."""
        put_document(client, bucket, key, self.model_dump_json(indent=2).encode(), encryption)

    @classmethod
    def read(cls, client: "S3Client", bucket: str, key: str) -> Self:
        """The manifest under this key. Raises StorageError when it cannot be had and IntegrityError when it is none."""
        document = read_document(client, bucket, key)
        try:
            return cls.model_validate_json(document)
        except ValidationError as error:
            problems = [
                f"{'.'.join(map(str, problem['loc'])) or 'document'}: {problem['msg']}" for problem in error.errors()
            ]
        raise IntegrityError(f"s3://{bucket}/{key} is no manifest that this version reads: {'; '.join(problems)}.")
