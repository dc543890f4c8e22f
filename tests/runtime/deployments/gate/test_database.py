import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.common.errors import DatabaseError
from runtime.common.postgres import Tls
from runtime.deployments.gate import database
from runtime.deployments.gate.database import Demand, Room, Target, connection, judged
from runtime.deployments.verdict import Level
from tests.postgres_cluster import PostgresCluster
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.gate.stage import VALID, scene, single, state
from tests.runtime.deployments.local_tls import Authority, make_authority, postgres_door

PLAIN = Tls("disable", None)
PRIMARY = Target("DATABASE_URL", "the primary", proxied=False)
NAME = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)


@given(user=NAME, password=NAME, name=NAME, port=st.integers(1, 65535))
def test_any_login_survives_its_url(user: str, password: str, name: str, port: int) -> None:
    user, name = user.strip("/"), name.strip("/")
    if not user or not name:
        return
    url = f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@db.example:{port}/{quote(name, safe='')}?schema=public"
    login = connection(url, PLAIN)
    assert (login.host, login.port, login.database, login.user, login.password) == (
        "db.example",
        port,
        name,
        user,
        password,
    )


@given(text=st.text(max_size=40))
def test_what_is_no_url_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        connection(text, PLAIN)
    assert str(caught.value) == "It is no URL like postgresql://user:secret@host:5432/database?sslmode=verify-full."


@given(most=st.integers(20, 5000), reserved=st.integers(0, 10), used=st.integers(0, 5000), demand=st.integers(1, 400))
def test_green_starts_only_where_its_connections_fit(most: int, reserved: int, used: int, demand: int) -> None:
    room = Room(most, reserved, used)
    finding = judged(PRIMARY, Demand(demand, 1, 1), room)
    assert (finding.outcome is Level.OK) == (used + reserved + demand <= most)
    assert judged(Target("DATABASE_URL", "the primary", proxied=True), Demand(demand, 1, 1), room).outcome is Level.OK


def test_a_lack_of_room_is_told_with_the_pool_that_would_fit() -> None:
    finding = judged(PRIMARY, Demand(tasks=4, workers=4, pool=5), Room(most=100, reserved=3, used=47))
    assert finding.message == (
        "the primary has no room: green needs 4 tasks * 4 workers * a pool of 5 = 80 connections,"
        " but 50 of 100 are free (3 reserved, 47 used)."
    )
    assert "`pulumi config set dbPoolSize 3`" in finding.mend
    assert "`pulumi config set databaseProxy true`" in finding.mend


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def door(
    authority: Authority, postgres_cluster: PostgresCluster, account: Account, monkeypatch: pytest.MonkeyPatch
) -> Iterator[int]:
    del account  # its fixture clears PG variables before this one sets one
    monkeypatch.setenv("PGSSLROOTCERT", str(authority.root))
    with postgres_door(authority, postgres_cluster.port) as port:
        yield port


def url(cluster: PostgresCluster, host: str, port: int) -> str:
    password = quote(cluster.password, safe="")
    return f"postgresql://{cluster.user}:{password}@{host}:{port}/postgres?sslmode=verify-full"


def test_a_real_database_is_reached_over_verified_tls_and_its_room_is_counted(
    account: Account, postgres_cluster: PostgresCluster, door: int
) -> None:
    values = {
        **VALID,
        "DATABASE_URL": url(postgres_cluster, "localhost", door),
        "CLUSTER_WORKERS": "2",
        "DB_POOL_SIZE": "3",
    }
    with postgres_cluster.connect() as _, postgres_cluster.connect() as session:
        result = database.check(scene(account, values))
        shown = session.execute("SHOW max_connections").fetchone()
    assert single(result).outcome is Level.OK
    assert shown is not None
    assert result.numbers["connections of the primary"] == int(shown[0])
    assert result.numbers["connections reserved at the primary"] == 3
    assert result.numbers["connections that green needs at the primary"] == 4 * 2 * 3
    used = result.numbers["connections in use at the primary"]
    assert isinstance(used, int)
    assert used >= 2, "the two sessions of this test, and not PostgreSQL's own processes"


def test_more_tasks_than_the_database_has_room_for_fail(
    account: Account, postgres_cluster: PostgresCluster, door: int
) -> None:
    values = {**VALID, "DATABASE_URL": url(postgres_cluster, "localhost", door)}
    finding = single(database.check(scene(account, values, service=state(desired_tasks=40))))
    assert finding.outcome is Level.FAIL
    assert "40 tasks * 4 workers * a pool of 5 = 800 connections" in finding.message
    assert (
        single(database.check(scene(account, values, service=state(desired_tasks=40), database_proxied=True))).outcome
        is Level.OK
    )


def test_a_server_of_another_authority_is_not_trusted(
    account: Account, postgres_cluster: PostgresCluster, door: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLROOTCERT", str(make_authority(tmp_path / "stranger").root))
    values = {**VALID, "DATABASE_URL": url(postgres_cluster, "localhost", door).replace("verify-full", "disable")}
    finding = single(database.check(scene(account, values)))
    assert finding.outcome is Level.FAIL
    assert "certificate verify failed" in finding.message


def test_primary_and_replica_are_both_tried_and_no_password_is_told(
    account: Account, postgres_cluster: PostgresCluster, door: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        closed = probe.getsockname()[1]
    good = url(postgres_cluster, "localhost", door)
    wrong = f"postgresql://{postgres_cluster.user}:hunter2@localhost:{door}/postgres"
    here = scene(
        account, {**VALID, "DATABASE_URL": wrong, "READ_REPLICA_URL": url(postgres_cluster, "localhost", closed)}
    )
    primary, replica = database.check(here).findings
    assert "password authentication failed" in primary.message
    assert "connection" in replica.message
    assert {primary.outcome, replica.outcome} == {Level.FAIL}
    assert "hunter2" not in str((primary, replica))
    assert here.hearing.redactor.text("hunter2") == "***"
    both = database.check(scene(account, {**VALID, "DATABASE_URL": good, "READ_REPLICA_URL": good}))
    assert [finding.message.split(" answers")[0] for finding in both.findings] == ["the primary", "the replica"]


def test_without_authorities_nothing_is_tried(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    assert "PGSSLROOTCERT is not set" in single(database.check(scene(account))).message
    unknown = scene(account, {name: value for name, value in VALID.items() if name != "DATABASE_URL"})
    assert single(database.check(unknown)).message == "DATABASE_URL is not known, so no database was tried."
