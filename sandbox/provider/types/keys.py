"""KMS keys and aliases, Secrets Manager's secrets and their versions."""

import base64

from sandbox.provider.mapping import At, Call, Convert, Name, Part, Resource, Text

_KEY = {"KeyId": "{id}"}
_SECRET = {"SecretId": "{id}"}

KEY = Resource(
    token="aws:kms/key:Key",
    service="kms",
    create=Call(
        "create_key",
        carries=(
            "description",
            "customerMasterKeySpec",
            "keyUsage",
            "multiRegion",
            "policy",
            "bypassPolicyLockoutSafetyCheck",
        ),
    ),
    id=At("KeyMetadata.KeyId"),
    read=Call("describe_key", _KEY, at="KeyMetadata", rename={"isEnabled": "Enabled"}),
    update=Call("update_key_description", _KEY, carries=("description",)),
    delete=Call("schedule_key_deletion", {**_KEY, "PendingWindowInDays": "{deletionWindowInDays}"}),
    parts=(
        Part(
            ("enableKeyRotation", "rotationPeriodInDays"),
            put=Call(
                "enable_key_rotation",
                {**_KEY, "RotationPeriodInDays": "{rotationPeriodInDays}"},
                when="enableKeyRotation",
            ),
            read=Call("get_key_rotation_status", _KEY, rename={"enableKeyRotation": "KeyRotationEnabled"}),
            clear=Call("disable_key_rotation", _KEY),
            absent=("UnsupportedOperationException",),  # asymmetric keys do not rotate
        ),
        Part(
            ("policy",),
            put=Call("put_key_policy", {**_KEY, "PolicyName": "default", "Policy": "{policy}"}),
            read=Call("get_key_policy", {**_KEY, "PolicyName": "default"}),
        ),
        # Last, since a disabled key takes no changes.
        Part(("isEnabled",), put=Call("disable_key", _KEY, when="!isEnabled"), clear=Call("enable_key", _KEY)),
    ),
    rename={"customerMasterKeySpec": "KeySpec"},
    replace=("customerMasterKeySpec", "keyUsage", "multiRegion"),
    defaults={
        "bypassPolicyLockoutSafetyCheck": False,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "enableKeyRotation": False,
        "isEnabled": True,
        "keyUsage": "ENCRYPT_DECRYPT",
    },
    computed=("description", "multiRegion", "policy", "rotationPeriodInDays"),
    documents=("policy",),
    local=("deletionWindowInDays",),
    fixed=("bypassPolicyLockoutSafetyCheck",),
    gone=("NotFoundException",),
    gone_when="KeyState=='PendingDeletion'",
)

ALIAS = Resource(
    token="aws:kms/alias:Alias",
    service="kms",
    create=Call("create_alias"),
    id=Text("{name}"),
    read=Call("list_aliases", at="Aliases[?AliasName=='{id}'] | [0]"),
    update=Call("update_alias", {"AliasName": "{id}"}, carries=("targetKeyId",)),
    delete=Call("delete_alias", {"AliasName": "{id}"}),
    rename={"name": "AliasName"},
    outputs={"arn": At("AliasArn"), "targetKeyArn": Text("arn:aws:kms:{region}:{account}:key/{targetKeyId}")},
    replace=("name",),
    name=Name(),
    gone=("NotFoundException",),
    taggable=False,
)

SECRET = Resource(
    token="aws:secretsmanager/secret:Secret",
    service="secretsmanager",
    create=Call("create_secret", carries=("name", "description", "kmsKeyId", "forceOverwriteReplicaSecret")),
    id=At("ARN"),
    read=Call("describe_secret", _SECRET),
    update=Call("update_secret", _SECRET, carries=("description", "kmsKeyId")),
    # A window of 0 days asks for deletion at once, which the API calls otherwise.
    before_delete=(
        Call("delete_secret", {**_SECRET, "ForceDeleteWithoutRecovery": True}, when="recoveryWindowInDays == `0`"),
    ),
    delete=Call(
        "delete_secret",
        {**_SECRET, "RecoveryWindowInDays": "{recoveryWindowInDays}"},
        when="recoveryWindowInDays != `0`",
    ),
    parts=(
        Part(
            ("policy",),
            put=Call("put_resource_policy", {**_SECRET, "ResourcePolicy": "{policy}"}),
            read=Call("get_resource_policy", _SECRET, rename={"policy": "ResourcePolicy"}),
            clear=Call("delete_resource_policy", _SECRET),
        ),
    ),
    replace=("name",),
    name=Name(),
    defaults={"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30},
    documents=("policy",),
    local=("recoveryWindowInDays",),
    fixed=("forceOverwriteReplicaSecret",),
    gone=("ResourceNotFoundException", "InvalidRequestException"),  # the latter: it waits for its deletion already
    gone_when="DeletedDate",
    unserved={"replicas": "one region only", "type": "no secrets that partners manage"},
)

SECRET_VERSION = Resource(
    token="aws:secretsmanager/secretVersion:SecretVersion",
    service="secretsmanager",
    create=Call("put_secret_value", carries=("secretId", "secretString", "secretBinary")),
    id=Text("{secretId}|{VersionId}"),
    read=Call("get_secret_value", {"SecretId": "{secretId}", "VersionId": "{VersionId}"}),
    delete=None,  # the current version cannot be taken away; it goes with its secret, or a new one takes its place
    rename={"secretBinary": Convert("SecretBinary", base64.b64decode, lambda found: base64.b64encode(found).decode())},
    replace=("secretId", "secretString", "secretBinary"),
    outputs={"secretArn": At("ARN")},
    secret_outputs=("secretString", "secretBinary"),
    gone=("ResourceNotFoundException", "InvalidRequestException"),
    taggable=False,
    unserved={"hasSecretStringWo": "no write-only values"},
)

RESOURCES = (KEY, ALIAS, SECRET, SECRET_VERSION)
