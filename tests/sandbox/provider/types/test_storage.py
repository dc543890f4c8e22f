"""Buckets and their sub-resources."""

import json
from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift
from tests.sandbox.provider.types.surroundings import WholeContract

_BUCKET = {"Bucket": "{id}"}
TAGS = {"Name": "a bucket"}


def _look(operation: str, at: str = "@") -> Call:
    return Call(operation, _BUCKET, at=at)


def bucket(bench: Bench) -> str:
    """The name of a bucket that has nothing yet."""
    name = bench.unique("case")
    bench.client("s3").create_bucket(Bucket=name)
    return name


def _with_policy(bench: Bench) -> dict[str, Any]:
    name = bucket(bench)
    statement: dict[str, Any] = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [f"arn:aws:s3:::{name}/*"],
    }
    statement["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    return {"bucket": name, "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


_RULES = [
    {"id": "old", "status": "Enabled", "filter": {"prefix": "database/"}, "expiration": {"days": 30}},
    {
        "id": "parts",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
        "noncurrentVersionExpiration": {"noncurrentDays": 7, "newerNoncurrentVersions": 2},
    },
]
_COLD = [
    {
        "id": "cold",
        "status": "Disabled",
        "filter": {"and": {"prefix": "logs/", "tags": {"kind": "audit"}}},
        "transitions": [{"days": 30, "storageClass": "GLACIER_IR"}],
        "noncurrentVersionTransitions": [{"noncurrentDays": 30, "storageClass": "STANDARD_IA"}],
    }
]


def _encryption(algorithm: str, **more: Any) -> list[dict[str, Any]]:
    return [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, **more}, "bucketKeyEnabled": True}]


def _drifted_encryption() -> Call:
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
    return Call("put_bucket_encryption", {**_BUCKET, "ServerSideEncryptionConfiguration": {"Rules": rules}})


KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
OTHER = "another-bucket-altogether"
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


class TestBuckets(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:s3/bucket:Bucket",
            lambda bench: {"bucket": bench.unique("case"), "tags": TAGS},
            _look("get_bucket_tagging"),
            {"TagSet[0].Value": "a bucket"},
            outputs={
                "arn": "arn:aws:s3:::{bucket}",
                "bucketDomainName": "{bucket}.s3.amazonaws.com",
                "bucketRegionalDomainName": "{bucket}.s3.us-east-1.amazonaws.com",
                "bucketRegion": "us-east-1",
                "hostedZoneId": "Z3AQBSTGFYJSTF",
                "forceDestroy": False,
            },
            changes=(
                Change("tags", {"Name": "another", "Owner": "us"}, {"length(TagSet)": 2}),
                Change("forceDestroy", True),
            ),
            replaces={"bucket": OTHER, "objectLockEnabled": True},
            drift=(
                Drift(
                    Call("put_bucket_tagging", {**_BUCKET, "Tagging": {"TagSet": [{"Key": "By", "Value": "hand"}]}}),
                    "tags",
                    {"By": "hand"},
                ),
            ),
            vanish=Call("delete_bucket", _BUCKET),
        ),
        Case(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            lambda bench: {"bucket": bucket(bench), "rules": _encryption("aws:kms", kmsMasterKeyId=KEY)},
            _look("get_bucket_encryption", "ServerSideEncryptionConfiguration.Rules"),
            {
                "[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm": "aws:kms",
                "[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID": KEY,
                "[0].BucketKeyEnabled": True,
            },
            changes=(
                Change(
                    "rules", _encryption("AES256"), {"[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm": "AES256"}
                ),
            ),
            replaces={"bucket": OTHER},
            drift=(
                Drift(
                    _drifted_encryption(),
                    "rules",
                    [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "bucketKeyEnabled": True}],
                ),
            ),
            vanish=Call("delete_bucket_encryption", _BUCKET),
        ),
        Case(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            lambda bench: {"bucket": bucket(bench), "rules": _RULES},
            _look("get_bucket_lifecycle_configuration", "Rules"),
            {
                "[0].Expiration.Days": 30,
                "[0].Filter.Prefix": "database/",
                "[1].AbortIncompleteMultipartUpload.DaysAfterInitiation": 1,
                "[1].NoncurrentVersionExpiration.NoncurrentDays": 7,
            },
            changes=(
                Change("rules", [{**_RULES[0], "expiration": {"days": 9}}], {"[0].Expiration.Days": 9, "length(@)": 1}),
                Change(
                    "rules",
                    _COLD,
                    {
                        "[0].Filter.And.Tags": [{"Key": "kind", "Value": "audit"}],
                        "[0].Transitions[0].StorageClass": "GLACIER_IR",
                        "[0].Status": "Disabled",
                    },
                ),
            ),
            replaces={"bucket": OTHER},
            drift=(
                Drift(
                    Call(
                        "put_bucket_lifecycle_configuration",
                        {
                            **_BUCKET,
                            "LifecycleConfiguration": {
                                "Rules": [
                                    {
                                        "ID": "old",
                                        "Status": "Enabled",
                                        "Filter": {"Prefix": "database/"},
                                        "Expiration": {"Days": 1},
                                    }
                                ]
                            },
                        },
                    ),
                    "rules",
                    [{**_RULES[0], "expiration": {"days": 1}}],
                ),
            ),
            vanish=Call("delete_bucket_lifecycle", _BUCKET),
        ),
        Case(
            "aws:s3/bucketPolicy:BucketPolicy",
            _with_policy,
            _look("get_bucket_policy"),
            {"Policy": "{policy}"},
            replaces={"bucket": OTHER},
            vanish=Call("delete_bucket_policy", _BUCKET),
        ),
        Case(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            lambda bench: {"bucket": bucket(bench), "blockPublicAcls": True, "restrictPublicBuckets": True},
            _look("get_public_access_block", "PublicAccessBlockConfiguration"),
            {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": False,
                "IgnorePublicAcls": False,
                "RestrictPublicBuckets": True,
            },
            outputs={"blockPublicPolicy": False},
            changes=tuple(
                Change(name, name in _BLOCKS[1:3], {f"{name[0].upper()}{name[1:]}": name in _BLOCKS[1:3]})
                for name in _BLOCKS
            ),
            replaces={"bucket": OTHER},
            drift=(
                Drift(
                    Call(
                        "put_public_access_block",
                        {**_BUCKET, "PublicAccessBlockConfiguration": {"BlockPublicAcls": False}},
                    ),
                    "blockPublicAcls",
                    False,
                ),
            ),
            vanish=Call("delete_public_access_block", _BUCKET),
        ),
        Case(
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            lambda bench: {"bucket": bucket(bench), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
            _look("get_bucket_ownership_controls", "OwnershipControls.Rules"),
            {"[0].ObjectOwnership": "BucketOwnerEnforced"},
            changes=(Change("rule", {"objectOwnership": "ObjectWriter"}, {"[0].ObjectOwnership": "ObjectWriter"}),),
            replaces={"bucket": OTHER},
            drift=(
                Drift(
                    Call(
                        "put_bucket_ownership_controls",
                        {**_BUCKET, "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
                    ),
                    "rule",
                    {"objectOwnership": "ObjectWriter"},
                ),
            ),
            vanish=Call("delete_bucket_ownership_controls", _BUCKET),
        ),
    )
