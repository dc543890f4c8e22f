"""What watches over a bucket's objects: access logs, locks, copies in another bucket."""

from sandbox.provider.mapping import Call, Resource, Text

_BUCKET = {"Bucket": "{bucket}"}
_GONE = ("NoSuchBucket", "404")

_TARGETS = {
    name: f"LoggingEnabled.{name[0].upper()}{name[1:]}"
    for name in ("targetBucket", "targetPrefix", "targetObjectKeyFormat")
}
_PUT_LOGGING = Call(
    "put_bucket_logging",
    carries=("bucket", *_TARGETS),
    rename={name: f"BucketLoggingStatus.{path}" for name, path in _TARGETS.items()},
)
LOGGING = Resource(
    token="aws:s3/bucketLogging:BucketLogging",
    service="s3",
    create=_PUT_LOGGING,
    id=Text("{bucket}"),
    read=Call("get_bucket_logging", _BUCKET, rename=_TARGETS),
    update=_PUT_LOGGING,
    update_all=True,
    delete=Call("put_bucket_logging", {**_BUCKET, "BucketLoggingStatus": {}}),
    replace=("bucket",),
    gone_when="!LoggingEnabled",
    gone=_GONE,
    taggable=False,
)

_LOCK_CARRIES = ("bucket", "objectLockEnabled", "rule")
OBJECT_LOCK = Resource(
    token="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    service="s3",
    create=Call("put_object_lock_configuration", carries=_LOCK_CARRIES),
    id=Text("{bucket}"),
    read=Call("get_object_lock_configuration", _BUCKET),
    rename={"rule": "ObjectLockConfiguration.Rule", "objectLockEnabled": "ObjectLockConfiguration.ObjectLockEnabled"},
    update=Call("put_object_lock_configuration", carries=_LOCK_CARRIES),
    update_all=True,
    # S3 cannot switch Object Lock off again: the official provider takes the default retention away.
    delete=Call(
        "put_object_lock_configuration", {**_BUCKET, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    ),
    replace=("bucket", "objectLockEnabled"),
    defaults={"objectLockEnabled": "Enabled"},
    gone_when="!(ObjectLockConfiguration.Rule.DefaultRetention.Mode)",
    gone=(*_GONE, "ObjectLockConfigurationNotFoundError"),
    taggable=False,
)

_RULES = {"rules": "ReplicationConfiguration.Rules", "role": "ReplicationConfiguration.Role"}
_REPLICATION_CARRIES = ("bucket", "role", "rules")
REPLICATION = Resource(
    token="aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    service="s3",
    create=Call("put_bucket_replication", carries=_REPLICATION_CARRIES),
    id=Text("{bucket}"),
    read=Call("get_bucket_replication", _BUCKET),
    rename={**_RULES, "rules.destination.encryptionConfiguration.replicaKmsKeyId": "ReplicaKmsKeyID"},
    update=Call("put_bucket_replication", carries=_REPLICATION_CARRIES),
    update_all=True,
    delete=Call("delete_bucket_replication", _BUCKET),
    replace=("bucket",),
    gone=(*_GONE, "ReplicationConfigurationNotFoundError"),
    taggable=False,
)

RESOURCES: tuple[Resource, ...] = (LOGGING, OBJECT_LOCK, REPLICATION)
