import json
from typing import Any

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Contract, Drift

KEY = {"KeyId": "{id}"}
METADATA = Call("describe_key", KEY, at="KeyMetadata")
ROTATION = Call("get_key_rotation_status", KEY)
SECRET = {"SecretId": "{id}"}


def policy(action: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": action,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def alias(bench: Bench) -> dict[str, Any]:
    return {"name": f"alias/{bench.unique()}", "targetKeyId": new_key(bench)}


def new_key(bench: Bench) -> str:
    return str(bench.client("kms").create_key()["KeyMetadata"]["KeyId"])


def new_secret(bench: Bench) -> str:
    return str(bench.client("secretsmanager").create_secret(Name=bench.unique())["ARN"])


class TestKeys(Contract):
    CASES = (
        Case(
            "aws:kms/key:Key",
            given=lambda _: {
                "description": "backups",
                "deletionWindowInDays": 7,
                "enableKeyRotation": True,
                "rotationPeriodInDays": 180,
                "policy": policy("kms:*"),
                "tags": {"team": "data"},
            },
            look=METADATA,
            shown={"Description": "backups", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"},
            sent={"enable_key_rotation.RotationPeriodInDays": 180},
            outputs={
                "arn": "arn:aws:kms:us-east-1:123456789012:key/{id}",
                "keyId": "{id}",
                "tagsAll": {"team": "data"},
            },
            changes=(
                Change("description", "all backups", {"Description": "all backups"}),
                Change("rotationPeriodInDays", 200, {"RotationPeriodInDays": 200}, look=ROTATION),
                # A key that does not rotate has no period.
                Change(
                    "enableKeyRotation",
                    False,
                    {"KeyRotationEnabled": False},
                    look=ROTATION,
                    beside={"rotationPeriodInDays": None},
                ),
                Change("enableKeyRotation", True, {"KeyRotationEnabled": True}, look=ROTATION),
                Change("policy", policy("kms:Decrypt"), sent={"put_key_policy.Policy": policy("kms:Decrypt")}),
                Change("isEnabled", False, {"KeyState": "Disabled"}),
                Change("isEnabled", True, {"KeyState": "Enabled"}),
                Change(
                    "tags",
                    {"team": "web"},
                    {"Tags": [{"TagKey": "team", "TagValue": "web"}]},
                    look=Call("list_resource_tags", KEY),
                ),
            ),
            replaces={"keyUsage": "SIGN_VERIFY", "customerMasterKeySpec": "RSA_2048", "multiRegion": True},
            drift=(
                Drift(Call("update_key_description", {**KEY, "Description": "x"}), "description", "x"),
                Drift(Call("disable_key_rotation", KEY), "enableKeyRotation", False),
                Drift(Call("disable_key", KEY), "isEnabled", False),
                Drift(
                    Call("tag_resource", {**KEY, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
                    "tags",
                    {"team": "data", "a": "b"},
                ),
            ),
            vanish=Call("schedule_key_deletion", {**KEY, "PendingWindowInDays": 7}),
            remains="KeyState=='PendingDeletion'",
        ),
        Case(
            "aws:kms/alias:Alias",
            given=alias,
            look=Call("list_aliases", at="Aliases[?AliasName=='{id}'] | [0]"),
            shown={"TargetKeyId": "{targetKeyId}"},
            outputs={
                "arn": "arn:aws:kms:us-east-1:123456789012:{name}",
                "targetKeyArn": "arn:aws:kms:us-east-1:123456789012:key/{targetKeyId}",
            },
            replaces={"name": "alias/other"},
            vanish=Call("delete_alias", {"AliasName": "{id}"}),
        ),
        Case(
            "aws:secretsmanager/secret:Secret",
            given=lambda bench: {
                "name": bench.unique(),
                "description": "d",
                "kmsKeyId": new_key(bench),
                "tags": {"a": "b"},
            },
            look=Call("describe_secret", SECRET),
            shown={"Description": "d", "KmsKeyId": "{kmsKeyId}", "Tags": [{"Key": "a", "Value": "b"}]},
            outputs={"arn": "{id}"},
            changes=(
                Change("description", "e", {"Description": "e"}),
                Change("policy", policy("secretsmanager:GetSecretValue"), look=Call("get_resource_policy", SECRET)),
                Change("policy", None, {"ResourcePolicy": None}, look=Call("get_resource_policy", SECRET)),
                Change("tags", {"a": "c"}, {"Tags": [{"Key": "a", "Value": "c"}]}),
            ),
            replaces={"name": "other"},
            drift=(Drift(Call("update_secret", {**SECRET, "Description": "x"}), "description", "x"),),
            vanish=Call("delete_secret", SECRET),
            remains="DeletedDate",
        ),
        Case(
            "aws:secretsmanager/secret:Secret",
            name="a secret without a recovery window",
            given=lambda bench: {"name": bench.unique(), "recoveryWindowInDays": 0},
            look=Call("describe_secret", SECRET),
        ),
        Case(
            "aws:secretsmanager/secretVersion:SecretVersion",
            given=lambda bench: {"secretId": new_secret(bench), "secretString": "hunter2"},
            look=Call("get_secret_value", {"SecretId": "{secretId}"}),
            shown={"SecretString": "hunter2", "VersionId": "{versionId}"},
            outputs={"arn": "{secretId}", "secretArn": "{secretId}", "versionStages": ["AWSCURRENT"]},
            replaces={"secretId": "other", "secretString": "hunter3"},
            vanish=Call("delete_secret", {"SecretId": "{secretId}"}),
        ),
    )

    def test_an_alias_can_move_to_another_key(self, bench_of: Any) -> None:
        bench = bench_of("aws:kms/alias:Alias")
        inputs = alias(bench)
        state = bench.create(inputs)
        other = new_key(bench)
        moved = bench.update(state, {**inputs, "targetKeyId": other})
        assert bench.call(Call("list_aliases", at="Aliases[?AliasName=='{id}'].TargetKeyId"), moved) == [other]

    def test_a_new_version_of_a_secret_becomes_the_current_one(self, bench_of: Any) -> None:
        bench = bench_of("aws:secretsmanager/secretVersion:SecretVersion")
        secret = new_secret(bench)
        first = bench.create({"secretId": secret, "secretString": "one"})
        second = bench.create({"secretId": secret, "secretString": "two"})
        assert first.id != second.id
        assert bench.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "two"
        assert bench.read(first) is not None
