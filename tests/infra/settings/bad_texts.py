"""For every setting that is a text or a list of texts, values that it certainly cannot take."""

from hypothesis import strategies as st

from tests.infra.recording import CERTIFICATE, DIGEST, PRIVATE_KEY
from tests.infra.settings.bad_values import PLANTED, Values, planted

LONG = "x" * 2001
# Digits to Unicode, and none to AWS.
FULL_WIDTH = "123456789012".translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
_REGION = ("us-east-1a", "US-EAST-1", "us_east_1", "us-east-٣", "useast1", "us-east-1 ")
_CLASS = ("t4g.medium", "db.t4g", "db.T4G.medium", "db.t4g.medium ", "db..medium", "db.t4g.medium.large")
_DOMAIN = (
    f"-{PLANTED}.example.com",
    f"{PLANTED}..com",
    "Example.COM",
    "https://example.com",
    "example.com.",
    "example",
    f"{'a' * 64}.com",
    f"{'a.' * 126}com",
    "example.c0m",
)
_CRON = (
    f"cron({PLANTED})",
    "0 1 * * *",
    "cron(0 1 * * *)",
    "cron(60 1 * * ? *)",
    "cron(0 24 * * ? *)",
    "cron(0 1 32 * ? *)",
    "cron(0 1 * 13 ? *)",
    "cron(0 1 ? * 8 *)",
    "cron(0 1 ? * MONDAY *)",
    "cron(0 1 * * ? 1969)",
    "cron(0 1 * * * *)",
    "cron(0 1 ? * ? *)",
    "cron(0 1 L-W * ? *)",
    "cron(0 0 1 * * ? *)",
)
_EMAILS = ("one", "one@example", "@example.com", "one two@example.com", f"one@example.com,{PLANTED}", ",", "a@@b.c")


def _bad(*values: str, before: str = "", after: str = "") -> Values:
    """Some of the values, or a word with what stands before and after it."""
    return st.one_of(planted(before, after), st.sampled_from(values)) if values else planted(before, after)


def _prefixed(*wrong: str, prefix: str) -> Values:
    """No key of an issuer: another prefix, none, a blank within, too little or too much behind it."""
    return _bad(
        *(f"{other}{PLANTED}{'a' * 20}" for other in wrong),
        f"{prefix}QZXJK",
        f"{prefix}{PLANTED} {PLANTED}",
        f"{prefix}{PLANTED}{LONG}",
        f" {prefix}{PLANTED}",
        f"{prefix}{PLANTED}\n",
    )


def _without_blanks(least: int) -> Values:
    return _bad(f"{PLANTED}{LONG}", f"{PLANTED}é{'a' * 40}", before="a blank within ") | st.text(
        "QZXJK", min_size=5, max_size=least - 1
    )


_COMMAND = _bad(f"{PLANTED} {LONG}", f"'{PLANTED}\n'", before="sh -c '")

