"""Stacks for tests, and what the program registers for them, recorded."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tools import declared
from tools.declared import ACCOUNT, DIGEST, PROGRAM, REGION, Declaration, pem, run_program
from tools.declared import Declared as Recorded

__all__ = [
    "ACCOUNT",
    "CERTIFICATE",
    "DEVELOPMENT",
    "DIGEST",
    "KEY_IN_BASE64",
    "PRIVATE_KEY",
    "PRODUCTION",
    "PROGRAM",
    "REGION",
    "SECRETS",
    "SECRET_KEYS",
    "Recorded",
    "Recording",
    "record",
    "run_program",
]

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/jobr@{DIGEST}"
SECRETS = {
    "openaiApiKey": "sk-a-key-that-is-secret",
    "sendgridApiKey": "SG.a-key-that-is-secret",
    "stripeWebhookSecret": "whsec_a-key-that-is-secret",
}
SECRET_KEYS = frozenset({*SECRETS, "stripeSecretKey", "certificatePrivateKey"})
CERTIFICATE = pem("CERTIFICATE", "YSBjZXJ0aWZpY2F0ZQ==")
# "a-private-key-that-is-secret".
KEY_IN_BASE64 = "YS1wcml2YXRlLWtleS10aGF0LWlzLXNlY3JldA=="
PRIVATE_KEY = pem("PRIVATE KEY", KEY_IN_BASE64)

DEVELOPMENT = {
    "environment": "development",
    "accountId": ACCOUNT,
    "disposable": "true",
    "databaseLogicalReplication": "true",
    "walArchive": "function",
    "applicationImage": IMAGE,
    "certificateBody": CERTIFICATE,
    "certificatePrivateKey": PRIVATE_KEY,
    "stripeSecretKey": "sk_test_a-key-that-is-secret",
    **SECRETS,
}
PRODUCTION = {
    "environment": "production",
    "accountId": ACCOUNT,
    "logRetention": "365d",
    "natGateways": "per-zone",
    "interfaceEndpoints": "secretsmanager,kms,ecr.api,ecr.dkr,logs",
    "databaseMultiAz": "true",
    "databaseBackupRetention": "35d",
    "databaseProxy": "true",
    "databaseLogicalReplication": "true",
    "applicationImage": IMAGE,
    "domainName": "jobr.example.com",
    "certificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/00000000-0000-0000-0000-000000000000",
    "backupRetention": "90d",
    "objectLock": "governance",
    "objectLockRetention": "30d",
    "recoveryRegion": "us-west-2",
    "walArchive": "task",
    "alarmEmails": "one@example.com, two@example.com",
    "stripeSecretKey": "sk_live_a-key-that-is-secret",
    **SECRETS,
}


@dataclass
class Recording(Declaration):
    """All that a program registered and exported."""

    def one(self, type_: str, ending: str = "") -> Recorded:
        """The one resource of a type whose name ends so."""
        (found,) = [resource for resource in self.all(type_) if resource.name.endswith(ending)]
        return found


def record(
    program: Callable[[], Any],
    configuration: Mapping[str, str],
    stack: str = "test",
    recording: Recording | None = None,
    secrets: Collection[str] = SECRET_KEYS,
) -> Recording:
    """Run a program to its end and return what it registered. Its errors are raised; then `recording` holds what came before.

    `configuration` is without the namespace, as `secrets`, the keys that are kept encrypted.
    """
    seen = Recording() if recording is None else recording
    seen.stack = stack
    texts = {f"jobr:{key}": value for key, value in configuration.items()}
    declared.record(program, texts, [f"jobr:{key}" for key in secrets if key in configuration], seen)
    return seen


# tests/policy asks for what the cloud would answer under this name.
