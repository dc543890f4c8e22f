"""A replay stops where it is told to, and goes on from where it stood."""

from datetime import timedelta

import pytest

from runtime.recovery.errors import ReplayError
from runtime.recovery.replay.batch import Batch
from runtime.recovery.targets import AfterTransaction, AtPoint, Coverage, Target, UntilLsn, UntilTime
from tests.runtime.recovery.replay.world import World


def fill(world: World) -> None:
    world.on_both("CREATE TABLE t (id int PRIMARY KEY)")
    world.watch()
    world.on_source(
        "INSERT INTO t VALUES (1)",
        "INSERT INTO t VALUES (2)",
        "BEGIN; INSERT INTO t VALUES (3); SELECT pg_logical_emit_message(true, 'jobr.point', 'here'); INSERT INTO t VALUES (4); COMMIT",
        "INSERT INTO t VALUES (5)",
    )
    world.read()


def ids(world: World) -> list[int]:
    with world.cluster.connect(world.target) as session:
        return [row[0] for row in session.execute("SELECT id FROM t ORDER BY id")]


def targets(world: World) -> dict[str, tuple[Target, list[int]]]:
    begins = [item.begin for item in world.stream]
    return {
        "time": (UntilTime(begins[1].committed_at), [1, 2]),
        "before": (UntilLsn(begins[2].final_lsn), [1, 2]),
        "after": (UntilLsn(begins[2].final_lsn, inclusive=True), [1, 2, 3, 4]),
        "transaction": (AfterTransaction(begins[1].xid), [1, 2]),
        "point": (AtPoint("here"), [1, 2, 3, 4]),
    }


@pytest.mark.parametrize("kind", ["time", "before", "after", "transaction", "point"])
@pytest.mark.parametrize("max_rows", [1, 100])
def test_each_target_holds_what_it_says_and_can_be_asked_for_again(world: World, kind: str, max_rows: int) -> None:
    fill(world)
    target, expected = targets(world)[kind]
    outcome = world.replay(target, max_rows=max_rows)
    assert (ids(world), outcome.reached) == (expected, str(target))
    assert world.replay(target).transactions == 0
    assert ids(world) == expected
    world.replay()
    world.check()
    with pytest.raises(ReplayError, match=r"stands at .*, beyond .*, and a replay never goes back"):
        world.replay(target)


def test_a_target_that_was_the_last_thing_a_killed_replay_applied_is_found_again(world: World) -> None:
    fill(world)
    begins = [item.begin for item in world.stream]
    full, world.stream = world.stream, world.stream[:3]
    world.replay()
    world.stream = full
    for target in (AtPoint("here"), AfterTransaction(begins[2].xid), UntilLsn(begins[3].final_lsn)):
        assert world.replay(target).reached == str(target)
        assert ids(world) == [1, 2, 3, 4]
    with pytest.raises(ReplayError, match="beyond the transaction"):
        world.replay(AfterTransaction(begins[1].xid))


def test_a_target_that_never_came_leaves_the_end_and_names_the_nearest(world: World) -> None:
    fill(world)
    last = world.stream[-1].begin
    with pytest.raises(
        ReplayError, match=r"did not reach the point 'nowhere'.*the last points were 'here'; the last transaction was"
    ):
        world.replay(AtPoint("nowhere"))
    assert ids(world) == [1, 2, 3, 4, 5]
    later = UntilTime(last.committed_at + timedelta(hours=1))
    with pytest.raises(ReplayError, match=f"did not reach the time .*the last transaction was {last.xid}"):
        world.replay(later)
    with pytest.raises(ReplayError, match="did not reach the position"):
        world.replay(UntilLsn(last.final_lsn + 1000))
    covered = Coverage(last.final_lsn + 1000, last.committed_at + timedelta(hours=1))
    assert world.replay(later, coverage=lambda: covered).reached == str(later)
    world.check()


def test_a_transaction_larger_than_memory_is_written_in_slices_and_committed_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = 1_000_000
    held: list[int] = []
    write = Batch.write

    def watched(self: Batch, between: str) -> None:
        held.append(self.load.bytes)
        with world.cluster.connect(world.target) as other:
            assert other.execute("SELECT count(*) FROM large").fetchone() == (0,), (
                "no part of it is visible before all is"
            )
        write(self, between)

    monkeypatch.setattr(Batch, "write", watched)
    world.on_both("CREATE TABLE large (id int PRIMARY KEY, note text)")
    world.watch()
    world.on_source(
        "BEGIN; INSERT INTO large SELECT g, repeat('x', 100) FROM generate_series(1, 20000) g; UPDATE large SET id = -id; COMMIT"
    )
    outcome = world.replay(max_bytes=bound)
    assert (outcome.commits, outcome.changes) == (1, 40_000)
    assert max(held) < bound + 1000, "never more than the bound and a row"
    assert len(held) > 10
    world.check()


def test_progress_is_told_after_every_commit(world: World) -> None:
    fill(world)
    world.replay(max_rows=1)
    told = [(item.final_lsn, item.transactions) for item in world.outcomes if item.reached is None]
    assert told == [(item.begin.final_lsn, number + 1) for number, item in enumerate(world.stream)]
