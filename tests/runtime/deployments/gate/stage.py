"""What a check looks at, made for a test: a deployment on an account, and the environment that green would have."""

from collections.abc import Mapping
from typing import Any

from runtime.common.clock import Deadline
from runtime.common.logging import Redactor
from runtime.deployments.gate.application import ApplicationEnvironment
from runtime.deployments.gate.check import Result
from runtime.deployments.gate.scene import Scene
from runtime.deployments.gate.settings import GateSettings
from runtime.deployments.hearing import Hearing
from runtime.deployments.hook import HookCall
from runtime.deployments.service import Revision, ServiceState
from runtime.deployments.verdict import Finding, Verdict
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.deployment import (
    BLUE,
    BLUE_GROUP,
    CLUSTER,
    DIGEST,
    GREEN,
    GREEN_GROUP,
    IMAGE,
    SERVICE,
    event,
)

VALID = {
    "NODE_ENV": "staging",
    "PORT": "3000",
    "BASE_URL": "https://jobr.example",
    "MEMORY_LIMIT": "1024",
    "CPU_LIMIT": "1000",
    "JWT_SECRET": "j" * 40,
    "JWT_REFRESH_SECRET": "r" * 40,
    "SESSION_SECRET": "s" * 40,
    "DATABASE_URL": "postgresql://jobr:p%20word@example-db:5432/app?sslmode=verify-full",
    "STRIPE_SECRET_KEY": "sk_test_stripe-of-a-test",
    "STRIPE_WEBHOOK_SECRET": "whsec_of-a-test",
    "OPENAI_API_KEY": "sk-openai-of-a-test",
    "SENDGRID_API_KEY": "SG.sendgrid-of-a-test",
}
SECRETS = frozenset(name for name in VALID if name.endswith(("_SECRET", "_KEY", "_URL"))) - {"BASE_URL"}


def state(blue: bool = True, image: str = IMAGE, digest: str | None = DIGEST, **more: Any) -> ServiceState:
    """A service whose deployment begins."""
    definition = "arn:aws:ecs:us-east-1:123456789012:task-definition/application:7"
    members: dict[str, Any] = {
        "service_arn": SERVICE,
        "cluster_arn": CLUSTER,
        "desired_tasks": 4,
        "green": Revision(GREEN, definition, image, digest, None),
        "blue": Revision(BLUE, definition, image, digest, BLUE_GROUP) if blue else None,
        "target_groups": (BLUE_GROUP, GREEN_GROUP),
        "production_rule": None,
        "test_rule": None,
    }
    return ServiceState(**members | more)


def scene(
    account: Account,
    values: Mapping[str, str] = VALID,
    *,
    service: ServiceState | None = None,
    previous: Verdict | None = None,
    environment: ApplicationEnvironment | None = None,
    **settings: Any,
) -> Scene:
    """The scene of a check."""
    clock = account.time.clock()
    hearing = Hearing(
        call=HookCall.parse(event()),
        settings=GateSettings.from_environment(account.variables()).model_copy(update=settings),
        clock=clock,
        clients=account.clients(),
        redactor=Redactor(),
        records=account.records(),
        deadline=Deadline.never(clock),
        previous=previous,
    )
    service = service or state()
    return Scene(hearing, service, service.green.image, environment or ApplicationEnvironment(values, ()))


def single(result: Result) -> Finding:
    """The only finding."""
    (finding,) = result.findings
    return finding
