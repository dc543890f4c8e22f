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
    # The second region's, where the settings name one.
    recovery_provider: aws.Provider | None = None

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

    def recovery_options(self) -> pulumi.ResourceOptions:
        """Options of a component in the second region.

        Raises:
            LookupError: the settings name none.
        """
        if self.recovery_provider is None:
            raise LookupError("the stack has no recoveryRegion")
        return pulumi.ResourceOptions(providers=[self.recovery_provider])


def of(settings: Settings) -> Context:
    """The context of a stack, with a provider for each of its regions that may change its account alone."""
    stack = settings.stack
    prefix = safe_name(PROJECT, stack.environment)
    recovery_region = settings.storage.recovery_region
    return Context(
        prefix=prefix,
        settings=settings,
        provider=_provider(prefix, stack, stack.region),
        recovery_provider=_provider(safe_name(prefix, "recovery"), stack, recovery_region) if recovery_region else None,
    )


def _provider(name: str, stack: StackSettings, region: str) -> aws.Provider:
    tags = {"Project": PROJECT, "Environment": stack.environment.value, "ManagedBy": "pulumi"}
    return aws.Provider(
        name,
        region=region,
        # Whoever runs this with another account's credentials changes nothing.
        allowed_account_ids=[stack.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags),
    )
