"""The stack's KMS keys, one for each purpose, so that a right to one opens nothing else."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.keys import Purpose, key_policy

# KMS waits 7 to 30 days before it destroys a key, and with it everything that it encrypted.
DELETION_WINDOW_DAYS = 30
DISPOSABLE_DELETION_WINDOW_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class KeysArgs:
    """What the keys are made from."""

    account_id: str
    region: str
    disposable: bool


class Keys(Component):
    """Produces a customer-managed key for each purpose, rotated every year, with the alias `alias/<stack>-<purpose>`.

    `database`, `storage`, `secrets`, `logs`, `messages` and `images` are the keys' ARNs.
    """

    room = "data"

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.database = self._key(Purpose.DATABASE)
        self.storage = self._key(Purpose.STORAGE)
        self.secrets = self._key(Purpose.SECRETS)
        self.logs = self._key(Purpose.LOGS)
        self.messages = self._key(Purpose.MESSAGES)
        self.images = self._key(Purpose.IMAGES)
        self.finish({purpose.value: getattr(self, purpose.value) for purpose in Purpose})

    def _key(self, purpose: Purpose) -> pulumi.Output[str]:
        args, name = self._args, self.named(purpose)
        key = aws.kms.Key(
            name,
            description=f"{self.component_name}: {purpose.description}",
            policy=key_policy(purpose, account_id=args.account_id, region=args.region, prefix=self.component_name),
            enable_key_rotation=True,
            deletion_window_in_days=DISPOSABLE_DELETION_WINDOW_DAYS if args.disposable else DELETION_WINDOW_DAYS,
            tags=self.tags(name),
            opts=self.options(protect=not args.disposable),
        )
        aws.kms.Alias(name, name=f"alias/{name}", target_key_id=key.key_id, opts=self.options())
        return key.arn
