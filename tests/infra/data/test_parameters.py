from infra.data.parameters import FAMILY, parameters
from tests.infra.recording import Recording

# RDS sets these itself and refuses a parameter group that does.
LOCKED = {"archive_command", "archive_mode", "log_directory", "logging_collector", "wal_level", "wal_keep_segments"}
# PostgreSQL reads these at its start alone.
STATIC = {"max_connections", "shared_buffers", "wal_buffers", "shared_preload_libraries", "rds.logical_replication"}
PARAMETERS = parameters(maximum_connections=200, logical_replication=False)


def test_the_operations_guides_sizes_are_in_rds_units() -> None:
    values = {parameter.name: parameter.value for parameter in PARAMETERS}
    assert int(values["shared_buffers"]) * 8 == 256 * 1024  # 8 KiB pages
    assert int(values["effective_cache_size"]) * 8 == 1024 * 1024
    assert int(values["wal_buffers"]) * 8 == 16 * 1024
    assert int(values["maintenance_work_mem"]) == 64 * 1024  # KiB
    assert int(values["log_rotation_size"]) == 100 * 1024  # KiB
    assert int(values["log_rotation_age"]) == 24 * 60  # minutes
    assert int(values["wal_keep_size"]) == 32 * 16  # MiB


def test_nothing_is_set_that_rds_keeps_to_itself() -> None:
    assert LOCKED & {parameter.name for parameter in PARAMETERS} == set()


def test_static_parameters_wait_for_a_restart_and_no_others_do() -> None:
    assert {parameter.name for parameter in PARAMETERS if parameter.apply_method == "pending-reboot"} == STATIC


def test_the_number_of_connections_and_logical_replication_are_settings() -> None:
    chosen = {p.name: p.value for p in parameters(maximum_connections=75, logical_replication=True)}
    assert (chosen["max_connections"], chosen["rds.logical_replication"]) == ("75", "1")


def test_a_forgotten_slot_or_transaction_cannot_take_the_database_down() -> None:
    values = {parameter.name: parameter.value for parameter in PARAMETERS}
    assert int(values["max_slot_wal_keep_size"]) == 10 * 1024  # MiB
    assert int(values["idle_in_transaction_session_timeout"]) == 5 * 60 * 1000  # milliseconds


def test_every_connection_must_use_tls() -> None:
    assert {"rds.force_ssl": "1"}.items() <= {parameter.name: parameter.value for parameter in PARAMETERS}.items()


def test_the_parameter_group_is_of_the_engines_major_version(stack: Recording) -> None:
    group = stack.one("aws:rds/parameterGroup:ParameterGroup").inputs
    assert (
        group["family"]
        == FAMILY
        == f"postgres{stack.one('aws:rds/instance:Instance', '-primary').inputs['engineVersion']}"
    )
    assert len(group["parameters"]) == len(PARAMETERS)
