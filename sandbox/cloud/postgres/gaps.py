"""Where an instance of the embedded cloud is less than one of RDS: what it ignores, lacks or does otherwise."""

# Parameters that RDS has and that the embedded server takes note of, without an effect.
IGNORED = {
    "rds.accepted_password_auth_method": "passwords are SCRAM always",
    "rds.adaptive_autovacuum": "autovacuum is PostgreSQL's own",
    "rds.allowed_extensions": "whatever the binaries have can be created",
    "rds.custom_dns_resolution": "there is no DNS of a VPC",
    "rds.force_admin_logging_level": "there are no administrators of AWS",
    "rds.force_autovacuum_logging_level": "set log_autovacuum_min_duration, which is applied",
    "rds.iam_auth_for_replication": "logins by IAM tokens do not exist",
    "rds.log_retention_period": "the log is kept as long as the instance",
    "rds.rds_superuser_reserved_connections": "reserved_connections is PostgreSQL's own",
    "rds.restrict_password_commands": "members of CREATEROLE may set passwords",
    "log_rotation_age": "there is one log file",
    "log_rotation_size": "there is one log file",
    "log_destination": "the log is written as text",
    "log_filename": "there is one log file",
    "huge_pages": "the machine's setting is left alone",
    "ssl_ciphers": "the TLS door offers Python's choice of ciphers",
    "ssl_max_protocol_version": "the TLS door offers TLS 1.2 and 1.3",
    "ssl_min_protocol_version": "the TLS door offers TLS 1.2 and 1.3",
}

# What RDS loads on request; the binaries have none of them.
# https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html
LIBRARIES = frozenset(
    {
        "auto_explain",
        "orafce",
        "pg_bigm",
        "pg_cron",
        "pg_hint_plan",
        "pg_prewarm",
        "pg_similarity",
        "pg_stat_statements",
        "pg_tle",
        "pg_transport",
        "pgactive",
        "pgaudit",
        "pglogical",
        "plprofiler",
        "plrust",
        "rds_activity_stream",
    }
)

# For `make sandbox-gaps`: what, and how it differs.
GAPS: tuple[tuple[str, str], ...] = (
    ("rds: minor versions", "every instance runs the one PostgreSQL 18 of the pip package, whatever minor is declared"),
    (
        "rds: instance class",
        "memory and processors are the machine's; only formulas and max_connections follow the class",
    ),
    (
        "rds: shared_buffers",
        "without a value of its own it is PostgreSQL's 128 MB, not a quarter of the class's memory",
    ),
    ("rds: fsync", "off: nothing outlives the machine"),
    ("rds: collation", "databases are C.UTF-8 of the builtin provider; RDS's are en_US.UTF-8 of libc"),
    ("rds: shared_preload_libraries", f"accepted and left out: {', '.join(sorted(LIBRARIES))}"),
    ("rds: extensions", "plpgsql only: the binaries have no contrib, and vector, which they have, wants a superuser"),
    ("rds: rds_superuser", "no event triggers, no FOR ALL TABLES publications, no untrusted extensions, unlike on RDS"),
    ("rds: rds_replication", "granting it to a role gives no REPLICATION attribute; the master user has it"),
    ("rds: IAM authentication", "rds_iam exists, logins by token do not"),
    (
        "rds: TLS seen from inside",
        "pg_stat_ssl and inet_client_addr() show a Unix socket; channel_binding=require fails",
    ),
    (
        "rds: Multi-AZ",
        "declared and described; there is no standby, and a failover is a restart of the one server",
    ),
    (
        "rds: proxy",
        "a TLS door to the primary, with the sandbox's authority and not Amazon's: no sharing, pinning, queueing or secret",
    ),
    ("rds: events", "subscriptions are kept; no event is ever published"),
    ("rds: log exports and enhanced monitoring", "declared and described; nothing is written to their log groups"),
    ("rds: snapshots", "listed, without data: restoring one, or to a point in time, is refused"),
    ("rds: storage", "has no limit but the machine's disk; a replica's lag is not throttled either"),
    ("rds: security groups", "do not filter connections to the instance"),
    (
        "rds: maintenance window",
        "never comes: what waits for it is applied by the next modification with ApplyImmediately",
    ),
    ("rds: storage and class changes", "take no time, and storage may be enlarged at once again"),
    (
        "rds: standby's minimum values",
        "a replica gets at least its primary's max_connections and the like, and follows",
    ),
    ("pg_dump, pg_restore, psql", "the pip package's have no SSL: a wrapper opens the verified connection for them"),
)
