"""The stack's KMS key."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.keys import key_policy

# KMS waits 7 to 30 days before it destroys a key, and with it everything that it encrypted.
DELETION_WINDOW_DAYS = 30
DISPOSABLE_DELETION_WINDOW_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What the key is made from."""

    account_id: str
    region: str
    disposable: bool


class EncryptionKey(Component):
    """Produces one customer-managed key, rotated every year, and its alias `alias/<name of the stack's resources>`."""

    room = "data"

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        key_name = self.named("key")
        key = aws.kms.Key(
            key_name,
            description=f"Encrypts what {name} stores: database, secrets, backups, images, logs, notifications",
            policy=key_policy(account_id=args.account_id, region=args.region, prefix=name),
            enable_key_rotation=True,
            deletion_window_in_days=DISPOSABLE_DELETION_WINDOW_DAYS if args.disposable else DELETION_WINDOW_DAYS,
            tags=self.tags(key_name),
            opts=self.options(protect=not args.disposable),
        )
        aws.kms.Alias(key_name, name=f"alias/{name}", target_key_id=key.key_id, opts=self.options())
        self.arn = key.arn
        self.finish({"keyArn": self.arn})
