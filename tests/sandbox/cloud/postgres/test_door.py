import socket
import ssl
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from sandbox.cloud.certificates import ensure_authority
from sandbox.cloud.postgres import protocol
from sandbox.home import Home
from tests.sandbox.cloud.postgres.support import USER, Bench


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority of another cloud."""
    return ensure_authority(Home(tmp_path_factory.mktemp("stranger")))


def test_a_verified_connection_is_encrypted(bench: Bench, primary: str) -> None:
    with bench.connect(primary) as connection:
        assert connection.pgconn.ssl_in_use
    with bench.connect(primary, sslnegotiation="direct") as connection:
        assert connection.pgconn.ssl_in_use


def test_plaintext_is_refused_as_by_rds(bench: Bench, primary: str) -> None:
    with pytest.raises(psycopg.OperationalError) as refused:
        bench.connect(primary, sslmode="disable")
    assert f'FATAL:  no pg_hba.conf entry for host "127.0.0.1", user "{USER}", database "app", no encryption' in str(
        refused.value
    )


def test_a_server_of_another_authority_is_not_trusted(bench: Bench, primary: str, stranger: Path) -> None:
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        bench.connect(primary, sslrootcert=str(stranger))


def test_a_server_under_another_name_is_not_trusted(bench: Bench, primary: str) -> None:
    dsn = bench.dsn(primary)
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        psycopg.connect(**dsn | {"host": "database.example", "hostaddr": dsn["host"]})


def test_old_versions_of_tls_are_refused(bench: Bench, primary: str) -> None:
    dsn = bench.dsn(primary)
    context = ssl.create_default_context(cafile=dsn["sslrootcert"])
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection((dsn["host"], dsn["port"])) as connection:
        connection.sendall(protocol.ssl_request())
        assert connection.recv(1) == b"S"
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_hostname=dsn["host"])


def test_encryption_by_gssapi_is_declined_and_tls_offered_then(bench: Bench, primary: str) -> None:
    dsn = bench.dsn(primary)
    with socket.create_connection((dsn["host"], dsn["port"])) as connection:
        connection.sendall(protocol.HEADER.pack(8, protocol.GSSENC_REQUEST))
        assert connection.recv(1) == b"N"
        connection.sendall(protocol.ssl_request())
        assert connection.recv(1) == b"S"


@pytest.mark.parametrize("nonsense", [b"GET / HTTP/1.0\r\n\r\n", struct.pack("!II", 4, 0), b"\0\0\0"])
def test_nonsense_ends_its_own_connection_only(bench: Bench, primary: str, nonsense: bytes) -> None:
    dsn = bench.dsn(primary)
    with socket.create_connection((dsn["host"], dsn["port"])) as connection:
        connection.sendall(nonsense)
        try:
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(1)
        except OSError:  # the door was quicker
            answer = b""
    assert answer == b""
    bench.connect(primary).close()


def test_a_running_query_can_be_cancelled(bench: Bench, primary: str) -> None:
    with bench.connect(primary) as connection, ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, "SELECT pg_sleep(600)")
        with bench.connect(primary) as other:
            query = "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()"
            while not other.execute(query).fetchall():
                pass
        connection.cancel_safe()
        with pytest.raises(psycopg.errors.QueryCanceled):
            running.result()


def test_a_large_copy_arrives_whole_in_both_directions(bench: Bench, primary: str) -> None:
    block = b"x" * 999 + b"\n"
    with bench.connect(primary) as connection:
        connection.execute("CREATE TEMPORARY TABLE bulk (line text)")
        with connection.cursor().copy("COPY bulk FROM STDIN") as copy:
            for _ in range(40):
                copy.write(block * 1000)
        received = 0
        with connection.cursor().copy("COPY bulk TO STDOUT") as copy:
            for part in copy:
                received += len(part)
    assert received == 40_000_000


def test_a_reader_that_stops_reading_holds_up_nobody_else(bench: Bench, primary: str) -> None:
    with bench.connect(primary) as stalled, bench.connect(primary) as other:
        stalled.pgconn.send_query(b"SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
        assert other.execute("SELECT 1").fetchone() == (1,)
        stalled.pgconn.finish()


def test_many_connections_come_in_at_once(bench: Bench, primary: str) -> None:
    def ask(_: int) -> object:
        with bench.connect(primary) as connection:
            return connection.execute("SELECT 1").fetchone()

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(ask, range(60))) == [(1,)] * 60


def test_a_group_may_let_plaintext_in(bench: Bench) -> None:
    bench.group("plain", {"rds.force_ssl": "0"})
    bench.create("plain", DBParameterGroupName="plain")
    bench.available("plain")
    with bench.connect("plain", sslmode="disable") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    bench.connect("plain").close()
    bench.delete("plain")
    bench.rds.delete_db_parameter_group(DBParameterGroupName="plain")
