"""The stages in the functions' code are those of docs/deployment-stages.toml."""

from runtime.deployments.stages import HOOKABLE, ON_ROLLBACK, PER_SHIFT, Stage
from tools.documents.stages import facts

STAGES = facts()["stages"]


def _with(mark: str) -> set[str]:
    return {name for name, stage in STAGES.items() if stage[mark]}


def test_the_stages_are_the_tables_in_its_order() -> None:
    assert [stage.value for stage in Stage] == list(STAGES)


def test_hooks_are_called_where_the_table_says() -> None:
    assert set(HOOKABLE) == _with("hook")


def test_hooks_are_called_again_on_the_way_back_where_the_table_says() -> None:
    assert set(ON_ROLLBACK) == _with("on_rollback")


def test_stages_are_walked_for_each_shift_where_the_table_says() -> None:
    assert set(PER_SHIFT) == _with("per_shift")
