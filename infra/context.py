"""What every component of a stack has in common: its place, its names and its provider."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.naming import safe_name
from infra.settings import Settings, StackSettings

PROJECT = "jobr"


@dataclass(frozen=True, kw_only=True)
class Context:
    """`prefix` begins every name of the stack. Rooms hand each component its own slice of the settings."""

    prefix: str
    settings: Settings
    provider: aws.Provider

    @property
    def stack(self) -> StackSettings:
        """What the whole stack shares."""
        return self.settings.stack

    def name(self, *parts: str) -> str:
        """The name of a component of this stack."""
        return safe_name(self.prefix, *parts)

    def options(self) -> pulumi.ResourceOptions:
        """Options of a component that has no parent: the stack's own provider."""
        return pulumi.ResourceOptions(providers=[self.provider])


def of(settings: Settings) -> Context:
    """The context of a stack, with the provider that may change its account alone."""
    stack = settings.stack
    prefix = safe_name(PROJECT, stack.environment)
    tags = {"Project": PROJECT, "Environment": stack.environment.value, "ManagedBy": "pulumi"}
    provider = aws.Provider(
        prefix,
        region=stack.region,
        # Whoever runs this with another account's credentials changes nothing.
        allowed_account_ids=[stack.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags),
    )
    return Context(prefix=prefix, settings=settings, provider=provider)
