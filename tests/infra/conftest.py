import pytest

from tests.infra.recording import DEVELOPMENT, PRODUCTION, Recording, record, run_program


@pytest.fixture(scope="session")
def development() -> Recording:
    return record(run_program, DEVELOPMENT, "development")


@pytest.fixture(scope="session")
def production() -> Recording:
    return record(run_program, PRODUCTION, "production")


@pytest.fixture(params=["development", "production"])
def stack(request: pytest.FixtureRequest) -> Recording:
    recording: Recording = request.getfixturevalue(request.param)
    return recording
