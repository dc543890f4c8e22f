import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from sandbox.engine import losses
from sandbox.engine.errors import RefusedError
from sandbox.engine.progress import Progress, Step

BUCKET = "urn:pulumi:dev::jobr::jobr:data:Bucket$aws:s3/bucket:Bucket::backups"


def judge(folder: Path, *steps: Step, disposable: str = "false") -> str:
    """What is told of a plan; the folder stands for a stack's."""
    (folder / "Pulumi.dev.yaml").write_text(f'config:\n  jobr:disposable: "{disposable}"\n')
    workspace = SimpleNamespace(folder=SimpleNamespace(path=folder, stack="dev", project="jobr"))
    told = io.StringIO()
    losses.check(Console(file=told), cast("Any", workspace), Progress("plan", steps=list(steps)))
    return told.getvalue()


@pytest.mark.parametrize("word", ["replaced", "deleted"])
def test_a_plan_that_loses_data_is_refused_before_anything_happens(tmp_path: Path, word: str) -> None:
    with pytest.raises(RefusedError, match="1 resources that hold data would be lost"):
        judge(tmp_path, Step(word, BUCKET))


def test_a_disposable_stack_is_told_and_goes_ahead(tmp_path: Path) -> None:
    assert "backups would be replaced, and its objects with it" in judge(
        tmp_path, Step("replaced", BUCKET), disposable="true"
    )


def test_a_plan_that_loses_nothing_goes_ahead_in_silence(tmp_path: Path) -> None:
    assert judge(tmp_path, Step("updated", BUCKET), Step("created", BUCKET)) == ""
