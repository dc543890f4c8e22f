"""The process itself: where it listens, how much it may use, what it says."""

from datetime import timedelta
from enum import StrEnum

from infra.settings.types import Environment
from infra.settings.variables.kinds import flag, milliseconds, one_of, several, text, whole
from infra.settings.variables.variable import Condition, Constant, Setting, Variable, Wired

ORIGIN = r"https?://[a-z0-9.-]+(:[0-9]{1,5})?"
REAL = frozenset({Environment.PRODUCTION, Environment.STAGING})
PRODUCTION = frozenset({Environment.PRODUCTION})


class LogLevel(StrEnum):
    """What is worth a line in the log: this level and above."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    DEBUG = "debug"


class LogFormat(StrEnum):
    """How a line is written: for machines or for people."""

    JSON = "json"
    TEXT = "text"


VARIABLES = (
    Variable(
        name="NODE_ENV",
        kind=one_of(Environment),
        description="What the stack is for.",
        source=Wired(origin="`environment`"),
    ),
    Variable(
        name="PORT",
        kind=whole(1024, 65535),
        description="The port that the application listens on; above 1023, because it runs without rights.",
        source=Wired(origin="the target groups' port"),
    ),
    Variable(
        name="BASE_URL",
        kind=text("a URL without a path, such as https://jobr.example.com", rf"^{ORIGIN}$"),
        description="Where people reach the application.",
        source=Wired(origin="`domainName`, or the load balancer's own name"),
    ),
    Variable(
        name="CORS_ORIGINS",
        kind=several("origins separated by commas, such as https://jobr.example.com", ORIGIN),
        description="The origins whose pages may call the application.",
        source=Setting(otherwise="the application's own URL"),
    ),
    Variable(
        name="API_VERSION",
        kind=text("a version such as v1", r"^v[1-9][0-9]{0,2}$"),
        description="The version of the API in its paths.",
        source=Setting(default="v1"),
    ),
    Variable(
        name="APP_VERSION",
        kind=text("a version: letters, digits and .+-_:", r"^[A-Za-z0-9.+_:-]{1,100}$"),
        description="The version that the application reports of itself.",
        source=Setting(otherwise="the image's digest"),
    ),
    Variable(
        name="CLUSTER_WORKERS",
        kind=whole(1, 32),
        description="Worker processes in a task, each with connections of its own.",
        source=Setting(default=4),
    ),
    Variable(
        name="MEMORY_LIMIT",
        kind=whole(128, 122880, "MiB"),
        description="The container's memory.",
        source=Wired(origin="`applicationMemoryMib`"),
    ),
    Variable(
        name="CPU_LIMIT",
        kind=whole(128, 16384, "CPU units"),
        description="The container's CPU; 1024 units are one vCPU.",
        source=Wired(origin="`applicationCpu`"),
    ),
    Variable(
        name="LOG_LEVEL",
        kind=one_of(LogLevel),
        description="What is logged: this level and above.",
        source=Setting(default=LogLevel.DEBUG),
    ),
    Variable(
        name="LOG_FORMAT",
        kind=one_of(LogFormat),
        description="How a line of the log is written.",
        source=Setting(default=LogFormat.JSON),
    ),
    Variable(
        name="ENABLE_REQUEST_LOGGING",
        kind=flag(),
        description="Whether each request is logged.",
        source=Setting(default=True),
    ),
    Variable(
        name="ENABLE_HOT_RELOAD",
        kind=flag(),
        description="Whether the application restarts itself when its files change.",
        source=Setting(default=False),
    ),
    Variable(
        name="HEALTH_CHECK_INTERVAL",
        kind=milliseconds(timedelta(seconds=1), timedelta(hours=1)),
        description="How often the application looks at what it depends on; separate from the load balancer's checks.",
        source=Setting(default=timedelta(seconds=30)),
    ),
    Variable(
        name="HEALTH_CHECK_TIMEOUT",
        kind=milliseconds(timedelta(seconds=1), timedelta(minutes=5)),
        description="How long one such look may take; less than the interval.",
        source=Setting(default=timedelta(seconds=5)),
    ),
    Variable(
        name="OTEL_EXPORTER_OTLP_ENDPOINT",
        kind=text("a URL such as http://127.0.0.1:4318", r"^https?://[a-z0-9.-]+:[0-9]{1,5}$"),
        description="Where metrics go: the collector in the same task, by OTLP over HTTP.",
        source=Constant(text="http://127.0.0.1:4318"),
    ),
    Variable(
        name="SECRETS_REVISION",
        kind=text("16 hexadecimal digits", r"^[0-9a-f]{16}$"),
        description="Stands for the versions of all secrets: a running task keeps the secrets it started with, and this changes with them, so that new tasks replace it.",
        source=Wired(origin="the secrets' versions", always=False),
    ),
)

CONDITIONS = (
    Condition(
        name="BASE_URL", environments=REAL, must="^https://", reason="must be https: there is no plain HTTP anywhere"
    ),
    Condition(
        name="CORS_ORIGINS",
        environments=PRODUCTION,
        must_not=r"\*|http://",
        reason="must be https origins, each by its name",
    ),
    Condition(name="ENABLE_HOT_RELOAD", environments=PRODUCTION, must="^false$", reason="must be false", mend="false"),
)
