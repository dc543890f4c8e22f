"""The roles of an RDS instance: the master user is no superuser, but a member of rds_superuser.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
"""

from psycopg import sql

from sandbox.cloud.postgres.cluster import ADMIN, REPLICATOR, Cluster

GROUPS = ("rds_superuser", "rds_replication", "rds_iam", "rds_password")
# What community PostgreSQL lets a role that is no superuser have; see the gaps for what RDS patches in beyond that.
SUPERUSER_MEMBERSHIPS = (
    "pg_monitor",
    "pg_signal_backend",
    "pg_signal_autovacuum_worker",
    "pg_checkpoint",
    "pg_maintain",
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_create_subscription",
    "pg_use_reserved_connections",
    "rds_replication",
    "rds_password",
)
SUPERUSER_PARAMETERS = (
    "session_replication_role",
    "log_duration",
    "log_error_verbosity",
    "log_lock_waits",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_min_messages",
    "log_replication_commands",
    "log_statement",
    "log_temp_files",
    "temp_file_limit",
    "track_activities",
    "track_counts",
    "track_functions",
    "track_io_timing",
)


def create(cluster: Cluster, user: str, password: str, database: str | None) -> None:
    """Make RDS's roles, the master user and the first database, which belongs to it, in a new cluster.

    Args:
        cluster: a running cluster.
        user: MasterUsername.
        password: MasterUserPassword; only its SCRAM verifier reaches the server, so that no log can have it.
        database: DBName; without one there is only "postgres", as on RDS.
    """
    master = sql.Identifier(user)
    with cluster.connect() as connection:
        for group in GROUPS:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(group)))
        for role in SUPERUSER_MEMBERSHIPS:
            connection.execute(
                sql.SQL("GRANT {} TO rds_superuser WITH ADMIN OPTION").format(sql.Identifier(role)),
            )
        for parameter in SUPERUSER_PARAMETERS:
            connection.execute(
                sql.SQL("GRANT SET ON PARAMETER {} TO rds_superuser").format(sql.Identifier(parameter)),
            )
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN REPLICATION PASSWORD {}").format(
                sql.Identifier(REPLICATOR), sql.Literal(_verifier(cluster, REPLICATOR, cluster.password))
            )
        )
        connection.execute(
            # REPLICATION: on RDS it comes with rds_replication, which a community server cannot hand on by membership.
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE REPLICATION PASSWORD {} VALID UNTIL 'infinity'").format(
                master, sql.Literal(_verifier(cluster, user, password))
            )
        )
        connection.execute(sql.SQL("GRANT rds_superuser, rds_iam TO {} WITH ADMIN OPTION").format(master))
        # rds_iam is only to be handed on: on RDS a member of it cannot log in with a password.
        connection.execute(sql.SQL("GRANT rds_iam TO {} WITH INHERIT FALSE, SET FALSE").format(master))
        for name in ("postgres", "template1"):
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), master))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(ADMIN)))
        connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(ADMIN)))
        if database and database != "postgres":
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), master),
            )


def set_password(cluster: Cluster, user: str, password: str) -> None:
    """Give the master user another password."""
    with cluster.connect() as connection:
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(user), sql.Literal(_verifier(cluster, user, password))
            )
        )


def _verifier(cluster: Cluster, user: str, password: str) -> str:
    """The SCRAM-SHA-256 verifier of the password (RFC 5803), made on this side of the connection."""
    with cluster.connect() as connection:
        return connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
