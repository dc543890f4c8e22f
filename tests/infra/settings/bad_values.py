"""For every setting, values that it certainly cannot take. The limits are written here a second time, apart from the program's."""

from hypothesis import strategies as st

Values = st.SearchStrategy[str]
# Stands in bad values of every kind; no error may show it.
PLANTED = "planted"
DAY = 24 * 60 * 60
_LARGEST = 10**12
_LONGEST_DURATION = 999_999

WHOLE = {
    "databaseStorageGib": (20, 65536),
    "databaseMaximumStorageGib": (20, 65536),
    "databaseMaximumConnections": (50, 5000),
    "applicationCpu": (128, 16384),
    "applicationMemoryMib": (128, 122880),
    "applicationTasks": (1, 100),
    "applicationMaximumTasks": (1, 100),
    "requestsPerTaskPerMinute": (1, 1_000_000),
    "clusterWorkers": (1, 32),
    "rateLimitMax": (1, 1_000_000),
    "dbPoolSize": (1, 200),
    "redisMaxRetries": (0, 100),
    "phonepeSaltIndex": (1, 99),
    "openaiMaxTokens": (1, 128_000),
    "maxFileSize": (1024, 104_857_600),
    "trafficMinimumRequests": (1, 1_000_000),
    "trafficSlowMinutes": (1, 240),
    "backupMemoryMib": (128, 10240),
    "backupTemporaryMib": (512, 10240),
    "alarmMinimumRequests": (1, 100_000),
    "alarmDatabaseMemoryMib": (50, 1_048_576),
    "alarmTransactionIds": (250_000_000, 2_000_000_000),
    "alarmDeadlocks": (1, 10_000),
    "alarmCertificateDays": (1, 40),
}
# In seconds.
DURATIONS = {
    "healthCheckInterval": (1, 3600),
    "healthCheckTimeout": (1, 300),
    "jwtExpiresIn": (60, DAY),
    "jwtRefreshExpiresIn": (120, 90 * DAY),
    "sessionMaxAge": (60, 30 * DAY),
    "rateLimitWindow": (1, DAY),
    "dbIdleTimeout": (1, 3600),
    "dbConnectionTimeout": (1, 60),
    "openaiTimeout": (1, 600),
    "scaleOutCooldown": (0, 3600),
    "scaleInCooldown": (0, 3600),
    "backupTimeout": (1, 900),
    "migrationTimeout": (30, 3600),
    "imageScanPatience": (0, 3600),
    "alarmLatency": (1, 60),
    "alarmReplicaLag": (360, DAY),
    "alarmProxyBorrowLatency": (1, 60),
    "alarmBackupAge": (7200, 7 * DAY),
}
WHOLE_MINUTES = {
    "deploymentBakeTime": (0, 1440),
    "canaryBakeTime": (0, 1440),
    "linearStepBakeTime": (0, 1440),
    "gatePatience": (1, 1380),
    "scaleUpDeadline": (1, 1440),
    "trafficObservation": (1, 60),
    "trafficExtendedObservation": (1, 240),
    "trafficBaseline": (1, 180),
    "deploymentApprovalTimeout": (1, 20160),
}
WHOLE_DAYS = {
    "databaseBackupRetention": 35,
    "backupRetention": 36_500,
    "artifactRetention": 36_500,
    "objectLockRetention": 36_500,
}
# What CloudWatch Logs and RDS's enhanced monitoring take.
LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
MONITORING_SECONDS = (0, 1, 5, 10, 15, 30, 60)
# More than 0, at most 100.
PERCENTS = (
    "alarmErrorPercent",
    "alarmTaskCpuPercent",
    "alarmTaskMemoryPercent",
    "alarmConnectionsPercent",
    "alarmDatabaseCpuPercent",
    "alarmSlotLagPercent",
    "alarmUploadsIoPercent",
)
# With one decimal at most.
TENTHS = {"canaryPercent": ("0.1", "100"), "linearStepPercent": ("3", "100")}
FLAGS = (
    "disposable",
    "databaseMultiAz",
    "databaseReplica",
    "databaseProxy",
    "databaseLogicalReplication",
    "databaseMajorUpgrade",
    "databaseAdopt",
    "databasePerformanceInsights",
    "databaseBlueGreenUpdate",
    "enableRequestLogging",
    "enableHotReload",
    "sessionSecure",
    "rateLimitSkipSuccessfulRequests",
    "backupReservedConcurrency",
    "migrations",
)
_NEEDS = ("required", "warn", "off")
CHOICES = {
    "environment": ("production", "staging", "development"),
    "natGateways": ("one", "per-zone"),
    "objectLock": ("off", "governance", "compliance"),
    "walArchive": ("off", "function", "task"),
    "applicationArchitecture": ("arm64", "x86_64"),
    "functionArchitecture": ("arm64", "x86_64"),
    "logLevel": ("error", "warn", "info", "debug"),
    "logFormat": ("json", "text"),
    "sessionSameSite": ("strict", "lax", "none"),
    "deploymentStrategy": ("BLUE_GREEN", "CANARY", "LINEAR", "ROLLING"),
    "openaiCheck": _NEEDS,
    "stripeCheck": _NEEDS,
    "sendgridCheck": _NEEDS,
    "imageScanCheck": _NEEDS,
    "trafficWhenInconclusive": ("continue", "rollback", "extend"),
    "deploymentApproval": ("off", "before-traffic", "each-shift", "after-traffic"),
}


