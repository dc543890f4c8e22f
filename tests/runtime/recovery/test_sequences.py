"""A sequence never comes back behind a number that it gave away."""

import pytest

from runtime.recovery.sequences import MARGIN, move_sequences, sample_for
from runtime.wal.names import SegmentName
from runtime.wal.segments import Header, Sample, SequenceState, pack
from tests.postgres_cluster import PostgresCluster
from tests.runtime.wal.messages import LINE, Shelf


def sample(lsn: int, **values: int | None) -> Sample:
    states = (SequenceState(schema_name="public", name=name, last_value=value) for name, value in values.items())
    return Sample(lsn=lsn, sequences=tuple(states))


def shelf(*samples: Sample | None) -> tuple[Shelf, list[SegmentName]]:
    made = Shelf()
    for number, one in enumerate(samples):
        after = 100 + number * 10
        header = Header(
            line=str(LINE), writer="a" * 16, number=number, after=after, upto=after + 10, inside=False, sample=one
        )
        made.put(pack(header, []))
    return made, list(made.names(100))


def test_the_first_sample_behind_the_end_is_the_one() -> None:
    source, names = shelf(sample(105), None, sample(125, n=3), sample(135, n=9))
    assert sample_for(source, names, 120) == (sample(125, n=3), True)


def test_without_one_behind_the_end_the_newest_is_not_sure() -> None:
    source, names = shelf(sample(105, n=1), sample(115, n=2))
    assert sample_for(source, names, 130) == (sample(115, n=2), False)
    assert sample_for(source, [], 130) == (None, False)


@pytest.fixture
def database(postgres_cluster: PostgresCluster) -> str:
    name = postgres_cluster.create_database("sequences")
    postgres_cluster.execute(
        name,
        """
        CREATE SEQUENCE up; SELECT nextval('up') FROM generate_series(1, 5);
        CREATE SEQUENCE down INCREMENT -2; SELECT nextval('down') FROM generate_series(1, 5);
        CREATE SEQUENCE short MAXVALUE 10; SELECT nextval('short');
        CREATE SEQUENCE unused; CREATE SEQUENCE "Odd name"
        """,
    )
    return name


def values(cluster: PostgresCluster, database: str) -> dict[str, int | None]:
    with cluster.connect(database) as session:
        return dict(session.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall())


def test_sequences_move_on_and_never_back(postgres_cluster: PostgresCluster, database: str) -> None:
    with postgres_cluster.connect(database) as session:
        moved = move_sequences(session, sample(1, up=9, down=-3, short=4, **{"Odd name": 7}), sure=True)
    assert values(postgres_cluster, database) == {"up": 9, "down": -9, "short": 4, "unused": None, "Odd name": 7}
    assert {(one.name, one.value) for one in moved} == {("up", 9), ("short", 4), ("Odd name", 7)}


def test_an_older_sample_is_moved_on_by_a_margin_within_the_sequences_limits(
    postgres_cluster: PostgresCluster, database: str
) -> None:
    with postgres_cluster.connect(database) as session:
        move_sequences(session, sample(1, up=9), sure=False)
    found = values(postgres_cluster, database)
    assert (found["up"], found["down"], found["short"]) == (9 + MARGIN, -9 - 2 * MARGIN, 10)
    assert found["unused"] is None
