import pytest
from hypothesis import settings

from tests.infra.recording import DEVELOPMENT, PRODUCTION, Recording, record, run_program

# A slow machine is no failure.
settings.register_profile("infra", deadline=None)
settings.load_profile("infra")


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