def planted(before: str = "", after: str = "") -> Values:
    """A word that is in no message, with something before and after it."""
    return st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=8).map(
        lambda word: f"{before}{PLANTED}{word}{after}"
    )


def _some(*values: str) -> Values:
    return st.sampled_from(values)


def _whole(least: int, most: int) -> Values:
    outside = st.integers(-_LARGEST, least - 1) | st.integers(most + 1, _LARGEST)
    return st.one_of(outside.map(str), planted(), planted("7 "), _some("1.5", "1,000", "0x20", "--1", "many"))


def _form_of_a_duration() -> Values:
    return st.one_of(planted(), planted("30"), _some("15", "1w", "-1d", "1.5h", "1 h", "1h30m", "h", "٣d", "1000000s"))


def _duration(least: int, most: int) -> Values:
    longer = st.integers(most // DAY + 1, _LONGEST_DURATION).map("{}d".format)
    shorter = [st.integers(0, least - 1).map("{}s".format)] if least else []
    return st.one_of(longer, *shorter, _form_of_a_duration())


def _whole_minutes(least: int, most: int) -> Values:
    too_few = [st.integers(0, least - 1).map("{}m".format)] if least else []
    broken = st.builds(lambda minutes, seconds: f"{minutes * 60 + seconds}s", st.integers(0, most), st.integers(1, 59))
    return st.one_of(
        broken, *too_few, st.integers(most + 1, _LONGEST_DURATION).map("{}m".format), _form_of_a_duration()
    )


def _whole_days(most: int) -> Values:
    broken = st.builds(lambda days, hours: f"{days * 24 + hours}h", st.integers(0, 40), st.integers(1, 23))
    too_many = st.integers(most + 1, _LONGEST_DURATION).map("{}d".format)
    return st.one_of(st.just("0d"), broken, too_many, _form_of_a_duration())


def _number(below: Values, above: Values) -> Values:
    return st.one_of(below, above, planted(), _some("nan", "inf", "-inf", "5 %", "1,5", "five"))


def _floats(least: float | None, most: float | None, *, open_: bool) -> Values:
    return st.floats(
        least,
        most,
        allow_nan=False,
        allow_infinity=False,
        exclude_min=open_ and least is not None,
        exclude_max=open_ and most is not None,
    ).map(repr)


def _tenths(least: str, most: str) -> Values:
    below, above = _floats(None, float(least), open_=True), _floats(float(most), None, open_=True)
    return _number(below | _some("10.05", "33.333"), above)


def _flag() -> Values:
    return planted() | _some("maybe", "2", "-1", "truth", "enabled", "nein", "true false", "null")


def _choice(members: tuple[str, ...]) -> Values:
    others = [one for member in members for one in (member.swapcase(), f"{member}s", f" {member}", f"{member[:-1]}")]
    return planted() | st.sampled_from(others)


def _outside(members: tuple[int, ...], most: int) -> st.SearchStrategy[int]:
    return st.integers(1, most).filter(lambda value: value not in members)


NUMBERS: dict[str, Values] = {
    **{key: _whole(*limits) for key, limits in WHOLE.items()},
    **{key: _duration(*limits) for key, limits in DURATIONS.items()},
    **{key: _whole_minutes(least, most) for key, (least, most) in WHOLE_MINUTES.items()},
    **{key: _whole_days(most) for key, most in WHOLE_DAYS.items()},
    **{key: _number(_floats(None, 0, open_=False), _floats(100, None, open_=True)) for key in PERCENTS},
    **{key: _tenths(*limits) for key, limits in TENTHS.items()},
    **{key: _flag() for key in FLAGS},
    **{key: _choice(members) for key, members in CHOICES.items()},
    "trafficErrorPercent": _number(_floats(None, 0, open_=False), _floats(100, None, open_=False)),
    "trafficLatencyFactor": _number(_floats(None, 1, open_=True), _floats(100, None, open_=True)),
    "trafficLatencyFloor": _number(_floats(None, 0, open_=False), _floats(60, None, open_=True)),
    "alarmDatabaseStoragePercent": _number(_floats(None, 1, open_=True), _floats(10, None, open_=False)),
    "logRetention": _outside(LOG_DAYS, 5000).map("{}d".format) | _whole_days(3653),
    "databaseMonitoringInterval": _outside(MONITORING_SECONDS, 500).map(str) | planted() | _some("-1", "1m"),
}
