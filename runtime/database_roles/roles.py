"""Who may log in to the database and what each may do: the roles as data. Nothing here knows PostgreSQL or AWS.

The settings are PostgreSQL's (https://www.postgresql.org/docs/18/runtime-config-client.html); each holds for every session of its
role, unless the session asks for another value itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PREFIX = "jobr_"
# Owns the database and all that migrations make in it. Nobody logs in as the owner.
OWNER = "jobr_owner"
# Extensions that the database has, where the server offers them.
EXTENSIONS = ("pg_stat_statements",)
# The application's share of max_connections, in percent; the rest is for the other logins, for operators and for RDS itself.
APPLICATION_CONNECTIONS_PERCENT = 80


class Role(StrEnum):
    """What a login is for."""

    APPLICATION = "application"
    MIGRATIONS = "migrations"
    READ_ONLY = "read-only"
    BACKUP = "backup"
    REPLICATION = "replication"

    @property
    def username(self) -> str:
        """Its name in PostgreSQL."""
        return PREFIX + self.value.replace("-", "_")


# What a login may do with everything of one kind that is the owner's: SCHEMA, TABLE or SEQUENCE.
Grants = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One login.

    `connections` is the most that it may hold at once, None for the application's share. `member_of` are roles whose rights it
    has, where the server knows them. `grants` holds for what the owner has and will have. `replicates` asks for the right to stream
    changes.
    """

    role: Role
    connections: int | None
    settings: Mapping[str, str]
    member_of: tuple[str, ...] = ()
    grants: Grants = field(default_factory=dict)
    replicates: bool = False
    comment: str = ""

    def connection_limit(self, maximum_connections: int) -> int:
        """The most connections at once, on a server that takes so many in all."""
        return self.connections or maximum_connections * APPLICATION_CONNECTIONS_PERCENT // 100


_SHORT = {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}
# A dump or a base holds one transaction for as long as it takes.
_UNHURRIED = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        role=Role.APPLICATION,
        connections=None,
        settings={**_SHORT, "statement_timeout": "30s"},
        grants={
            "SCHEMA": ("USAGE",),
            "TABLE": ("SELECT", "INSERT", "UPDATE", "DELETE"),
            "SEQUENCE": ("USAGE", "SELECT"),
        },
        comment="reads and writes rows; changes no schema",
    ),
    Definition(
        role=Role.MIGRATIONS,
        connections=5,
        # What a migration makes belongs to the owner. 300 s are the operations guide's limit of a migration.
        settings={**_SHORT, "statement_timeout": "300s", "role": OWNER},
        member_of=(OWNER,),
        comment="changes the schema as its owner",
    ),
    Definition(
        role=Role.READ_ONLY,
        connections=10,
        settings={**_SHORT, "statement_timeout": "60s", "default_transaction_read_only": "on"},
        member_of=("pg_read_all_data",),
        comment="for people and reports; on the replica where there is one",
    ),
    Definition(
        role=Role.BACKUP,
        # A dump's parallel workers, and one that watches.
        connections=10,
        settings={**_UNHURRIED, "lock_timeout": "60s", "default_transaction_read_only": "on"},
        member_of=("pg_read_all_data",),
        comment="dumps the database",
    ),
    Definition(
        role=Role.REPLICATION,
        connections=5,
        settings={**_UNHURRIED, "lock_timeout": "5s"},
        # RDS gives the right to stream by this role; elsewhere it is an attribute.
        member_of=("rds_replication",),
        # PostgreSQL streams no sequences, so the archiver samples them (runtime/wal/observer.py). pg_read_all_data would open the tables too,
        # whose rows the stream already brings: those of the publications, and no query of one's own.
        grants={"SCHEMA": ("USAGE",), "SEQUENCE": ("SELECT",)},
        replicates=True,
        comment="streams changes from a slot",
    ),
)
