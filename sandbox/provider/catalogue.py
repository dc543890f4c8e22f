"""All mappings together: what `types` declares, under one registry."""

from sandbox.provider.api import Cloud
from sandbox.provider.mapping import Lookup, Resource
from sandbox.provider.registry import Registry
from sandbox.provider.types import (
    account,
    bucket_guards,
    certificates,
    containers,
    database_access,
    databases,
    events,
    file_systems,
    functions,
    identity,
    images,
    invocations,
    keys,
    load_balancers,
    messaging,
    metrics,
    names,
    network,
    observability,
    parameters,
    randomness,
    routing,
    scaling,
    security_groups,
    storage,
)

RESOURCES: tuple[Resource, ...] = (
    *network.RESOURCES,
    *routing.RESOURCES,
    *security_groups.RESOURCES,
    *keys.RESOURCES,
    *databases.RESOURCES,
    *database_access.RESOURCES,
    *storage.RESOURCES,
    *bucket_guards.RESOURCES,
    *file_systems.RESOURCES,
    *certificates.RESOURCES,
    *load_balancers.RESOURCES,
    *containers.RESOURCES,
    *scaling.RESOURCES,
    *metrics.RESOURCES,
    *names.RESOURCES,
    *identity.RESOURCES,
    *observability.RESOURCES,
    *messaging.RESOURCES,
    *events.RESOURCES,
    *parameters.RESOURCES,
    *functions.RESOURCES,
    *images.RESOURCES,
)
LOOKUPS: tuple[Lookup, ...] = (*account.LOOKUPS, *images.LOOKUPS)


def registry(cloud: Cloud) -> Registry:
    """Everything that the sandbox serves."""
    return Registry(
        cloud,
        RESOURCES,
        LOOKUPS,
        {
            **randomness.local_types(),
            **images.local_types(cloud),
            **invocations.local_types(cloud),
            **names.local_types(cloud),
        },
    )
