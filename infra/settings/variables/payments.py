"""Payments: Stripe, and PhonePe in India. Real money moves in production, and nowhere else."""

from enum import StrEnum

from infra.settings.types import Environment
from infra.settings.variables.core import PRODUCTION
from infra.settings.variables.kinds import one_of, secret, text, whole
from infra.settings.variables.variable import ByEnvironment, Condition, Party, Setting, Variable

_ELSEWHERE = frozenset(Environment) - PRODUCTION


class PhonePeEnvironment(StrEnum):
    """PhonePe's two worlds."""

    PRODUCTION = "PRODUCTION"
    SANDBOX = "SANDBOX"


VARIABLES = (
    Variable(
        name="STRIPE_PUBLISHABLE_KEY",
        kind=text(
            "a publishable key of Stripe, which begins with pk_live_ or pk_test_", r"^pk_(live|test)_[A-Za-z0-9_-]{6,}$"
        ),
        description="Stripe's key for browsers; no secret.",
        source=Setting(),
    ),
    Variable(
        name="STRIPE_SECRET_KEY",
        kind=secret(
            "a secret or restricted key of Stripe, which begins with sk_live_, rk_live_, sk_test_ or rk_test_",
            r"^[sr]k_(live|test)_[A-Za-z0-9_-]{6,}$",
        ),
        description="Stripe's key for servers: live in production, test everywhere else.",
        source=Setting(required=True),
        party=Party.STRIPE,
    ),
    Variable(
        name="STRIPE_WEBHOOK_SECRET",
        kind=secret("a signing secret of Stripe, which begins with whsec_", r"^whsec_[!-~]{6,}$"),
        description="Signs what Stripe posts to the application.",
        source=Setting(required=True),
        party=Party.STRIPE,
    ),
    Variable(
        name="PHONEPE_MERCHANT_ID",
        kind=text("a merchant's id: letters, digits, - and _", r"^[A-Za-z0-9_-]{1,100}$"),
        description="The merchant at PhonePe.",
        source=Setting(),
        beside="PHONEPE_SALT_KEY",
    ),
    Variable(
        name="PHONEPE_SALT_KEY",
        kind=secret("a secret without spaces", r"^[!-~]{8,}$"),
        description="Signs requests to PhonePe.",
        source=Setting(),
        party=Party.PHONEPE,
    ),
    Variable(
        name="PHONEPE_SALT_INDEX",
        kind=whole(1, 99),
        description="Which of the merchant's salt keys that is.",
        source=Setting(default=1),
        beside="PHONEPE_SALT_KEY",
    ),
    Variable(
        name="PHONEPE_ENVIRONMENT",
        kind=one_of(PhonePeEnvironment),
        description="PhonePe's real world in production, its sandbox everywhere else.",
        source=ByEnvironment(
            texts={
                environment: PhonePeEnvironment.PRODUCTION if environment in PRODUCTION else PhonePeEnvironment.SANDBOX
                for environment in Environment
            }
        ),
        beside="PHONEPE_SALT_KEY",
    ),
)

CONDITIONS = (
    Condition(
        name="STRIPE_SECRET_KEY",
        environments=PRODUCTION,
        must_not="^[sr]k_test_",
        reason="is a test key: no payment would be real; a live key is needed",
    ),
    Condition(
        name="STRIPE_PUBLISHABLE_KEY",
        environments=PRODUCTION,
        must_not="^pk_test_",
        reason="is a test key: no payment would be real; a live key is needed",
    ),
    Condition(
        name="STRIPE_SECRET_KEY",
        environments=_ELSEWHERE,
        must_not="^[sr]k_live_",
        reason="is a live key: tests would move real money; a test key is needed",
    ),
    Condition(
        name="STRIPE_PUBLISHABLE_KEY",
        environments=_ELSEWHERE,
        must_not="^pk_live_",
        reason="is a live key: tests would move real money; a test key is needed",
    ),
    Condition(name="PHONEPE_ENVIRONMENT", environments=PRODUCTION, must="^PRODUCTION$", reason="must be PRODUCTION"),
    Condition(name="PHONEPE_ENVIRONMENT", environments=_ELSEWHERE, must="^SANDBOX$", reason="must be SANDBOX"),
)
