"""PostgreSQL and Redis."""

from datetime import timedelta

from infra.settings.variables.core import REAL
from infra.settings.variables.kinds import Kind, flag, milliseconds, secret, text, whole
from infra.settings.variables.number_patterns import whole_numbers
from infra.settings.variables.variable import Condition, Constant, Party, Setting, Variable, Wired


def _postgresql() -> Kind:
    return secret("a postgresql:// URL", r"^postgres(ql)?://[^\s]+$")


def _redis() -> Kind:
    port = whole_numbers(1, 65_535).strip("^$")
    words = "a redis:// or rediss:// URL, with @ / ? # and spaces of its password written in percent"
    return secret(words, rf"^rediss?://([^@/?#\s]*@)?[A-Za-z0-9._-]+(:{port})?([/?#][^\s]*)?$")


VARIABLES = (
    Variable(
        name="DATABASE_URL",
        kind=_postgresql(),
        description="How to log in to the database as the application; by way of the proxy where there is one.",
        source=Wired(origin="the application's login"),
    ),
    Variable(
        name="READ_REPLICA_URL",
        kind=_postgresql(),
        description="How to log in to the read replica, which is a little behind, to read only.",
        source=Wired(origin="the read-only login, where `databaseReplica` is true", always=False),
    ),
    Variable(
        name="NODE_EXTRA_CA_CERTS",
        kind=text("an absolute path", r"^(/[A-Za-z0-9._-]+)+$"),
        description="Where RDS's CA bundle (global-bundle.pem) lies in the image; node trusts it beside its own authorities, so that `verify-full` can verify.",
        source=Setting(default="/etc/ssl/certs/rds-global-bundle.pem"),
    ),
    Variable(
        name="DB_POOL_SIZE",
        kind=whole(1, 200, "connections"),
        description="Connections that each worker keeps to the database, and as many to the replica.",
        source=Setting(default=5),
    ),
    Variable(
        name="DB_IDLE_TIMEOUT",
        kind=milliseconds(timedelta(seconds=1), timedelta(hours=1)),
        description="How long an unused connection is kept.",
        source=Setting(default=timedelta(seconds=30)),
    ),
    Variable(
        name="DB_CONNECTION_TIMEOUT",
        kind=milliseconds(timedelta(seconds=1), timedelta(minutes=1)),
        description="How long a request waits for a connection.",
        source=Setting(default=timedelta(seconds=2)),
    ),
    Variable(
        name="REDIS_URL",
        kind=_redis(),
        description="How to log in to Redis, by TLS (rediss://); nothing needs it.",
        source=Setting(),
        party=Party.REDIS,
    ),
    Variable(
        name="REDIS_TLS",
        kind=flag(),
        description="Whether the connection to Redis is encrypted and its certificate verified.",
        source=Constant(text="true"),
        beside="REDIS_URL",
    ),
    Variable(
        name="REDIS_MAX_RETRIES",
        kind=whole(0, 100),
        description="How often a command to Redis is tried again.",
        source=Setting(default=3),
        beside="REDIS_URL",
    ),
)

CONDITIONS = (
    *(
        Condition(
            name=name,
            environments=REAL,
            must=r"[?&]sslmode=verify-full(&|$)",
            reason="must verify the server's certificate: sslmode=verify-full",
        )
        for name in ("DATABASE_URL", "READ_REPLICA_URL")
    ),
    Condition(
        name="REDIS_URL", environments=REAL, must="^rediss://", reason="must be encrypted: it begins with rediss://"
    ),
    Condition(name="REDIS_TLS", environments=REAL, must="^true$", reason="must be true"),
)
