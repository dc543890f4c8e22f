"""The archiver against a real server and S3: what it stores is what the server tells."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from runtime.common.errors import DatabaseError, DeadlineError, SecretError, StorageError
from runtime.common.lsn import parse_lsn
from tests.runtime.wal.world import Archived

ROWS = "CREATE TABLE things (id int PRIMARY KEY, what text)"


def test_what_is_committed_is_stored_in_its_order(archived: Archived) -> None:
    archived.run(ROWS)
    archived.reference()
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        archived.run("INSERT INTO things SELECT n, 'a' FROM generate_series(1, 50) AS n")
        archived.run(
            "UPDATE things SET what = 'b' WHERE id < 10", "DELETE FROM things WHERE id > 40", "TRUNCATE things"
        )
        archived.run("SELECT pg_logical_emit_message(true, 'jobr.point', 'here')")
        archived.catch_up()
    told = archived.told()
    assert told == archived.expected()
    assert len(told) == 5


def test_the_next_session_goes_on_where_the_last_one_ended(archived: Archived) -> None:
    archived.run(ROWS)
    archived.reference()
    for number in range(3):
        with archived.archiver() as running:
            archived.until(lambda: bool(archived.lines()))
            archived.query("INSERT INTO things VALUES (%s, 'x') RETURNING id", number)
            archived.catch_up()
        assert running.events("archiver started")[0]["is_new"] == (number == 0)
        archived.query("INSERT INTO things VALUES (%s, 'while nobody listened') RETURNING id", 100 + number)
    with archived.archiver():
        archived.catch_up()
    assert len(archived.lines()) == 1
    assert archived.told() == archived.expected()


def test_an_idle_database_is_recorded_as_idle(archived: Archived) -> None:
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        # Another database's log goes through the same slot.
        archived.cluster.execute(
            "postgres", "CREATE TABLE IF NOT EXISTS elsewhere (n int); INSERT INTO elsewhere VALUES (1)"
        )
        archived.catch_up()
        confirmed = "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = %s"
        target = archived.stored_upto()
        archived.until(lambda: parse_lsn(archived.query(confirmed, archived.database)[0][0]) >= target)
    names = list(archived.archive().names(archived.lines()[0].identity.start))
    headers = [archived.archive().get(name).header for name in names]
    assert sum(header.transactions for header in headers) == 0
    assert headers[-1].covers_until is not None
    assert archived.told() == []


def test_a_transaction_larger_than_a_segment_is_cut_and_whole(archived: Archived) -> None:
    archived.run(ROWS)
    archived.reference()
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        archived.run("INSERT INTO things SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 60000) AS n")
        archived.catch_up(60)
    names = list(archived.archive().names(archived.lines()[0].identity.start))
    assert sum(name.inside for name in names) >= 2
    assert archived.told() == archived.expected()


def test_sequences_are_sampled_behind_the_position_that_they_belong_to(archived: Archived) -> None:
    archived.run("CREATE SEQUENCE numbers")
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        archived.run("SELECT nextval('numbers') FROM generate_series(1, 7)")
        archived.catch_up()
        start = archived.lines()[0].identity.start
        archived.until(lambda: any(name.upto > start for name in archived.archive().names(start)))
    samples = [archived.archive().get(name).header.sample for name in archived.archive().names(start)]
    assert samples
    assert {state.name for sample in samples if sample for state in sample.sequences} == {"numbers"}


def test_a_second_archiver_waits_and_takes_over(archived: Archived) -> None:
    archived.run(ROWS)
    archived.reference()
    first = archived.start()
    archived.until(lambda: bool(archived.lines()))
    second = archived.start(wait=60)
    archived.run("INSERT INTO things VALUES (1, 'by the first')")
    archived.catch_up()
    assert not second.events("archiver started")
    first.end()
    archived.until(lambda: bool(second.events("archiver started")))
    archived.run("INSERT INTO things VALUES (2, 'by the second')")
    archived.catch_up()
    second.end()
    assert archived.told() == archived.expected()


def test_a_second_archiver_that_may_not_wait_says_who_is_in_its_way(archived: Archived) -> None:
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
        with pytest.raises(DeadlineError, match="another archiver has the slot"):
            archived.once()


class Refuses:
    """An S3 that refuses to store segments for a while."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        self.refuses = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def put_object(self, **arguments: Any) -> Any:
        if self.refuses and arguments["Key"].endswith(".zst"):
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "slow down"}}, "PutObject")
        return self._s3.put_object(**arguments)


def test_what_s3_refuses_is_not_confirmed_and_comes_again(archived: Archived) -> None:
    archived.run(ROWS)
    archived.reference()
    refusing = archived.start(Refuses(archived.s3))
    archived.until(lambda: bool(archived.lines()))
    archived.run("INSERT INTO things VALUES (1, 'refused')")
    refusing.thread.join(20)
    with pytest.raises(StorageError, match="SlowDown"):
        refusing.end()
    assert archived.told() == []
    with archived.archiver():
        archived.catch_up()
    assert archived.told() == archived.expected()


@pytest.mark.parametrize(
    ("variables", "error", "said"),
    [
        ({"BACKUP_BUCKET": "jobr-no-such-bucket"}, StorageError, "BACKUP_BUCKET"),
        ({"DATABASE_PORT": "1"}, DatabaseError, "DATABASE_PORT"),
        ({"DATABASE_NAME": "nowhere"}, DatabaseError, "DATABASE_NAME"),
        (
            {"REPLICATION_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:none"},
            SecretError,
            "no such secret",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_mends_it(
    archived: Archived, variables: dict[str, str], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as raised:
        archived.where(**variables).once()
    assert archived.cluster.password not in str(raised.value)
