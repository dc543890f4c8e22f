"""A database as RDS gives it: its master user is no superuser."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from runtime.common.postgres import Connection, Tls
from runtime.database_roles.apply import Report, apply
from runtime.database_roles.roles import OWNER, Role
from tests.postgres_cluster import PostgresCluster

MASTER = "jobr_admin"
MAXIMUM = 100


@dataclass(frozen=True)
class Database:
    """An empty database of a cluster, its master user and the logins as their secrets have them."""

    cluster: PostgresCluster
    master: Connection
    logins: dict[Role, Connection]

    def apply(self) -> Report:
        """Run the roles' core."""
        return apply(self.master, self.logins, MAXIMUM)

    def open(self, role: Role) -> psycopg.Connection[Any]:
        """A session of a login."""
        return _open(self.logins[role])

    def open_master(self) -> psycopg.Connection[Any]:
        """A session of the master user."""
        return _open(self.master)

    def open_superuser(self) -> psycopg.Connection[Any]:
        """A session of somebody who may do everything."""
        return self.cluster.connect(self.master.database)


def _open(connection: Connection) -> psycopg.Connection[Any]:
    return psycopg.connect(**connection.parameters(), password=connection.password, autocommit=True)


@pytest.fixture
def database(postgres_cluster: PostgresCluster) -> Iterator[Database]:
    """A new database on a cluster that has RDS's groups, and none of our roles yet."""
    name = f"jobr_{uuid4().hex[:8]}"
    admin = sql.Identifier(MASTER)
    with postgres_cluster.connect() as session:
        for statement in (
            sql.SQL("CREATE ROLE rds_superuser NOLOGIN"),
            sql.SQL("CREATE ROLE rds_replication NOLOGIN"),
            sql.SQL("GRANT pg_read_all_data, rds_replication TO rds_superuser WITH ADMIN OPTION"),
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD 'Mas:ter'").format(admin),
            sql.SQL("GRANT rds_superuser TO {} WITH ADMIN OPTION").format(admin),
            sql.SQL("GRANT SET ON PARAMETER log_statement, log_min_duration_statement TO rds_superuser"),
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(name), admin),
        ):
            session.execute(statement)
    plain = Tls("disable", None)
    master = Connection(postgres_cluster.host, postgres_cluster.port, name, MASTER, "Mas:ter", plain)
    logins = {role: replace(master, user=role.username, password=f"secret-of-{role}") for role in Role}
    yield Database(postgres_cluster, master, logins)
    with postgres_cluster.connect() as session:
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in [*(role.username for role in Role), OWNER, MASTER, "rds_superuser", "rds_replication"]:
            there = session.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
            if there:
                session.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
                session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
