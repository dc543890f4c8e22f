"""Verdicts in S3: one object for each stage of each revision, and one for each image that failed.

`deployments/<service>/<revision>/<stage>.json`, with `-<shift>` after the stage where it is walked once for each shift, and
`deployments/<service>/failed/<digest>.json`. The bucket keeps older versions.
"""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from runtime.common.errors import IntegrityError, StorageError
from runtime.common.s3 import MEBIBYTE, Encryption, storage_errors
from runtime.deployments.verdict import Verdict

# Each failure means that somebody else wrote the same object in between.
WRITES = 5
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
ABSENT = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True)
class Kept:
    """The verdict that holds and where it is; `new` when it was not there before, so that people are told once."""

    verdict: Verdict
    address: str
    new: bool


@dataclass(frozen=True)
class Records:
    """The verdicts of a bucket. Everything raises StorageError, or IntegrityError for an object that is no verdict."""

    s3: Any
    bucket: str
    kms_key_arn: str
    prefix: str = "deployments/"

    def find(self, service: str, revision: str, stage: str, shift: str = "") -> Verdict | None:
        """What was decided, if anything was."""
        return self._read(self._key(service, revision, stage, shift))[0]

    def put(self, verdict: Verdict) -> Kept:
        """Keep a verdict. The first final one of a deployment holds: whoever decides the same again gets that one back."""
        key = self._key(verdict.service, verdict.revision, verdict.stage, verdict.shift)
        for _ in range(WRITES):
            there, tag = self._read(key)
            if there is not None and there.final and there.deployment == verdict.deployment:
                return Kept(there, self._address(key), new=False)
            if self._write(key, verdict, tag):
                return Kept(verdict, self._address(key), new=True)
        raise StorageError(
            f"{self._address(key)} is written by somebody else all the time: look for a second function that decides the same."
        )

    def mark_failed(self, verdict: Verdict) -> None:
        """Remember that the verdict's image failed, until somebody asks for it again. A first mark stays."""
        if verdict.image_digest is not None:
            self._write(self._failed_key(verdict.service, verdict.image_digest), verdict, None)

    def failure(self, service: str, digest: str) -> Verdict | None:
        """The verdict by which an image failed, if it did."""
        return self._read(self._failed_key(service, digest))[0]

    def ask_again(self, service: str, digest: str) -> str:
        """The command that lets an image be tried again that failed."""
        return f"aws s3 rm {self._address(self._failed_key(service, digest))}"

    def _key(self, service: str, revision: str, stage: str, shift: str) -> str:
        return f"{self.prefix}{service}/{revision}/{stage}{f'-{shift}' if shift else ''}.json"

    def _failed_key(self, service: str, digest: str) -> str:
        # A colon is no character that S3 calls safe.
        return f"{self.prefix}{service}/failed/{digest.replace(':', '-')}.json"

    def _address(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def _read(self, key: str) -> tuple[Verdict | None, str | None]:
        """The verdict and its entity tag."""
        with storage_errors(f"read {self._address(key)}"):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in ABSENT:
                    return None, None
                raise
            body = answer["Body"].read(MEBIBYTE + 1)
        try:
            return Verdict.parse(json.loads(body)), answer["ETag"]
        except (IntegrityError, ValueError) as error:
            raise IntegrityError(
                f"{self._address(key)} cannot be used: {error} To begin anew: aws s3 rm {self._address(key)}"
            ) from None

    def _write(self, key: str, verdict: Verdict, tag: str | None) -> bool:
        """Whether it was written: only over the version with this entity tag, or where nothing is."""
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        with storage_errors(f"store {self._address(key)}"):
            try:
                self.s3.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=json.dumps(verdict.document(), indent=2, ensure_ascii=False).encode(),
                    ContentType="application/json",
                    ChecksumAlgorithm="SHA256",
                    **condition,
                    **Encryption(self.kms_key_arn).arguments(),
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in TAKEN:
                    return False
                raise
        return True
