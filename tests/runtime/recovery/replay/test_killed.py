"""A replay that is killed at any moment goes on, and nothing is lost or doubled."""

import multiprocessing
import os
import random
import signal
import time

from runtime.recovery.replay import replay
from runtime.recovery.replay.position import read
from tests.postgres_cluster import PostgresCluster
from tests.runtime.recovery.replay.world import World

KILLS = 40
FORK = multiprocessing.get_context("fork")


def prepare(world: World) -> None:
    world.on_both(
        "CREATE TABLE k (id int PRIMARY KEY, n int, large text)",
        "CREATE TABLE f (n int)",
        "ALTER TABLE f REPLICA IDENTITY FULL",
        "CREATE TABLE log (n int)",
        "INSERT INTO k SELECT g, 0, CASE WHEN g % 10 = 0 THEN (SELECT string_agg(md5((g * h)::text), '') FROM generate_series(1, 200) h) END FROM generate_series(1, 200) g",
    )
    world.watch()


def load(world: World, chance: random.Random) -> None:
    with world.cluster.connect(world.source) as session:
        for turn in range(400):
            with session.transaction():
                session.execute("INSERT INTO log SELECT %s FROM generate_series(1, %s)", [turn, chance.randint(1, 5)])
                session.execute("UPDATE k SET n = n + 1 WHERE id %% 50 = %s", [turn % 50])
                session.execute("INSERT INTO f VALUES (%s), (%s)", [turn % 7, turn % 7])
                session.execute("DELETE FROM f WHERE ctid IN (SELECT ctid FROM f WHERE n = %s LIMIT 1)", [turn % 3])
    world.read()


def work(world: World, pause: float) -> None:
    with world.cluster.connect(world.target) as session:
        replay(session, world.stream, world.options(max_rows=25), lambda _: time.sleep(pause))


def test_killed_forty_times_and_equal(world: World) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)  # noqa: S311  # any dice will do
    prepare(world)
    stops: set[int] = set()
    kills, patience = 0, 0.1
    while kills < KILLS:
        load(world, chance)
        while position(world) < world.stream[-1].begin.final_lsn:
            # With a pause the process is mostly killed between commits, without one within them.
            process = FORK.Process(target=work, args=(world, chance.choice([0, 0.005, 0.02])))
            process.start()
            process.join(chance.uniform(0.01, patience))
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGKILL)
                kills += 1
                process.join()
            else:
                assert process.exitcode == 0, f"seed {seed}"
            # On a slow machine it must be given the time for a commit now and then.
            patience = patience * 1.3 if position(world) in stops else 0.1
            stops.add(position(world))
        world.check()
    assert len(stops) >= KILLS / 4, f"seed {seed}: it must have been killed at several places, not at {stops}"


def position(world: World) -> int:
    with world.cluster.connect(world.target) as session:
        found = read(session)
        return found.final_lsn if found else 0


def test_a_target_that_crashes_goes_on_from_its_last_commit(world: World, logical_cluster: PostgresCluster) -> None:
    chance = random.Random(7)  # noqa: S311  # any dice will do
    prepare(world)
    load(world, chance)
    process = FORK.Process(target=work, args=(world, 0.005))
    process.start()
    time.sleep(0.3)
    with logical_cluster.connect() as session:
        session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [world.target])
    process.join()
    assert process.exitcode != 0, "it was in the middle of its work"
    world.replay(max_rows=25)
    world.check()
