"""Which scenarios a rehearsal plays, and in which order."""

import pytest

from sandbox.commands.rehearse import chosen
from sandbox.engine.errors import RefusedError
from sandbox.rehearsal.scenarios import scenarios

EVERY = scenarios()


def test_all_are_played_and_those_in_real_time_come_first() -> None:
    names = chosen(EVERY, [])
    speeds = [EVERY.scenarios[name].speed > 1 for name in names]
    assert sorted(names) == sorted(EVERY.scenarios)
    assert speeds == sorted(speeds)
    assert chosen(EVERY, ["slow-burn", "canary", "killed-up"]) == ["killed-up", "slow-burn", "canary"]


def test_an_unknown_one_is_refused_with_those_there_are() -> None:
    with pytest.raises(RefusedError, match=r"no scenario nonsense.*canary"):
        chosen(EVERY, ["canary", "nonsense"])
