import json
from types import SimpleNamespace

import pytest

from runtime.common.errors import SettingsError
from runtime.deployments.migrations.errors import MigrationInputError
from runtime.deployments.migrations.handler import handle
from runtime.deployments.migrations.progress import Progress
from tests.runtime.deployments.migrations.conftest import REVISION, Stage

CONTEXT = SimpleNamespace(aws_request_id="request")


def test_a_step_that_does_not_exist_is_refused_with_those_that_do(stage: Stage) -> None:
    with pytest.raises(MigrationInputError, match=r"The step is one of prepare, dry-run, .* and not 'restore'"):
        stage.invoke({"step": "restore", "progress": {}})


@pytest.mark.parametrize("event", [None, [], {"step": "look"}, {"step": "look", "progress": "text"}])
def test_nonsense_is_refused_in_words(stage: Stage, event: object) -> None:
    with pytest.raises(MigrationInputError):
        stage.invoke(event)


@pytest.mark.parametrize("step", ["look", "look-at-snapshot"])
def test_a_step_out_of_turn_is_refused(stage: Stage, step: str) -> None:
    progress = {"revision": REVISION, "taskDefinition": stage.definition}
    with pytest.raises(MigrationInputError, match="start the state machine, not one of its steps"):
        stage.invoke({"step": step, "progress": progress})


def test_progress_survives_its_way_through_json(stage: Stage) -> None:
    progress = stage.invoke({"step": "prepare", "progress": {"revision": REVISION, "taskDefinition": stage.definition}})
    assert Progress.parse(json.loads(json.dumps(progress))).document() == progress


def test_a_function_without_its_variables_says_which_and_logs_it(
    aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del aws
    monkeypatch.setenv("PGSSLROOTCERT", __file__)
    with pytest.raises(SettingsError, match="MIGRATIONS_SECRET_ARN is not set"):
        handle({"step": "prepare"}, CONTEXT)
    assert json.loads(capsys.readouterr().out)["event"] == "step failed"
