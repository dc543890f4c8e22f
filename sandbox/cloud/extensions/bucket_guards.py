"""Access logs, locks and replication rules are kept whole; moto drops most of them, or refuses what AWS takes.

- PutObjectLockConfiguration is taken for a bucket that holds objects already: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
- an object that was uploaded in parts is locked like any other: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
- who may deliver logs is read off a policy in any of its forms, and the form of log keys is read back: https://docs.aws.amazon.com/AmazonS3/latest/API/API_TargetObjectKeyFormat.html
- replication rules are read back as they were put, and their destination has to exist with versioning and, for a bucket with
  locks, with locks: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
"""

import json
from collections.abc import Callable
from typing import Any

from moto.s3.exceptions import InvalidBucketState, S3ClientError
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import LOGGING_SERVICE_PRINCIPAL

from sandbox.cloud.patching import replace
from sandbox.home import Home


class DestinationError(S3ClientError):
    """PutBucketReplication refuses the destination."""

    code = "InvalidRequest"


def install(home: Home) -> None:
    """Replace what stores and what shows."""
    del home
    replace(S3Backend, "put_object_lock_configuration", _put_object_lock_configuration)
    replace(FakeBucket, "_log_permissions_enabled_policy", staticmethod(_may_deliver))
    _lock_what_came_in_parts()
    _check_destinations()
    _show("get_bucket_logging", _with_key_format)
    _show("get_bucket_replication", _with_whole_rules)


def _may_deliver(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    policy = json.loads(target_bucket.policy) if target_bucket.policy else {"Statement": []}
    allowed = {target_bucket.arn + "/*", f"{target_bucket.arn}/{target_prefix or ''}*"}
    return any(
        statement["Effect"] == "Allow"
        and isinstance(statement["Principal"], dict)
        and LOGGING_SERVICE_PRINCIPAL in _list(statement["Principal"].get("Service"))
        and "s3:PutObject" in _list(statement["Action"])
        and allowed & set(_list(statement["Resource"]))
        for statement in _list(policy["Statement"])
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _put_object_lock_configuration(self: S3Backend, bucket_name: str, lock_enabled: bool, *default: Any) -> None:
    bucket: Any = self.get_bucket(bucket_name)
    if not bucket.is_versioned:
        raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    bucket.object_lock_enabled = bucket.object_lock_enabled or lock_enabled
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = default or (None, None, None)


def _lock_what_came_in_parts() -> None:
    def complete_multipart_upload(self: S3Backend, bucket_name: str, *rest: Any) -> Any:
        key, bucket = original(self, bucket_name, *rest), self.get_bucket(bucket_name)
        if key is not None and bucket.has_default_lock:
            key.lock_mode, key.lock_until = bucket.default_lock_mode, bucket.default_retention()
        return key

    original = replace(S3Backend, "complete_multipart_upload", complete_multipart_upload)


def _check_destinations() -> None:
    def put_bucket_replication(self: S3Backend, bucket_name: str, replication: dict[str, Any]) -> None:
        original(self, bucket_name, replication)
        source = self.get_bucket(bucket_name)
        for rule in replication["Rule"]:
            name = rule["Destination"]["Bucket"].rpartition(":")[2]
            found = self.buckets.get(name)
            if found is None or not found.is_versioned:
                del source.replication  # type: ignore[attr-defined]  # set by moto outside of the class
                raise DestinationError("Destination bucket must have versioning enabled.")
            if source.object_lock_enabled and not found.object_lock_enabled:
                del source.replication  # type: ignore[attr-defined]  # as above
                raise DestinationError("Destination bucket must have Object Lock enabled.")

    original = replace(S3Backend, "put_bucket_replication", put_bucket_replication)


def _with_key_format(bucket: Any, answer: dict[str, Any]) -> None:
    form = (bucket.logging or {}).get("TargetObjectKeyFormat")
    if form:
        answer["LoggingEnabled"]["TargetObjectKeyFormat"] = form


def _with_whole_rules(bucket: Any, answer: dict[str, Any]) -> None:
    rules = [{**rule, "Filter": _filter(rule.get("Filter"))} for rule in bucket.replication["Rule"]]
    answer["ReplicationConfiguration"]["Rules"] = rules


def _filter(declared: dict[str, Any] | None) -> dict[str, Any]:
    # An empty element is None in the parsed XML and an empty text on AWS.
    return {name: "" if value is None else value for name, value in (declared or {"Prefix": ""}).items()}


def _show(name: str, complete: Callable[[Any, dict[str, Any]], None]) -> None:
    def method(self: Any) -> Any:
        serialized = self.serialized

        def with_rest(action_result: Any) -> Any:
            if isinstance(action_result.result, dict):  # an error otherwise
                complete(self.backend.get_bucket(self.bucket_name), action_result.result)
            return serialized(action_result)

        # A response object serves one request; moto writes the answer inside the method.
        self.serialized = with_rest
        return original(self)

    original = replace(S3Response, name, method)
