"""From a base and the archive to the database as it was at any commit."""

import hashlib
from datetime import UTC, datetime

import pytest

from runtime.common.errors import TargetError
from runtime.common.lsn import parse_lsn
from runtime.recovery.targets import AfterTransaction, AtPoint, Everything, UntilLsn, UntilTime
from tests.runtime.backups.example_database import fill
from tests.runtime.recovery.whole.world import Protected

EMPTY = hashlib.sha256(b"").hexdigest()


def write(protected: Protected, number: int) -> None:
    """What an application does between two moments: rows, and once a change of the schema."""
    statements = (
        "INSERT INTO things (what) SELECT 'round {0}' FROM generate_series(1, 200)",
        "UPDATE things SET what = what || '!' WHERE id % 7 = 0",
        "DELETE FROM things WHERE id % 11 = 0",
        "CREATE TABLE round_{0} AS SELECT n, md5(n::text) AS sum FROM generate_series(1, 50) AS n",
        "ALTER TABLE things ADD COLUMN extra_{0} int DEFAULT {0}",
        "INSERT INTO things (what) VALUES ('with the new column')",
    )
    protected.archived.run(*(statement.format(number) for statement in statements))


@pytest.fixture
def written(protected: Protected) -> Protected:
    """A line, a base in its middle, and writes before and after it."""
    protected.archived.run("CREATE TABLE things (id bigserial PRIMARY KEY, what text)")
    return protected


def test_every_kind_of_target_brings_back_just_its_moment(written: Protected) -> None:
    archived = written.archived
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        write(written, 1)
        written.base()
        write(written, 2)
        expected = written.contents()
        numbers = written.sequences()
        moment = datetime.now(UTC)
        position = parse_lsn(archived.query("SELECT pg_current_wal_flush_lsn()::text")[0][0])
        xid = archived.query(
            "SELECT xmin::text::bigint FROM things WHERE what = 'with the new column' ORDER BY id DESC LIMIT 1"
        )
        archived.run("SELECT jobr_archive.point('before the mistake')")
        archived.run("DELETE FROM things", "DROP TABLE round_1")
        write(written, 3)
        archived.catch_up()
        final = written.contents()

    for target in (
        UntilTime(moment),
        UntilLsn(position),
        AfterTransaction(xid[0][0]),
        AtPoint("before the mistake"),
    ):
        copy, recovered = written.recover(target)
        assert written.contents(copy) == expected, str(target)
        assert all((number or 0) >= (numbers[name] or 0) for name, number in written.sequences(copy).items())
        assert recovered.transactions > 0
    copy, _ = written.recover(Everything())
    assert written.contents(copy) == final
    assert {step.stage for step in written.steps} >= {"rows", "replay"}


def test_one_of_everything_comes_back_through_base_and_archive(protected: Protected) -> None:
    archived = protected.archived
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        archived.run("CREATE TABLE before_the_base (id int PRIMARY KEY)")
        protected.base()
        archived.catch_up()
        fill(archived.cluster, archived.database)
        archived.catch_up()
        expected = protected.contents()
    copy, _ = protected.recover(Everything())
    found = protected.contents(copy)
    assert found.pop("public.fleeting") == (0, EMPTY), "an unlogged table's rows are in no log"
    assert expected.pop("public.fleeting")[0] == 1
    assert (found.pop("large objects")[0], expected.pop("large objects")[0]) == (0, 2), "and large objects in no stream"
    assert found == expected


def test_a_target_that_nothing_reaches_is_refused_with_what_is_there(written: Protected) -> None:
    archived = written.archived
    with pytest.raises(TargetError, match="There is no archive"):
        written.plan(Everything())
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        early = datetime.now(UTC)
        with pytest.raises(TargetError, match="no base"):
            written.plan(Everything())
        base = written.base()
        archived.run("SELECT jobr_archive.point('here')")
        archived.catch_up()
    with pytest.raises(TargetError, match=base.key):
        written.plan(UntilTime(early))
    with pytest.raises(TargetError, match="does not have it"):
        written.plan(UntilTime(datetime(2126, 1, 1, tzinfo=UTC)))
    with pytest.raises(TargetError, match="does not have it"):
        written.plan(AtPoint("nowhere"))
    with pytest.raises(TargetError, match="does not have it"):
        written.plan(AfterTransaction(4_000_000_000))
    plan = written.plan(AtPoint("here"))
    assert plan.points == ("here",)
    assert base.key in plan.text()
    assert "missing" in plan.text()
