"""What makes a restore impossible is told before anything is written, all of it at once."""

import os
from pathlib import Path

import pytest

from runtime.backups.base.manifest import Locale
from runtime.common.errors import PreflightError
from runtime.recovery.base.checks import creation
from runtime.recovery.base.restoring import RestoreOptions
from tests.runtime.backups.stand_ins import program
from tests.runtime.conftest import BUCKET
from tests.runtime.recovery.base.restoring import Restoring


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(
    restoring: Restoring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    making = restoring.making
    making.execute("CREATE ROLE gone_by_then; CREATE TABLE t AS SELECT 1 AS n; GRANT SELECT ON t TO gone_by_then")
    base = making.base()
    making.execute("DROP OWNED BY gone_by_then; DROP ROLE gone_by_then")
    making.execute("CREATE TABLE in_the_way ()", restoring.target)
    lost = base.manifest.tables[0].chunks[0].sha256
    making.client.delete_object(Bucket=BUCKET, Key=making.folder.chunk(lost))
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'old', 'pg_restore', '15.4')}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(PreflightError) as failure:
        restoring.restore(base)

    text = str(failure.value)
    assert f"{base.key} cannot be restored" in text
    assert "pg_restore 15.4 is older than the pg_dump 18.4" in text
    assert "is not empty (relation in_the_way)" in text
    assert "CREATE DATABASE" in text, "it says how to make one that is"
    assert 'CREATE ROLE "gone_by_then"' in text
    assert f"{lost}.zst (1 rows) is missing" in text
    assert restoring.count("SELECT count(*) FROM pg_class WHERE relname = 't'") == 0


def test_a_target_that_cannot_be_reached_is_told_beside_missing_chunks(restoring: Restoring) -> None:
    making = restoring.making
    making.execute("CREATE TABLE t AS SELECT 1 AS n")
    base = making.base()
    making.client.delete_object(Bucket=BUCKET, Key=making.folder.chunk(base.manifest.schema_dump.sha256))

    with pytest.raises(PreflightError, match=r"does not exist[\s\S]*is missing"):
        restoring.restore(base, target=making.connection("no_such_database"))


def test_another_encoding_is_refused_with_the_statement_that_makes_the_right_one(restoring: Restoring) -> None:
    making = restoring.making
    base = making.base()
    name = f"{restoring.target}_latin"
    with making.cluster.connect() as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1'".encode())

    with pytest.raises(
        PreflightError, match=r"has the encoding LATIN1, and the base UTF8.*TEMPLATE template0 ENCODING 'UTF8'"
    ):
        restoring.restore(base, target=making.connection(name))


def test_the_statement_makes_a_database_like_the_source(restoring: Restoring) -> None:
    making = restoring.making
    with making.cluster.connect() as session:
        session.execute(
            f"CREATE DATABASE {restoring.target}_like TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' ENCODING 'UTF8'".encode()
        )
    making.database = f"{restoring.target}_like"
    locale = making.base().manifest.locale
    with making.cluster.connect() as session:
        session.execute(creation(locale, f"{restoring.target}_alike").encode())
    making.database = f"{restoring.target}_alike"

    assert making.base().manifest.locale == locale
    assert (locale.provider, locale.locale) == ("builtin", "C.UTF-8")


def test_names_in_the_statement_are_quoted() -> None:
    locale = Locale(
        encoding="UTF8", provider="icu", collate="C", ctype="C", locale="de'", icu_rules=None, collation_version=None
    )

    assert creation(locale, 'x"; DROP') == (
        "CREATE DATABASE \"x\"\"; DROP\" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu LC_COLLATE 'C' LC_CTYPE 'C' ICU_LOCALE 'de'''"
    )


def test_a_login_that_cannot_become_the_owners_is_told_what_to_grant(restoring: Restoring) -> None:
    making = restoring.making
    making.execute("""
        CREATE ROLE the_owner; CREATE TABLE t AS SELECT 1 AS n; ALTER TABLE t OWNER TO the_owner;
        CREATE ROLE restorer LOGIN PASSWORD 'restorer'""")
    base = making.base()
    target = making.connection(restoring.target, "restorer", "restorer")

    with pytest.raises(PreflightError, match=r'GRANT .*"the_owner".* TO "restorer", or restore without owners'):
        restoring.restore(base, target=target)


def test_a_login_that_is_no_superuser_restores_what_it_may_own(restoring: Restoring) -> None:
    making = restoring.making
    making.execute("""
        CREATE ROLE app; CREATE ROLE operator LOGIN PASSWORD 'operator'; GRANT app TO operator;
        CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int); ALTER TABLE t OWNER TO app;
        INSERT INTO t (n) SELECT generate_series(1, 10); SELECT lo_from_bytea(99, 'abc'); ALTER LARGE OBJECT 99 OWNER TO app""")
    base = making.base()
    with making.cluster.connect() as session:
        session.execute(
            f"ALTER DATABASE {restoring.target} OWNER TO operator; GRANT CREATE ON DATABASE {restoring.target} TO app".encode()
        )
    making.execute("GRANT CREATE ON SCHEMA public TO app", restoring.target)

    restoring.restore(base, RestoreOptions(), making.connection(restoring.target, "operator", "operator"))

    assert restoring.count("SELECT count(*) FROM t") == 10
    assert restoring.count("SELECT count(*) FROM pg_class WHERE relname = 't' AND relowner = 'app'::regrole") == 1
    assert restoring.count("SELECT length(lo_get(99))") == 3
    assert not restoring.is_marked()
