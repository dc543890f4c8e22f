import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


class Bucket:
    def __init__(self, s3: Any) -> None:
        self.s3, self.name = s3, f"policy-{uuid4().hex[:8]}"
        self.arn = f"arn:aws:s3:::{self.name}"
        s3.create_bucket(Bucket=self.name)

    def deny(self, condition: Any = None, **members: Any) -> None:
        statement = {
            "Sid": "TheStatement",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [self.arn, f"{self.arn}/*"],
            **({"Condition": condition} if condition else {}),
        } | members
        policy = {"Version": "2012-10-17", "Statement": [{k: v for k, v in statement.items() if v is not None}]}
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))

    def takes(self, **arguments: Any) -> bool:
        try:
            self.s3.put_object(Bucket=self.name, Key="key", Body=b"x", **arguments)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 403:
                raise
            return False
        return True


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> Bucket:
    return Bucket(aws("s3"))


def test_deny_unless_tls_lets_requests_over_tls_in(bucket: Bucket) -> None:
    bucket.deny({"Bool": {"aws:SecureTransport": "false"}})
    assert bucket.takes()


def test_the_scheme_is_that_of_the_real_request(bucket: Bucket) -> None:
    bucket.deny({"Bool": {"aws:SecureTransport": "true"}}, Action="s3:PutObject")
    assert not bucket.takes()


def test_deny_without_conditions_denies(bucket: Bucket) -> None:
    bucket.deny(Action="s3:PutObject")
    assert not bucket.takes()


def test_a_wrong_kind_of_encryption_is_denied(bucket: Bucket) -> None:
    bucket.deny({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, Action="s3:PutObject")
    assert not bucket.takes(ServerSideEncryption="AES256")
    assert not bucket.takes()
    assert bucket.takes(ServerSideEncryption="aws:kms")


def test_null_asks_for_the_header(bucket: Bucket) -> None:
    bucket.deny({"Null": {"s3:x-amz-server-side-encryption": "true"}}, Action="s3:PutObject")
    assert not bucket.takes()
    assert bucket.takes(ServerSideEncryption="AES256")


def test_all_conditions_of_a_statement_must_hold(bucket: Bucket) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    bucket.deny(
        {"StringNotEquals": {header: key}, "Null": {header: "false"}},
        Action="s3:PutObject",
    )
    assert bucket.takes()
    assert bucket.takes(ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    assert not bucket.takes(ServerSideEncryption="aws:kms", SSEKMSKeyId=key.replace("key/1", "key/2"))


def test_a_statement_for_somebody_else_does_not_touch_us(bucket: Bucket) -> None:
    bucket.deny(Principal={"AWS": "arn:aws:iam::123456789012:role/other"}, Action="s3:PutObject")
    assert bucket.takes()


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, "IpAddress on aws:SourceIp"),
        ({"Condition": {"StringLike": {"s3:x-amz-server-side-encryption": "*"}}}, "StringLike on s3:x-amz-server"),
        ({"NotPrincipal": {"AWS": "*"}, "Principal": None}, "NotPrincipal"),
        ({"NotResource": "*", "Resource": None}, "NotResource"),
        ({"Resource": "arn:aws:s3:::other/*"}, "Policy has invalid resource"),
        ({"Principal": None}, "Missing required field Principal"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_by_name(bucket: Bucket, members: dict[str, Any], named: str) -> None:
    with pytest.raises(ClientError, match=rf"\(MalformedPolicy\).*TheStatement.*{named}"):
        bucket.deny(**members)
    assert bucket.takes()


def test_a_policy_that_is_no_json_is_refused(bucket: Bucket) -> None:
    with pytest.raises(ClientError, match="MalformedPolicy"):
        bucket.s3.put_bucket_policy(Bucket=bucket.name, Policy="{")