TEXTS: dict[str, Values] = {
    "accountId": _bad("1234", "1234567890123", FULL_WIDTH, "123456789012\n", "1234-5678-9012"),
    "region": _bad(*_REGION),
    "recoveryRegion": _bad(*_REGION),
    "networkCidr": _bad("10.20.0.1/16", "10.20.0.0/33", "10.20.0.0.0/16", "fd00::/16", "10.20/16", "300.0.0.0/16"),
    "networkZones": _bad("a,b", "a,b,b", "a,b,c,d,e", "1,2,3", "us-east-1a,us-east-1b,us-east-1c", "A,B,C", ","),
    "interfaceEndpoints": _bad("kms,kms", "s3", "KMS", "secretsmanager;kms", ",", before="secretsmanager,"),
    "testClientCidrs": _bad("10.0.0.1/8", "0.0.0.0/0", "::/0", "300.0.0.0/8", ",", before="10.0.0.0/8,"),
    "databaseInstanceClass": _bad(*_CLASS),
    "databaseReplicaInstanceClass": _bad(*_CLASS),
    "databaseName": _bad("1jobr", "Jobr", "jo-br", "j" * 64, "_jobr", "jobr\n", after="-"),
    "applicationImage": _bad(
        "jobr:latest", "jobr@sha256:abc", f"jobr@{DIGEST.upper()}", f"@{DIGEST}", f"jobr@{DIGEST}0"
    ),
    "collectorImage": _bad("otel", "otel:1", "otel@sha512:abc", f"Otel@{DIGEST}"),
    "domainName": _bad(*_DOMAIN),
    "smokeTestDomain": _bad(*_DOMAIN),
    "domainAliases": _bad(*_DOMAIN, "a.example.com,a.example.com", ",", before="www.example.com,"),
    "hostedZoneId": _bad("z0123", "/hostedzone/Z0123", "Z", f"Z{'1' * 32}", "Z01-23"),
    "certificateArn": _bad(
        "arn:aws:iam::123456789012:server-certificate/jobr",
        "arn:aws:acm:us-east-1:12345678901:certificate/0a",
        f"arn:aws:acm:us-east-1:{FULL_WIDTH}:certificate/0a",
        "arn:aws:acm:us-east-1:123456789012:certificate/",
    ),
    "certificateBody": _bad(PRIVATE_KEY, CERTIFICATE * 2, CERTIFICATE[:-10], CERTIFICATE[10:]),
    "certificateChain": _bad(PRIVATE_KEY, CERTIFICATE[:-10], f"{CERTIFICATE}{PRIVATE_KEY}"),
    "certificatePrivateKey": _bad(
        CERTIFICATE,
        PRIVATE_KEY * 2,
        PRIVATE_KEY[:-10],
        PRIVATE_KEY.replace("PRIVATE", "ENCRYPTED PRIVATE"),
        PRIVATE_KEY.replace("PRIVATE", "PUBLIC"),
    ),
    "corsOrigins": _bad("ftp://example.com", "https://example.com,", "example.com", "*", before="https://a.com/"),
    "apiVersion": _bad("v0", "1", "v1.0", "V1", "v1000", "v1\n"),
    "appVersion": _bad("a b", "1.0\n", "v" * 101, "é", after=" "),
    "nodeExtraCaCerts": _bad("/", "/a b", "/a/", "C:\\bundle.pem", after="/relative"),
    "uploadPath": _bad("/", "/var/../etc", "/var/uploads/", "/var uploads", "/.ssh", after="/relative"),
    "allowedFileTypes": _bad("pdf", "application/", "*/*", "application/pdf,", before="application/pdf, "),
    "stripePublishableKey": _bad("pk_live_", f"sk_live_{PLANTED}", f"pk_real_{PLANTED}", f"pk_test_{PLANTED} "),
    "phonepeMerchantId": _bad("a b", "m" * 101, "a/b", after="!"),
    "openaiModel": _bad("-gpt", "g" * 101, "gpt 4", before="a "),
    "sendgridFromEmail": _bad("a@b", "a b@example.com", "Jobr <a@example.com>", "a@example..com"),
    "sendgridFromName": _bad("n" * 101, 'a"b', "a\nb", after="<b>"),
    "googleClientId": _bad(".apps.googleusercontent.com", "1 2.apps.googleusercontent.com", "a.apps.google.com"),
    "jwtSecret": _without_blanks(16),
    "jwtRefreshSecret": _without_blanks(16),
    "sessionSecret": _without_blanks(16),
    "phonepeSaltKey": _without_blanks(8),
    "googleClientSecret": _without_blanks(8),
    "redisUrl": _bad("rediss:/QZXJK", f"rediss://{PLANTED} {PLANTED}", before="http://"),
    "openaiApiKey": _prefixed("SG.", "SK-", prefix="sk-"),
    "sendgridApiKey": _prefixed("sk-", "sg.", prefix="SG."),
    "slackBotToken": _prefixed("xoxp-", "xoxb_", prefix="xoxb-"),
    "stripeSecretKey": _prefixed("pk_live_", "sk_", "whsec_", prefix="sk_live_"),
    "stripeWebhookSecret": _prefixed("sk_live_", "pk_test_", prefix="whsec_"),
    "scalingSchedule": _bad(
        *(f"{cron}=2-4" for cron in _CRON),
        "cron(0 7 ? * MON *)=0-4",
        "cron(0 7 ? * MON *)=4-2",
        "cron(0 7 ? * MON *)=2",
        "cron(0 7 ? * MON *)=2-4;cron(0 7 ? * MON *)=3-4",
        before="cron(0 7 ? * MON *)=2-4;",
    ),
    "scalingTimezone": _bad("Mars/Olympus", "europe/berlin", "UTC+25", "CEST ", "+02:00"),
    "migrationCommand": _COMMAND | st.sampled_from(["off", "  "]),
    "migrationDryRunCommand": _COMMAND,
    "migrationContractCommand": _COMMAND,
    "backupSchedule": _bad(*_CRON, "rate(0 days)", "rate(1 week)", "rate(-1 hour)", "at(2030-01-01T00:00:00)"),
    "alarmEmails": _bad(*_EMAILS),
    "informationEmails": _bad(*_EMAILS),
}
