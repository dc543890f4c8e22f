"""Secrets in Secrets Manager, under the stack's key."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component

# Secrets Manager keeps a deleted secret for 7 to 30 days, or for none.
RECOVERY_WINDOW_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class StoredSecretArgs:
    """What a secret is made from; `value` stays encrypted in the state."""

    description: str
    value: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    disposable: bool


class StoredSecret(Component):
    """Produces one secret with its current value."""

    room = "data"

    def __init__(self, name: str, args: StoredSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        secret = aws.secretsmanager.Secret(
            name,
            description=args.description,
            kms_key_id=args.key_arn,
            recovery_window_in_days=0 if args.disposable else RECOVERY_WINDOW_DAYS,
            tags=self.tags(name),
            opts=self.options(),
        )
        version = aws.secretsmanager.SecretVersion(
            name, secret_id=secret.id, secret_string=pulumi.Output.secret(args.value), opts=self.options()
        )
        # By way of the version: who reads the secret by this ARN comes after its value is there.
        self.arn = version.secret_arn
        # Another one whenever the value is another.
        self.version_id = version.version_id
        self.finish({"secretArn": self.arn})
