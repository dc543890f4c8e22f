"""Configurations whose values can each be read but not stand together, or not in their environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.infra.recording import ACCOUNT, CERTIFICATE, PRIVATE_KEY
from tests.infra.settings.bad_values import LOG_DAYS, Values

PRODUCTION_LOG_DAYS = 90
BOTH, PRODUCTION, DEVELOPMENT = ("production", "development"), ("production",), ("development",)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule broken: what is set and taken away for it, and the keys that the error has to name.

    `reads` are the keys that have to stay as they are, or the rule would not be asked.
    """

    names: str
    sets: Mapping[str, str | Values]
    removes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    where: tuple[str, ...] = BOTH


def _days(least: int, most: int) -> Values:
    return st.integers(least, most).map("{}d".format)


def _whole(least: int, most: int) -> Values:
    return st.integers(least, most).map(str)


def _word(length: int, most: int) -> Values:
    return st.text("QZXJK", min_size=length, max_size=most)


def _weaker(key: str, value: str | Values, *reads: str) -> Rule:
    """Good elsewhere, too weak for production."""
    return Rule(names=key, sets={key: value}, reads=("environment", *reads), where=PRODUCTION)


def _missing(key: str, *reads: str) -> Rule:
    """Needed in production, or beside something else."""
    return Rule(names=key, sets={}, removes=(key,), reads=("environment", *reads), where=PRODUCTION)


_ENDPOINTS = ("secretsmanager", "kms", "ecr.api", "ecr.dkr")
_ARN = f"arn:aws:acm:{{}}:{ACCOUNT}:certificate/0a"
_CRON = "cron(0 7 ? * MON-FRI *)"
_SITE = "www.example.com"

