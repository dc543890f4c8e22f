"""The parameters as PostgreSQL takes them: through RDS's API onto the embedded server, and read back in the operations guide's words."""

from collections.abc import Iterator

import pytest

from infra.data.parameters import FAMILY, parameters
from sandbox.cloud.postgres import gaps
from sandbox.cloud.postgres.parameters import INTERPRETED
from tests.sandbox.cloud.conftest import aws, cloud
from tests.sandbox.cloud.postgres.conftest import bench
from tests.sandbox.cloud.postgres.support import Bench

__all__ = ["aws", "bench", "cloud"]

PARAMETERS = parameters(maximum_connections=200, logical_replication=False)
# Section "Database Operations", 1, without what RDS keeps to itself. SHOW answers in the largest unit that fits, so 1d and 1000ms look
# otherwise; log_connections has become a list of aspects in PostgreSQL 18, which keeps the old words as they were given.
GUIDE = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "64MB",
    "checkpoint_completion_target": "0.9",
    "wal_buffers": "16MB",
    "default_statistics_target": "100",
    "log_min_duration_statement": "1s",
    "log_statement": "mod",
    "log_checkpoints": "on",
    "log_connections": "1",
    "log_disconnections": "on",
    "wal_level": "replica",
    "wal_keep_size": "512MB",
}
# The embedded server has one log file, which it never turns over; that these are valid is known from its own ranges.
OF_THE_LOG_FILE = {"log_destination": "stderr", "log_rotation_age": "1440", "log_rotation_size": "102400"}


@pytest.fixture(scope="module")
def tuned(bench: Bench) -> Iterator[str]:
    """An instance that was made with every parameter of the group, each applied by its own method."""
    bench.rds.create_db_parameter_group(
        DBParameterGroupName="jobr", DBParameterGroupFamily=FAMILY, Description="of the stack"
    )
    for parameter in PARAMETERS:
        bench.tune("jobr", {parameter.name: parameter.value}, parameter.apply_method)
    bench.create("jobr", DBParameterGroupName="jobr")
    bench.available("jobr")
    yield "jobr"
    bench.delete("jobr")
    bench.rds.delete_db_parameter_group(DBParameterGroupName="jobr")


def test_the_server_runs_with_the_operations_guides_settings(bench: Bench, tuned: str) -> None:
    assert {name: bench.show(tuned, name) for name in GUIDE} == GUIDE
    chosen = {parameter.name: parameter.value for parameter in PARAMETERS}
    assert chosen.items() >= OF_THE_LOG_FILE.items()
    assert (set(chosen) & set(gaps.IGNORED)) == set(OF_THE_LOG_FILE), "nothing else is taken note of without an effect"


def test_every_parameter_is_in_effect_with_its_value(bench: Bench, tuned: str) -> None:
    without_effect = {*OF_THE_LOG_FILE, *INTERPRETED, "shared_preload_libraries"}
    wanted = {p.name: p.value for p in PARAMETERS if p.name not in without_effect}
    with bench.connect(tuned) as session:
        rows = session.execute("SELECT name, setting, vartype FROM pg_settings WHERE name = ANY(%s)", [list(wanted)])
        found = {name: _as_rds(setting, kind) for name, setting, kind in rows}
    assert found == wanted


def test_a_static_parameter_is_what_the_server_reads_at_its_start_alone(bench: Bench, tuned: str) -> None:
    with bench.connect(tuned) as session:
        rows = session.execute("SELECT name FROM pg_settings WHERE context = 'postmaster'")
        at_start = {name for (name,) in rows}
    of_postgresql = {p.name for p in PARAMETERS if not p.name.startswith("rds.")}
    assert {p.name for p in PARAMETERS if p.static} - {"rds.logical_replication"} == at_start & of_postgresql


def test_connections_are_logged_as_the_guide_asks(bench: Bench, tuned: str) -> None:
    bench.connect(tuned, application_name="a-visitor").close()
    (file,) = bench.installation.data.glob(f"*{tuned}*/server.log")
    log = file.read_text()
    assert "connection authorized: user=jobr" in log
    assert "disconnection: session time" in log


def _as_rds(setting: str, kind: str) -> str:
    """RDS writes truths as 0 and 1; numbers are in the base units that pg_settings shows, too."""
    return {"on": "1", "off": "0"}[setting] if kind == "bool" else setting
