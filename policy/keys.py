"""Keys rotate and are not given away; secrets stand under them and can be brought back."""

from collections.abc import Iterator

from policy.documents import is_public, known_statements
from policy.model import Control, Finding, Resource, Standard, house
from policy.rules import checker, in_production, missing, rule, unless, when

ROTATED = Control("KMS.4", "AWS KMS key rotation should be enabled", Standard.SECURITY_HUB)
NOT_PUBLIC = Control("KMS.5", "KMS keys should not be publicly accessible")
UNDER_A_KEY = house(
    "secrets-under-a-key",
    "Secrets are encrypted with a key of the stack",
    "the account's own key for Secrets Manager can be used by whoever may read secrets at all",
)
RECOVERABLE = house(
    "secrets-can-be-restored",
    "A production secret that was deleted can be restored",
    "with a recovery window of 0 days Secrets Manager deletes for good",
)

KEY = "aws:kms/key:Key"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
# Asymmetric keys and keys for HMAC cannot rotate by themselves (KMS, Rotating AWS KMS keys).
SYMMETRIC = (None, "SYMMETRIC_DEFAULT")


def _still(key: Resource) -> bool:
    return key.get("customerMasterKeySpec") in SYMMETRIC and unless("enableKeyRotation", True)(key)


_check_settings = checker(
    [
        rule(KEY, ROTATED, _still, "never rotates", "Set enable_key_rotation=True"),
        rule(SECRET, UNDER_A_KEY, missing("kmsKeyId"), "is not encrypted with a key of the stack", "Set kms_key_id"),
        in_production(
            SECRET,
            RECOVERABLE,
            when("recoveryWindowInDays", 0),
            "would be deleted for good",
            "Set recovery_window_in_days to 7 or more",
        ),
    ]
)


def check(resource: Resource) -> Iterator[Finding]:
    """Findings about a key or a secret."""
    yield from _check_settings(resource)
    if resource.type == KEY and any(is_public(statement) for statement in known_statements(resource.get("policy"))):
        yield Finding(NOT_PUBLIC, resource, "can be used by everybody", "Name the principals in its policy")
