"""What the backup's login needs, and what it is told when it lacks it: a row that is hidden is an error, never a hole."""

from collections.abc import Iterator

import pytest

from runtime.common.errors import PreflightError
from tests.runtime.backups.base.making import Making

SECRETS = "CREATE TABLE secrets AS SELECT n FROM generate_series(1, 10) AS n; ALTER TABLE secrets OWNER TO keeper"


@pytest.fixture
def login(making: Making) -> Iterator[Making]:
    """A database, and a login `reader_of_all` that may read it all by pg_read_all_data, which is what a backup's login has."""
    making.execute("""
        DO $$ BEGIN
            CREATE ROLE keeper; CREATE ROLE reader_of_all LOGIN PASSWORD 'a long one'; CREATE ROLE streamer LOGIN REPLICATION PASSWORD 'a long one';
        EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT pg_read_all_data TO reader_of_all; REVOKE keeper FROM reader_of_all; ALTER ROLE reader_of_all NOBYPASSRLS""")
    yield making
    making.execute("GRANT pg_read_all_data TO reader_of_all")


def base_of(making: Making, **changes: object) -> object:
    reader = making.connection(user="reader_of_all", password="a long one")
    return making.base(making.source(primary=reader, reading=reader, **changes)).manifest.tables


def test_a_member_of_pg_read_all_data_makes_a_base_and_another_login_only_streams(login: Making) -> None:
    login.execute(SECRETS)
    login.execute("CREATE SEQUENCE s; SELECT lo_from_bytea(1, 'of somebody else'); SELECT lo_from_bytea(2, '')")
    streamer = login.connection(user="streamer", password="a long one")
    reader = login.connection(user="reader_of_all", password="a long one")

    manifest = login.base(login.source(primary=reader, reading=reader, streaming=streamer, line=login.line())).manifest

    assert manifest.rows == 10
    assert manifest.large_objects.count == 2
    assert sum(chunk.rows for chunk in manifest.large_objects.pages) == 1
    assert manifest.lsn is not None


def test_all_that_may_not_be_read_is_told_at_once_with_the_grant(login: Making) -> None:
    login.execute(SECRETS)
    login.execute("CREATE TABLE other AS SELECT 1 AS n; CREATE SEQUENCE s; SELECT lo_from_bytea(1, 'x')")
    login.execute("REVOKE pg_read_all_data FROM reader_of_all")

    with pytest.raises(PreflightError) as failure:
        base_of(login)

    text = str(failure.value)
    assert "may not read the tables public.other, public.secrets" in text
    assert "may not read the sequence public.s" in text
    assert "may not read the 1 large objects" in text
    assert text.count('GRANT pg_read_all_data TO "reader_of_all"') == 3
    assert login.chunks() == {}, "nothing was stored yet"


def test_row_security_that_would_hide_rows_is_an_error_that_both_remedies_mend(login: Making) -> None:
    login.execute(SECRETS)
    login.execute("ALTER TABLE secrets ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON secrets USING (n < 3)")

    with pytest.raises(
        PreflightError,
        match=r'hides rows of public\.secrets .*ALTER ROLE "reader_of_all" BYPASSRLS.*GRANT "keeper" TO "reader_of_all"\.',
    ):
        base_of(login)
    assert login.manifests() == []

    login.execute("GRANT keeper TO reader_of_all")
    assert _rows(login) == 10, "a member of the owner sees all rows"
    login.execute("REVOKE keeper FROM reader_of_all; ALTER ROLE reader_of_all BYPASSRLS")
    assert _rows(login) == 10


def test_forced_row_security_says_that_membership_is_not_enough(login: Making) -> None:
    login.execute(SECRETS)
    login.execute(
        "ALTER TABLE secrets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; GRANT keeper TO reader_of_all"
    )

    with pytest.raises(PreflightError, match=r'and, as its owner, ALTER TABLE "public"\."secrets" NO FORCE ROW LEVEL'):
        base_of(login)


def _rows(making: Making) -> int:
    reader = making.connection(user="reader_of_all", password="a long one")
    return making.base(making.source(primary=reader, reading=reader)).manifest.rows
