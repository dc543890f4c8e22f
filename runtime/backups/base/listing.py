"""Which bases there are: a listing of manifests, whose keys sort by the moment at which the base was begun."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.manifest import BaseManifest
from runtime.common.errors import IntegrityError
from runtime.common.s3 import storage_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def base_keys(client: "S3Client", bucket: str, folder: BaseFolder) -> list[str]:
    """The keys of all manifests, oldest first. Raises StorageError."""
    return [key for key, _ in objects(client, bucket, folder.bases) if key.endswith("/manifest.json")]


def newest_base(client: "S3Client", bucket: str, folder: BaseFolder) -> BaseManifest | None:
    """The base that was begun last; None when there is none, or when its manifest is damaged, so that nothing relies on it. Raises StorageError."""
    keys = base_keys(client, bucket, folder)
    try:
        return BaseManifest.read(client, bucket, keys[-1]) if keys else None
    except IntegrityError:
        return None


def objects(client: "S3Client", bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
    """Key and length of every object below a prefix, in the order of the keys. Raises StorageError."""
    with storage_errors(f"list s3://{bucket}/{prefix}"):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield item["Key"], item["Size"]
