"""S3 buckets and their sub-resources, each of which is a resource of its own."""

from typing import Any

from sandbox.provider.api import CloudError
from sandbox.provider.mapping import FLAT, Action, Call, Convert, Name, Resource, Text, Values
from sandbox.provider.shapes import natural

_BUCKET = {"Bucket": "{bucket}"}
_GONE = ("NoSuchBucket", "404")


def _empty(cloud: Any, values: Values) -> None:
    """Deletes every version of every object, as forceDestroy promises."""
    if not values.get("forceDestroy"):
        return
    # As the official provider: a lock in governance mode is passed over, one in compliance mode cannot be.
    bypass = {"BypassGovernanceRetention": True} if _locked(cloud, values["id"]) else {}
    while True:
        page = cloud.call("s3", "list_object_versions", {"Bucket": values["id"], "MaxKeys": 1000})
        objects = [
            {"Key": item["Key"], "VersionId": item["VersionId"]}
            for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if not objects:
            return
        cloud.call(
            "s3", "delete_objects", {"Bucket": values["id"], "Delete": {"Objects": objects, "Quiet": True}, **bypass}
        )


def _locked(cloud: Any, bucket: str) -> bool:
    try:
        cloud.call("s3", "get_object_lock_configuration", {"Bucket": bucket})
    except CloudError:
        return False
    return True


EMPTY: Action = _empty

BUCKET = Resource(
    token="aws:s3/bucket:Bucket",
    service="s3",
    create=Call(
        "create_bucket",
        {"CreateBucketConfiguration": {"LocationConstraint": "{location!}"}},
        carries=("bucket", "objectLockEnabled"),
        rename={"objectLockEnabled": "ObjectLockEnabledForBucket"},
    ),
    id=Text("{bucket}"),
    read=Call("head_bucket", {"Bucket": "{id}"}),
    delete=Call("delete_bucket", {"Bucket": "{id}"}),
    before_delete=(EMPTY,),
    replace=("bucket", "objectLockEnabled"),
    name=Name("bucket", limit=63, lower=True),
    defaults={"forceDestroy": False},
    local=("forceDestroy",),
    fixed=("objectLockEnabled",),
    outputs={
        "arn": Text("arn:aws:s3:::{id}"),
        "bucketDomainName": Text("{id}.s3.amazonaws.com"),
        "bucketRegionalDomainName": Text("{id}.s3.{region}.amazonaws.com"),
        "bucketRegion": Text("{region}"),
        "hostedZoneId": Text("Z3AQBSTGFYJSTF"),  # us-east-1's, from AWS's table of S3 website endpoints
    },
    gone=_GONE,
    tags_in_create=False,
    unserved={"websiteDomain": "no websites", "websiteEndpoint": "no websites"},
)

VERSIONING = Resource(
    token="aws:s3/bucketVersioning:BucketVersioning",
    service="s3",
    create=Call("put_bucket_versioning", carries=("bucket", "versioningConfiguration")),
    id=Text("{bucket}"),
    read=Call("get_bucket_versioning", _BUCKET, rename={"versioningConfiguration": FLAT}),
    update=Call("put_bucket_versioning", carries=("bucket", "versioningConfiguration")),
    update_all=True,
    # AWS cannot switch versioning off again: the official provider suspends it.
    delete=Call("put_bucket_versioning", {**_BUCKET, "VersioningConfiguration": {"Status": "Suspended"}}),
    replace=("bucket",),
    gone_when="!Status",
    gone=_GONE,
    taggable=False,
)

ENCRYPTION = Resource(
    token="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    service="s3",
    create=Call("put_bucket_encryption", carries=("bucket", "rules")),
    id=Text("{bucket}"),
    read=Call("get_bucket_encryption", _BUCKET),
    rename={"rules": "ServerSideEncryptionConfiguration.Rules"},
    update=Call("put_bucket_encryption", carries=("bucket", "rules")),
    update_all=True,
    delete=Call("delete_bucket_encryption", _BUCKET),
    replace=("bucket",),
    gone=(*_GONE, "ServerSideEncryptionConfigurationNotFoundError"),
    taggable=False,
)


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _of_pairs(pairs: list[dict[str, str]]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}


LIFECYCLE = Resource(
    token="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    service="s3",
    create=Call(
        "put_bucket_lifecycle_configuration",
        carries=("bucket", "rules"),
        rename={"rules": "LifecycleConfiguration.Rules"},
    ),
    id=Text("{bucket}"),
    read=Call("get_bucket_lifecycle_configuration", _BUCKET, rename={"rules": "Rules"}),
    rename={"rules.filter.and.tags": Convert("Tags", _pairs, _of_pairs)},
    update=Call(
        "put_bucket_lifecycle_configuration",
        carries=("bucket", "rules"),
        rename={"rules": "LifecycleConfiguration.Rules"},
    ),
    update_all=True,
    delete=Call("delete_bucket_lifecycle", _BUCKET),
    replace=("bucket",),
    gone=(*_GONE, "NoSuchLifecycleConfiguration"),
    taggable=False,
)

POLICY = Resource(
    token="aws:s3/bucketPolicy:BucketPolicy",
    service="s3",
    create=Call("put_bucket_policy", carries=("bucket", "policy")),
    id=Text("{bucket}"),
    read=Call("get_bucket_policy", _BUCKET),
    update=Call("put_bucket_policy", carries=("bucket", "policy")),
    update_all=True,
    delete=Call("delete_bucket_policy", _BUCKET),
    replace=("bucket",),
    documents=("policy",),
    gone=(*_GONE, "NoSuchBucketPolicy"),
    taggable=False,
)

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
PUBLIC_ACCESS_BLOCK = Resource(
    token="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    service="s3",
    create=Call("put_public_access_block", carries=("bucket", *_BLOCKS)),
    local=("skipDestroy",),
    id=Text("{bucket}"),
    read=Call("get_public_access_block", _BUCKET),
    rename={name: f"PublicAccessBlockConfiguration.{name[0].upper()}{name[1:]}" for name in _BLOCKS},
    update=Call("put_public_access_block", carries=("bucket", *_BLOCKS)),
    update_all=True,
    delete=Call("delete_public_access_block", _BUCKET, when="!skipDestroy"),
    replace=("bucket",),
    defaults=dict.fromkeys(_BLOCKS, False),
    gone=(*_GONE, "NoSuchPublicAccessBlockConfiguration"),
    taggable=False,
)

OWNERSHIP = Resource(
    token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    service="s3",
    create=Call("put_bucket_ownership_controls", carries=("bucket", "rule")),
    id=Text("{bucket}"),
    read=Call(
        "get_bucket_ownership_controls",
        _BUCKET,
        rename={"rule": Convert("OwnershipControls.Rules", list, lambda rules: natural(rules[0]))},
    ),
    rename={"rule": "OwnershipControls.Rules"},
    update=Call("put_bucket_ownership_controls", carries=("bucket", "rule")),
    update_all=True,
    delete=Call("delete_bucket_ownership_controls", _BUCKET),
    replace=("bucket",),
    gone=(*_GONE, "OwnershipControlsNotFoundError"),
    taggable=False,
)

RESOURCES: tuple[Resource, ...] = (
    BUCKET,
    VERSIONING,
    ENCRYPTION,
    LIFECYCLE,
    POLICY,
    PUBLIC_ACCESS_BLOCK,
    OWNERSHIP,
)
