"""What the archive asks of the other settings."""

from datetime import timedelta

import pytest

from infra.settings import SettingsError, WalArchive
from infra.settings.loading import check
from tests.infra.recording import DEVELOPMENT, PRODUCTION, SECRET_KEYS


@pytest.mark.parametrize("mode", ["function", "task"])
def test_an_archive_without_slots_names_both_keys_and_both_ways_out(mode: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check("test", {**DEVELOPMENT, "walArchive": mode, "databaseLogicalReplication": "false"}, SECRET_KEYS)
    said = str(caught.value)
    assert f"jobr:databaseLogicalReplication must be true while walArchive is {mode}" in said
    assert "pulumi config set --stack test jobr:databaseLogicalReplication true" in said
    assert "or pulumi config set --stack test jobr:walArchive off" in said


def test_production_archives_where_its_database_writes_what_could_be_archived() -> None:
    with pytest.raises(
        SettingsError, match=r"walArchive must not be off in production while databaseLogicalReplication"
    ):
        check("production", {**PRODUCTION, "walArchive": "off"}, SECRET_KEYS)
    without = {**PRODUCTION, "walArchive": "off", "databaseLogicalReplication": "false"}
    assert check("production", without, SECRET_KEYS).archive.mode is WalArchive.OFF


def test_elsewhere_slots_may_be_there_for_others() -> None:
    assert check("test", {**DEVELOPMENT, "walArchive": "off"}, SECRET_KEYS).database.logical_replication


@pytest.mark.parametrize(
    ("mode", "objective"), [("task", timedelta(seconds=60)), ("function", timedelta(seconds=120)), ("off", None)]
)
def test_the_objective_follows_from_what_archives(mode: str, objective: timedelta | None) -> None:
    assert check("test", {**DEVELOPMENT, "walArchive": mode}, SECRET_KEYS).archive.objective == objective
