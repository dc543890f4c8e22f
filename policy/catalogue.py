"""The table of policies: what each promises, which controls it enforces, and the check that does it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from policy import (
    bucket_keeping,
    buckets,
    containers,
    databases,
    files,
    functions,
    iam,
    images,
    keys,
    load_balancers,
    logs,
    messaging,
    networks,
    secrets,
    security_groups,
)
from policy.model import Control, Finding, Resource


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy of the pack. `each` judges a resource before it is created or changed; `whole` judges them together.

    A policy over the whole stack runs at the end of a preview and at the end of a deployment.
    """

    name: str
    description: str
    controls: tuple[Control, ...]
    each: Callable[[Resource], Iterable[Finding]] | None = None
    whole: Callable[[Sequence[Resource]], Iterable[Finding]] | None = None

    def check(self, resources: Sequence[Resource]) -> list[Finding]:
        """All findings about a stack."""
        if self.whole:
            return list(self.whole(resources))
        return [finding for resource in resources for finding in (self.each(resource) if self.each else ())]


def _all(*checks: Callable[[Sequence[Resource]], Iterable[Finding]]) -> Callable[[Sequence[Resource]], list[Finding]]:
    return lambda resources: [finding for check in checks for finding in check(resources)]


POLICIES = (
    Policy(
        name="databases-are-safe",
        description="Databases are encrypted, private, watched and patched, and in production neither lost nor deleted.",
        controls=(
            databases.NOT_PUBLIC,
            databases.INSTANCES_ENCRYPTED,
            databases.MULTI_AZ,
            databases.MONITORED,
            databases.UNDELETABLE,
            databases.LOGGED,
            databases.IAM_AUTHENTICATION,
            databases.BACKED_UP,
            databases.PATCHED,
            databases.TAGGED,
            databases.OWN_ADMINISTRATOR,
            databases.CLUSTERS_ENCRYPTED,
            databases.TLS_ONLY,
            databases.PROXIES_TLS_ONLY,
            databases.FINAL_SNAPSHOT,
        ),
        each=databases.check,
    ),
    Policy(
        name="databases-are-watched-together",
        description="No primary with a replica is updated blue/green, and somebody hears of a production database's events.",
        controls=(databases.INSTANCE_EVENTS, databases.PARAMETER_EVENTS, databases.REPLICA_OR_BLUE_GREEN),
        whole=_all(databases.check_replicas, databases.check_events),
    ),
    Policy(
        name="buckets-are-private-encrypted-and-tls-only",
        description="Buckets block public access, use a KMS key and refuse requests without TLS.",
        controls=(
            buckets.BLOCKED,
            buckets.NOT_READ,
            buckets.NOT_WRITTEN,
            buckets.TLS_ONLY,
            buckets.KMS_ENCRYPTED,
        ),
        whole=buckets.check,
    ),
    Policy(
        name="buckets-keep-what-they-hold",
        description="Buckets are versioned, log who reads them, age by a plan and need no access control lists.",
        controls=(
            bucket_keeping.LOGGED,
            bucket_keeping.NO_LISTS,
            bucket_keeping.AGEING,
            bucket_keeping.VERSIONED,
        ),
        whole=bucket_keeping.check,
    ),
    Policy(
        name="file-systems-are-safe",
        description="File systems are encrypted and entered through access points.",
        controls=(files.UNDER_A_KEY, files.ROOTED, files.IDENTIFIED, files.ENCRYPTED),
        each=files.check,
    ),
    Policy(
        name="file-systems-are-backed-up-and-private",
        description="File systems are mounted in private subnets, and in production backed up.",
        controls=(files.PRIVATE, files.BACKED_UP),
        whole=_all(files.check_backups, files.check_mounts),
    ),
    Policy(
        name="images-are-scanned-and-immutable",
        description="Image repositories scan what is pushed, keep tags where they are, and are encrypted with a key.",
        controls=(images.SCANNED, images.IMMUTABLE, images.ENCRYPTED),
        each=images.check,
    ),
    Policy(
        name="images-age",
        description="Image repositories forget old images by a lifecycle policy.",
        controls=(images.AGEING,),
        whole=images.check_lifecycles,
    ),
    Policy(
        name="only-load-balancers-face-the-world",
        description="The internet reaches ports 80 and 443 of load balancers, and nothing else.",
        controls=(security_groups.AUTHORIZED, security_groups.HIGH_RISK),
        whole=security_groups.check,
    ),
    Policy(
        name="subnets-give-out-no-addresses",
        description="Nothing gets a public address because of where it starts.",
        controls=(networks.NO_ADDRESSES,),
        each=networks.check,
    ),
    Policy(
        name="networks-are-logged-and-closed",
        description="Networks keep flow logs and an empty default security group; production pulls images inside them.",
        controls=(networks.EMPTY_DEFAULT, networks.FLOWS_LOGGED, networks.REGISTRY_API, networks.REGISTRY),
        whole=_all(networks.check_networks, networks.check_endpoints),
    ),
    Policy(
        name="load-balancers-are-safe",
        description="Load balancers speak modern TLS alone, keep logs, and probe readiness.",
        controls=(
            load_balancers.REDIRECTED,
            load_balancers.HEADERS,
            load_balancers.LOGGED,
            load_balancers.UNDELETABLE,
            load_balancers.DESYNC,
            load_balancers.ZONES,
            load_balancers.MODERN_TLS,
            load_balancers.TLS,
            load_balancers.READINESS,
        ),
        each=load_balancers.check,
    ),
    Policy(
        name="containers-are-confined",
        description="Containers are unprivileged, cannot change their own files, keep logs and have no public address.",
        controls=(
            containers.NO_ADDRESS,
            containers.OWN_PROCESSES,
            containers.UNPRIVILEGED,
            containers.READ_ONLY,
            containers.LOGGED,
            containers.LATEST_PLATFORM,
            containers.INSIGHTS,
            containers.FILES_TLS,
            containers.NOT_ROOT,
        ),
        each=containers.check,
    ),
    Policy(
        name="environments-hold-no-secrets",
        description="Secrets reach functions and containers by reference, never in environment variables.",
        controls=(secrets.IN_TASKS, secrets.IN_FUNCTIONS),
        each=secrets.check,
    ),
    Policy(
        name="functions-are-confined",
        description="Functions run in the network, keep what failed, are traced and closed to the world.",
        controls=(
            functions.NOT_PUBLIC,
            functions.IN_NETWORK,
            functions.ZONES,
            functions.TRACED,
            functions.DEAD_LETTERS,
        ),
        each=functions.check,
    ),
    Policy(
        name="functions-log-to-the-stack",
        description="Every function logs to a log group with retention and key.",
        controls=(functions.OWN_LOG,),
        whole=functions.check_logs,
    ),
    Policy(
        name="messages-are-encrypted-and-private",
        description="Topics and queues are encrypted and closed to the world.",
        controls=(
            messaging.TOPIC_ENCRYPTED,
            messaging.TOPIC_CLOSED,
            messaging.QUEUE_ENCRYPTED,
            messaging.QUEUE_CLOSED,
        ),
        each=messaging.check,
    ),
    Policy(
        name="messages-are-tls-only",
        description="Topics and queues refuse requests without TLS.",
        controls=(messaging.TLS_ONLY,),
        whole=messaging.check_transport,
    ),
    Policy(
        name="logs-are-kept-and-alarms-heard",
        description="Logs and metrics are kept as long as asked, under a key, and an alarm tells somebody.",
        controls=(
            logs.TELLS,
            logs.KEPT,
            logs.ACTIVE,
            logs.MACHINES_LOGGED,
            logs.ENDS,
            logs.ENCRYPTED,
        ),
        each=logs.check,
    ),
    Policy(
        name="keys-and-secrets-are-kept",
        description="Keys rotate and are not given away; secrets stand under them and can be brought back.",
        controls=(keys.ROTATED, keys.NOT_PUBLIC, keys.UNDER_A_KEY, keys.RECOVERABLE),
        each=keys.check,
    ),
    Policy(
        name="rights-are-named",
        description="IAM documents name what they allow, to whom, and on whose behalf.",
        controls=(
            iam.NO_ADMINISTRATORS,
            iam.ROLES_ONLY,
            iam.NO_WHOLE_SERVICES,
            iam.MANAGED_KEYS,
            iam.INLINE_KEYS,
            iam.NAMED_RESOURCES,
            iam.NO_NEGATIONS,
            iam.NAMED_PRINCIPALS,
            iam.NO_DEPUTIES,
        ),
        each=iam.check,
    ),
)
