"""A base restores into an equal database, whatever was in it and whoever was writing."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from runtime.recovery.base.restoring import RestoreOptions
from tests.runtime.backups.base.making import Making
from tests.runtime.backups.base.varied_database import FORGET, fill_varied, large_objects
from tests.runtime.backups.example_database import contents, schema
from tests.runtime.recovery.base.restoring import Restoring


def test_a_database_with_one_of_everything_restores_into_an_equal_one(restoring: Restoring) -> None:
    making = restoring.making
    fill_varied(making.cluster, making.database)

    manifest, heard = restoring.restore(making.base())
    making.execute(FORGET)

    copy, original = making.connection(restoring.target), making.connection()
    assert schema(copy) == schema(original), "definitions, owners, privileges and comments"
    found = contents(making.cluster, restoring.target)
    assert found == contents(making.cluster, making.database), "rows, generated values, sequences and large objects"
    assert large_objects(making.cluster, restoring.target) == large_objects(making.cluster, making.database)
    assert found["public.without_columns"][0] == 5, "the comparison compares something"
    assert not restoring.is_marked()
    assert [item.what for item in manifest.omissions if "rows of" in item.what] == [
        "the rows of public.fleeting",
        "the rows of public.passing",
    ]
    assert heard[-1].done_bytes == heard[-1].total_bytes > 0, "progress ends where it said it would"


def test_an_empty_database_has_a_base_that_restores(restoring: Restoring) -> None:
    manifest, _ = restoring.restore(restoring.making.base())

    assert (manifest.tables, manifest.rows) == ((), 0)
    assert schema(restoring.making.connection(restoring.target)) == schema(restoring.making.connection())
    assert not restoring.is_marked()


def test_statistics_are_there_and_every_index_is_valid(restoring: Restoring) -> None:
    restoring.making.execute("CREATE TABLE t (n int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1000)")

    restoring.restore(restoring.making.base())

    assert restoring.count("SELECT reltuples FROM pg_class WHERE relname = 't'") == 1000, "planners need it at once"
    assert restoring.count("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid") == 1


def test_a_materialized_view_that_was_never_filled_stays_so(restoring: Restoring) -> None:
    restoring.making.execute("CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS one WITH NO DATA")

    restoring.restore(restoring.making.base())

    assert restoring.count("SELECT count(*) FROM pg_class WHERE relname = 'never_filled' AND NOT relispopulated") == 1


def test_of_an_extension_only_the_users_rows_are_held_and_its_own_come_with_it(restoring: Restoring) -> None:
    making = restoring.making
    with tempfile.TemporaryDirectory(prefix="extension-") as name:
        folder = Path(name) / "extension"
        folder.mkdir()
        (folder / "countries.control").write_text("default_version = '1.0'")
        (folder / "countries--1.0.sql").write_text("""
            CREATE TABLE country (code int, name text); INSERT INTO country VALUES (1, 'its own');
            CREATE TABLE inner_matter (n int); INSERT INTO inner_matter VALUES (1);
            SELECT pg_extension_config_dump('country', 'WHERE code > 100');""")
        for path in (Path(name), folder, *folder.iterdir()):
            path.chmod(0o755)  # the server is another account
        with making.cluster.connect() as session:
            for database in (making.database, restoring.target):
                setting = sql.SQL("ALTER DATABASE {} SET extension_control_path = {}")
                session.execute(setting.format(sql.Identifier(database), sql.Literal(f"{name}:$system")))
        making.execute("CREATE EXTENSION countries; INSERT INTO country VALUES (101, 'of the user')")

        manifest, _ = restoring.restore(making.base())

    assert [(item.name, item.version) for item in manifest.extensions] == [("countries", "1.0")]
    assert [(table.name, table.rows) for table in manifest.tables] == [("country", 1)]
    assert restoring.count("SELECT count(*) FROM country") == 2
    assert restoring.count("SELECT count(*) FROM inner_matter") == 1


def test_a_base_without_an_archive_says_so(restoring: Restoring) -> None:
    base = restoring.making.base()

    assert (base.manifest.line, base.manifest.lsn) == (None, None)


def test_a_restore_without_owners_and_privileges_belongs_to_whoever_restores(restoring: Restoring) -> None:
    making = restoring.making
    making.execute("""
        CREATE ROLE passing; CREATE TABLE of_role AS SELECT 1 AS n; ALTER TABLE of_role OWNER TO passing;
        SELECT lo_from_bytea(7, 'x'); ALTER LARGE OBJECT 7 OWNER TO passing; GRANT SELECT ON LARGE OBJECT 7 TO PUBLIC""")
    base = making.base()
    making.execute("ALTER TABLE of_role OWNER TO postgres; ALTER LARGE OBJECT 7 OWNER TO postgres; DROP ROLE passing")

    restoring.restore(base, RestoreOptions(owners=False, privileges=False))

    assert restoring.count("SELECT n FROM of_role") == 1
    assert large_objects(making.cluster, restoring.target) == [(7, "postgres", None, [])]


def test_large_objects_get_their_owners_back(restoring: Restoring) -> None:
    making = restoring.making
    making.execute("""
        CREATE ROLE keeper; SELECT lo_from_bytea(8, 'x'); ALTER LARGE OBJECT 8 OWNER TO keeper;
        GRANT SELECT ON LARGE OBJECT 8 TO pg_monitor; CREATE TABLE t AS SELECT 1 AS n""")
    base = making.base()

    restoring.restore(base)

    assert large_objects(making.cluster, restoring.target) == large_objects(making.cluster, making.database)
    assert "keeper" in [role.name for role in base.manifest.roles if role.owns]


def test_what_is_committed_during_the_base_is_not_in_it_and_nothing_is_halved(restoring: Restoring) -> None:
    making = restoring.making
    making.execute("""
        CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL, filler text);
        INSERT INTO accounts SELECT n, 100, repeat('x', 200) FROM generate_series(1, 40000) AS n;
        CREATE TABLE moves (id bigserial PRIMARY KEY, amount int)""")

    with writers(making) as written:
        bases = [making.base(making.source(streaming=making.connection(), line=making.line())) for _ in range(2)]
        assert written(), "somebody wrote while the bases were made"

    for base in bases:
        target = Restoring(making, making.cluster.create_database("target"))
        target.restore(base)
        total = target.count("SELECT sum(balance) FROM accounts")
        moves = target.count("SELECT count(*) FROM moves")
        assert total == 40000 * 100, "every move takes from one account and gives to another, or is not there at all"
        assert target.count("SELECT count(*) FROM accounts") == 40000
        assert target.count("SELECT last_value FROM moves_id_seq") >= moves, "a sequence never gives a number again"
    first, second = (base.manifest.lsn or 0 for base in bases)
    assert 0 < first < second, "later bases divide later"


@contextmanager
def writers(making: Making) -> Iterator[Callable[[], int]]:
    """Two sessions that move money until the context ends; what it yields says whether they did since it was asked last."""
    stop, done = threading.Event(), [0]

    def write(seed: int) -> None:
        with making.cluster.connect(making.database) as session:
            number = seed
            while not stop.is_set():
                number = (number * 7919 + 13) % 39999
                with session.transaction():
                    session.execute("UPDATE accounts SET balance = balance - 1 WHERE id = %s", [number + 1])
                    session.execute("UPDATE accounts SET balance = balance + 1 WHERE id = %s", [number + 2])
                    session.execute("INSERT INTO moves (amount) VALUES (1)")
                done[0] += 1

    threads = [threading.Thread(target=write, args=(seed,)) for seed in (1, 20011)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: done[0]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