RULES: dict[str, Rule] = {
    "a network that holds no plan": Rule(
        names="networkCidr",
        sets={
            "networkCidr": st.sampled_from(
                ["10.0.0.0/21", "10.0.0.0/28", "10.0.0.0/8", "8.8.0.0/16", "0.0.0.0/16", "127.0.0.0/16", "240.0.0.0/16"]
            )
        },
        reads=("networkZones",),
    ),
    "storage that cannot grow": Rule(
        names="databaseMaximumStorageGib",
        sets={"databaseStorageGib": "100", "databaseMaximumStorageGib": _whole(20, 109)},
    ),
    "a blue/green update beside a replica": Rule(
        names="databaseBlueGreenUpdate", sets={"databaseBlueGreenUpdate": "true", "databaseReplica": "true"}
    ),
    "a lock longer than the backup": Rule(
        names="objectLockRetention",
        sets={"objectLock": "governance", "backupRetention": "40d", "objectLockRetention": _days(41, 36_500)},
    ),
    "an archive without slots": Rule(
        names="databaseLogicalReplication",
        sets={"walArchive": st.sampled_from(["function", "task"]), "databaseLogicalReplication": "false"},
    ),
    "recovery in the same region": Rule(
        names="recoveryRegion", sets={"recoveryRegion": "us-east-1"}, reads=("region",)
    ),
    "too much CPU for Fargate": Rule(
        names="applicationMemoryMib", sets={"applicationCpu": _whole(16361, 16384), "applicationMemoryMib": "1024"}
    ),
    "too much memory for Fargate": Rule(
        names="applicationMemoryMib", sets={"applicationCpu": "1000", "applicationMemoryMib": _whole(122625, 122880)}
    ),
    "an alias for itself": Rule(
        names="domainAliases", sets={"domainName": _SITE, "domainAliases": f"a.example.com,{_SITE}"}
    ),
    "six aliases": Rule(
        names="domainAliases",
        sets={"domainName": _SITE, "domainAliases": ",".join(f"{letter}.example.com" for letter in "abcdef")},
    ),
    "a client without its secret": Rule(
        names="googleClientSecret",
        sets={"googleClientId": "1-a.apps.googleusercontent.com"},
        removes=("googleClientSecret",),
    ),
    "a secret without its client": Rule(
        names="googleClientId", sets={"googleClientSecret": _word(8, 40)}, removes=("googleClientId",)
    ),
    "a merchant without its key": Rule(
        names="phonepeSaltKey", sets={"phonepeMerchantId": "M1"}, removes=("phonepeSaltKey",)
    ),
    "a merchant's key without the merchant": Rule(
        names="phonepeMerchantId", sets={"phonepeSaltKey": _word(8, 40)}, removes=("phonepeMerchantId",)
    ),
    "a refresh token that ends first": Rule(
        names="jwtRefreshExpiresIn",
        sets={"jwtExpiresIn": "1h", "jwtRefreshExpiresIn": st.integers(2, 60).map("{}m".format)},
    ),
    "a check as long as its interval": Rule(
        names="healthCheckInterval",
        sets={"healthCheckTimeout": "1m", "healthCheckInterval": st.integers(1, 60).map("{}s".format)},
    ),
    "more connections than there are": Rule(
        names="dbPoolSize",
        sets={
            "databaseProxy": "false",
            "databaseMaximumConnections": _whole(50, 400),
            "applicationMaximumTasks": _whole(4, 100),
            "clusterWorkers": _whole(4, 32),
            "dbPoolSize": _whole(11, 200),
        },
        reads=("applicationTasks", "scalingSchedule"),
    ),
    "fewer tasks at most than at least": Rule(
        names="applicationMaximumTasks",
        sets={"applicationTasks": _whole(5, 100), "applicationMaximumTasks": _whole(2, 4)},
        reads=("scalingSchedule",),
    ),
    "an hour with too many tasks": Rule(
        names="scalingSchedule",
        sets={"applicationMaximumTasks": "4", "scalingSchedule": st.integers(5, 999).map(f"{_CRON}=2-{{}}".format)},
        reads=("applicationTasks",),
    ),
    "a canary of everything": Rule(
        names="deploymentStrategy", sets={"deploymentStrategy": "CANARY", "canaryPercent": "100"}
    ),
    "an extension shorter than the window": Rule(
        names="trafficExtendedObservation",
        sets={"trafficObservation": "20m", "trafficExtendedObservation": st.integers(1, 19).map("{}m".format)},
    ),
    "more slow minutes than the window has": Rule(
        names="trafficSlowMinutes", sets={"trafficObservation": "20m", "trafficSlowMinutes": _whole(21, 240)}
    ),
    "a person asked where ECS cannot wait": Rule(
        names="deploymentApproval",
        sets={
            "deploymentStrategy": "ROLLING",
            "deploymentApproval": st.sampled_from(["before-traffic", "each-shift", "after-traffic"]),
        },
    ),
    "one step to everything": Rule(
        names="deploymentStrategy", sets={"deploymentStrategy": "LINEAR", "linearStepPercent": "100.0"}
    ),
    # Production, too weak.
    "production to be thrown away": _weaker("disposable", "true", "objectLock"),
    "logs for too short a time": _weaker(
        "logRetention", st.sampled_from([f"{days}d" for days in LOG_DAYS if days < PRODUCTION_LOG_DAYS])
    ),
    "one gateway": _weaker("natGateways", "one"),
    "slots that nobody archives from": _weaker("walArchive", "off", "databaseLogicalReplication"),
    "images through the internet": _weaker(
        "interfaceEndpoints", st.permutations(_ENDPOINTS).map(lambda services: ",".join(services[1:]))
    ),
    "no monitoring": _weaker("databaseMonitoringInterval", "0"),
    "no standby": _weaker("databaseMultiAz", "false"),
    "recovery of a few days": _weaker("databaseBackupRetention", _days(1, 13)),
    "dumps for too short a time": Rule(
        names="backupRetention",
        sets={"backupRetention": _days(1, 29), "objectLockRetention": "1d"},
        reads=("environment", "objectLock"),
        where=PRODUCTION,
    ),
    "no lock": _weaker("objectLock", "off", "objectLockRetention"),
    "a certificate that nobody renews": Rule(
        names="certificateBody",
        sets={"certificateBody": CERTIFICATE, "certificatePrivateKey": PRIVATE_KEY},
        reads=("environment", "certificateArn", "hostedZoneId"),
        where=PRODUCTION,
    ),
    "a certificate of another region": _weaker(
        "certificateArn", _ARN.format("eu-west-1"), "region", "certificateBody", "hostedZoneId"
    ),
    "origins without TLS": _weaker(
        "corsOrigins", st.sampled_from(["http://example.com", "https://a.com,http://b.com"])
    ),
    "hot reload": _weaker("enableHotReload", "true"),
    "a short JWT secret": _weaker("jwtSecret", _word(16, 31)),
    "a short refresh secret": _weaker("jwtRefreshSecret", _word(16, 31)),
    "a short session secret": _weaker("sessionSecret", _word(16, 31)),
    "cookies in clear": _weaker("sessionSecure", "false", "sessionSameSite"),
    "no real payments": _weaker("stripeSecretKey", _word(6, 40).map("sk_test_{}".format)),
    "no real payments, restricted": _weaker("stripeSecretKey", _word(6, 40).map("rk_test_{}".format)),
    "no real payments in browsers": _weaker("stripePublishableKey", _word(6, 40).map("pk_test_{}".format)),
    "Redis without TLS": _weaker("redisUrl", _word(5, 40).map("redis://:{}@cache:6379".format)),
    "one task": _weaker("applicationTasks", "1", "applicationMaximumTasks"),
    "one task at night": _weaker("scalingSchedule", f"{_CRON}=1-4", "applicationMaximumTasks"),
    "no certificate in production": _missing("certificateArn", "certificateBody", "hostedZoneId"),
    "no domain": _missing("domainName"),
    "nobody told": _missing("alarmEmails"),
    # Development.
    "real payments in tests": Rule(
        names="stripeSecretKey",
        sets={"stripeSecretKey": _word(6, 40).map("sk_live_{}".format)},
        reads=("environment",),
        where=DEVELOPMENT,
    ),
    "real payments in tests' browsers": Rule(
        names="stripePublishableKey",
        sets={"stripePublishableKey": _word(6, 40).map("pk_live_{}".format)},
        reads=("environment",),
        where=DEVELOPMENT,
    ),
    "a cookie that browsers drop": Rule(
        names="sessionSameSite", sets={"sessionSameSite": "none", "sessionSecure": "false"}, where=DEVELOPMENT
    ),
    "a lock that nobody can open": Rule(
        names="objectLock",
        sets={"objectLock": "compliance"},
        reads=("disposable", "backupRetention", "objectLockRetention"),
        where=DEVELOPMENT,
    ),
    "two certificates": Rule(
        names="certificateBody",
        sets={"certificateArn": _ARN.format("us-east-1")},
        reads=("certificateBody", "hostedZoneId", "region"),
        where=DEVELOPMENT,
    ),
    "no certificate": Rule(
        names="certificateArn",
        sets={},
        removes=("certificateBody", "certificatePrivateKey"),
        reads=("certificateArn", "hostedZoneId"),
        where=DEVELOPMENT,
    ),
    "no key to the certificate": Rule(
        names="certificatePrivateKey",
        sets={},
        removes=("certificatePrivateKey",),
        reads=("certificateBody",),
        where=DEVELOPMENT,
    ),
    "a zone for no name": Rule(
        names="domainName",
        sets={"hostedZoneId": "Z0123"},
        removes=("domainName",),
        where=DEVELOPMENT,
    ),
    "aliases of no name": Rule(
        names="domainName",
        sets={"domainAliases": _SITE},
        removes=("domainName",),
        where=DEVELOPMENT,
    ),
}
