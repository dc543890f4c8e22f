import pytest

from infra.settings import LockMode, SettingsError
from infra.settings.loading import check
from tests.infra.recording import DEVELOPMENT, PRODUCTION, SECRET_KEYS


def refused(configuration: dict[str, str]) -> dict[str, str]:
    """The reasons by key, or nothing when the settings are taken."""
    try:
        check("test", configuration, SECRET_KEYS & configuration.keys())
    except SettingsError as error:
        return {problem.key: problem.reason for problem in error.problems}
    return {}


def test_development_locks_nothing_and_copies_nothing() -> None:
    storage = check("test", DEVELOPMENT, SECRET_KEYS & DEVELOPMENT.keys()).storage
    assert (storage.object_lock, storage.recovery_region) == (LockMode.OFF, None)


def test_production_locks_its_backups_and_keeps_them_a_month() -> None:
    assert refused({**PRODUCTION, "objectLock": "off"}) == {"objectLock": "must not be off in production"}
    assert "30d" in refused({**PRODUCTION, "backupRetention": "29d", "objectLockRetention": "7d"})["backupRetention"]


def test_compliance_is_taken_when_it_is_asked_for() -> None:
    assert refused({**PRODUCTION, "objectLock": "compliance"}) == {}


def test_nothing_disposable_is_locked_so_that_nobody_can_open_it() -> None:
    assert "nobody could delete" in refused({**DEVELOPMENT, "objectLock": "compliance"})["objectLock"]
    assert refused({**DEVELOPMENT, "objectLock": "governance"}) == {}


@pytest.mark.parametrize(("lock", "taken"), [("90d", True), ("91d", False)])
def test_a_lock_ends_when_the_backup_does_at_the_latest(lock: str, taken: bool) -> None:
    reasons = refused({**PRODUCTION, "backupRetention": "90d", "objectLockRetention": lock})
    assert (reasons == {}) == taken
    assert taken or "still locked" in reasons["objectLockRetention"]


def test_a_lock_that_is_off_is_asked_nothing() -> None:
    assert refused({**DEVELOPMENT, "backupRetention": "1d", "objectLockRetention": "7d"}) == {}


def test_the_recovery_region_is_another_one() -> None:
    assert "one failure would take both" in refused({**PRODUCTION, "recoveryRegion": "us-east-1"})["recoveryRegion"]


def test_an_unknown_lock_is_refused_with_those_that_there_are() -> None:
    assert "'governance'" in refused({**DEVELOPMENT, "objectLock": "legal-hold"})["objectLock"]
