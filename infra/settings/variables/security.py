"""Tokens, sessions and the rate of requests."""

from datetime import timedelta
from enum import StrEnum

from infra.settings.variables.core import PRODUCTION
from infra.settings.variables.kinds import flag, lifetime, milliseconds, one_of, secret, whole
from infra.settings.variables.variable import Condition, Party, Setting, Variable

_GENERATED = "a random secret of 64 letters and digits, made once"
_ANY = secret("a secret without spaces, of 16 characters at least", r"^[!-~]{16,}$")


class SameSite(StrEnum):
    """To which requests from other sites a browser adds the session's cookie."""

    STRICT = "strict"
    LAX = "lax"
    NONE = "none"


VARIABLES = (
    Variable(
        name="JWT_SECRET",
        kind=_ANY,
        description="Signs access tokens. Bring the old one when an installation moves here: another one logs everybody out.",
        source=Setting(otherwise=_GENERATED),
        party=Party.SESSIONS,
    ),
    Variable(
        name="JWT_REFRESH_SECRET",
        kind=_ANY,
        description="Signs refresh tokens.",
        source=Setting(otherwise=_GENERATED),
        party=Party.SESSIONS,
    ),
    Variable(
        name="JWT_EXPIRES_IN",
        kind=lifetime(timedelta(minutes=1), timedelta(days=1)),
        description="How long an access token is valid.",
        source=Setting(default=timedelta(hours=1)),
    ),
    Variable(
        name="JWT_REFRESH_EXPIRES_IN",
        kind=lifetime(timedelta(minutes=2), timedelta(days=90)),
        description="How long a refresh token is valid; longer than an access token.",
        source=Setting(default=timedelta(days=7)),
    ),
    Variable(
        name="SESSION_SECRET",
        kind=_ANY,
        description="Signs the sessions' cookies.",
        source=Setting(otherwise=_GENERATED),
        party=Party.SESSIONS,
    ),
    Variable(
        name="SESSION_MAX_AGE",
        kind=milliseconds(timedelta(minutes=1), timedelta(days=30)),
        description="How long a session lasts.",
        source=Setting(default=timedelta(days=1)),
    ),
    Variable(
        name="SESSION_SECURE",
        kind=flag(),
        description="Whether browsers send the session's cookie over HTTPS alone.",
        source=Setting(default=True),
    ),
    Variable(
        name="SESSION_SAME_SITE",
        kind=one_of(SameSite),
        description="To which requests from other sites browsers add the session's cookie.",
        source=Setting(default=SameSite.STRICT),
    ),
    Variable(
        name="RATE_LIMIT_WINDOW",
        kind=milliseconds(timedelta(seconds=1), timedelta(days=1)),
        description="The time over which a client's requests are counted.",
        source=Setting(default=timedelta(hours=1)),
    ),
    Variable(
        name="RATE_LIMIT_MAX",
        kind=whole(1, 1_000_000, "requests"),
        description="How many requests a client may make in that time.",
        source=Setting(default=1000),
    ),
    Variable(
        name="RATE_LIMIT_SKIP_SUCCESSFUL_REQUESTS",
        kind=flag(),
        description="Whether requests that succeed are not counted.",
        source=Setting(default=True),
    ),
)

CONDITIONS = (
    *(
        Condition(name=name, environments=PRODUCTION, must=r"^[!-~]{32,}$", reason="must have at least 32 characters")
        for name in ("JWT_SECRET", "JWT_REFRESH_SECRET", "SESSION_SECRET")
    ),
    Condition(name="SESSION_SECURE", environments=PRODUCTION, must="^true$", reason="must be true", mend="true"),
)
