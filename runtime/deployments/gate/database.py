"""Whether green will reach its databases over verified TLS, and find room for its connections there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from runtime.common.errors import DatabaseError, OperationError
from runtime.common.postgres import Connection, Tls, connect
from runtime.deployments.gate.check import Result, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.gate.secrets_check import schema
from runtime.deployments.verdict import Finding, Level

CHECK = "database"
# Who is logged in is visible to every login, what kind of session it is only to some. WAL senders have slots of their own.
ROOM = """
SELECT current_setting('max_connections')::int,
       coalesce(current_setting('superuser_reserved_connections', true), '0')::int
       + coalesce(current_setting('reserved_connections', true), '0')::int
       + coalesce(nullif(current_setting('rds.rds_superuser_reserved_connections', true), ''), '0')::int,
       (SELECT count(*) FROM pg_stat_activity
        WHERE usesysid IS NOT NULL AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'walsender')::int
"""
HOLDERS = "SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2"


@dataclass(frozen=True)
class Target:
    """A database that the application logs in to by the address in `variable`; `proxied` where a proxy shares connections out."""

    variable: str
    what: str
    proxied: bool


@dataclass(frozen=True)
class Demand:
    """The connections that green opens to one database: tasks * workers * pool."""

    tasks: int
    workers: int
    pool: int

    @property
    def connections(self) -> int:
        """All of them."""
        return self.tasks * self.workers * self.pool


@dataclass(frozen=True)
class Room:
    """The connections of a server: what it allows, what it keeps for superusers, and what is used."""

    most: int
    reserved: int
    used: int

    @property
    def free(self) -> int:
        """What is left for a plain login."""
        return self.most - self.reserved - self.used


def check(scene: Scene) -> Result:
    """The primary, and the replica where the application has one."""
    values = scene.environment.values
    if "DATABASE_URL" not in values:
        return one(CHECK, Level.FAIL, "DATABASE_URL is not known, so no database was tried.", "mend the secrets first")
    targets = [Target("DATABASE_URL", "the primary", scene.settings.database_proxied)]
    targets += [Target("READ_REPLICA_URL", "the replica", proxied=False)] if "READ_REPLICA_URL" in values else []
    demand = _demand(scene, values)
    results = [_look(scene, target, demand) for target in targets]
    findings = tuple(finding for result in results for finding in result.findings)
    return Result(findings, {name: value for result in results for name, value in result.numbers.items()})


def connection(url: str, tls: Tls) -> Connection:
    """How to log in by a postgresql:// URL. What else its query asks for is the application's driver's; TLS is verified whatever it says.

    Raises DatabaseError, without the URL, for one that names no host, database or user.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 5432
    except ValueError:
        host, port = None, 0
    else:
        database, user = unquote(parts.path.lstrip("/")), unquote(parts.username or "")
        if host and database and user:
            return Connection(host, port, database, user, unquote(parts.password or ""), tls)
    raise DatabaseError("It is no URL like postgresql://user:secret@host:5432/database?sslmode=verify-full.")


def judged(target: Target, demand: Demand, room: Room) -> Finding:
    """Whether green finds room."""
    wanted = (
        f"{demand.tasks} tasks * {demand.workers} workers * a pool of {demand.pool} = {demand.connections} connections"
    )
    left = f"{room.free} of {room.most} are free ({room.reserved} reserved, {room.used} used)"
    if target.proxied:
        return Finding(
            check=CHECK, outcome=Level.OK, message=f"{target.what} answers by way of the proxy; behind it, {left}."
        )
    if demand.connections <= room.free:
        return Finding(
            check=CHECK, outcome=Level.OK, message=f"{target.what} answers; green needs {wanted}, and {left}."
        )
    pool = max(1, room.free // max(1, demand.tasks * demand.workers))
    return Finding(
        check=CHECK,
        outcome=Level.FAIL,
        message=f"{target.what} has no room: green needs {wanted}, but {left}.",
        mend=f"see who holds them (`{HOLDERS}`), or `pulumi config set dbPoolSize {pool}`,"
        " or for the primary `pulumi config set databaseProxy true`; then `pulumi up --refresh`",
    )


def _look(scene: Scene, target: Target, demand: Demand) -> Result:
    tls = Tls.verified()
    try:
        tls.check()
        login = connection(scene.environment.values[target.variable], tls)
        if login.password:
            scene.hearing.redactor.learn(login.password)
        room = _room(login)
    except OperationError as error:
        mend = f"look at {target.variable}, the security groups between the gate and the database, and the instance; then ask for the deployment again"
        return one(CHECK, Level.FAIL, f"{target.what} cannot be used: {error}", mend)
    numbers: dict[str, Any] = {
        f"connections of {target.what}": room.most,
        f"connections in use at {target.what}": room.used,
        f"connections reserved at {target.what}": room.reserved,
        f"connections that green needs at {target.what}": demand.connections,
    }
    return Result((judged(target, demand, room),), numbers)


def _room(login: Connection) -> Room:
    with connect(login) as session:
        row = session.execute(ROOM).fetchone()
    if row is None:
        raise DatabaseError("The database did not say how many connections it has.")
    return Room(*row)


def _demand(scene: Scene, values: Mapping[str, str]) -> Demand:
    """By the numbers that green's tasks will read themselves; a number that is none is the schema's finding, not this one's."""
    rules = schema()["properties"]

    def number(name: str) -> int:
        text = values.get(name, rules[name]["default"])
        return int(text) if text.isascii() and text.isdigit() else int(rules[name]["default"])

    return Demand(scene.state.desired_tasks, number("CLUSTER_WORKERS"), number("DB_POOL_SIZE"))
