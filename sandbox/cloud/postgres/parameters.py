"""DB parameter groups: what RDS takes in its names and units, and what of that the server and the door get.

RDS's units are the base units of PostgreSQL itself (8 kB pages, kB, ms), and a bare number in postgresql.conf means those,
so numbers pass as they are; a value with a unit, such as 256MB, is refused as on RDS.
"""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.cloud.postgres import formulas, gaps
from sandbox.cloud.postgres.formulas import FormulaError, Machine

FAMILY = "postgres18"
DEFAULTS = {"max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)"}
INTERPRETED = {"rds.force_ssl": "boolean", "rds.logical_replication": "boolean"}
STATIC_OF_RDS = frozenset({"rds.logical_replication"})
# Extensions' parameters: a server takes them as placeholders, as RDS does for the extensions that it has.
PREFIXES = (
    "auto_explain.",
    "cron.",
    "orafce.",
    "pg_hint_plan.",
    "pg_stat_statements.",
    "pgaudit.",
    "pglogical.",
    "plpgsql.",
)
# Set by RDS alone. Facts of operations on RDS, and every file, address and key of the machine.
LOCKED = frozenset(
    {
        *(
            "allow_alter_system",
            "allow_system_table_mods",
            "archive_cleanup_command",
            "archive_command",
            "archive_library",
        ),
        *(
            "archive_mode",
            "bonjour",
            "bonjour_name",
            "cluster_name",
            "config_file",
            "data_directory",
            "data_sync_retry",
        ),
        *(
            "dynamic_library_path",
            "dynamic_shared_memory_type",
            "event_source",
            "external_pid_file",
            "extension_control_path",
        ),
        *("fsync", "full_page_writes", "hba_file", "hot_standby", "huge_page_size", "ident_file", "krb_server_keyfile"),
        *(
            "lc_ctype",
            "listen_addresses",
            "local_preload_libraries",
            "log_directory",
            "log_file_mode",
            "logging_collector",
        ),
        *("oauth_validator_libraries", "password_encryption_method", "port", "primary_conninfo", "primary_slot_name"),
        *("promote_trigger_file", "recovery_end_command", "recovery_init_sync_method", "recovery_target"),
        *("recovery_target_action", "recovery_target_inclusive", "recovery_target_lsn", "recovery_target_name"),
        *("recovery_target_time", "recovery_target_timeline", "recovery_target_xid", "restart_after_crash"),
        *(
            "restore_command",
            "shared_memory_type",
            "ssl",
            "ssl_ca_file",
            "ssl_cert_file",
            "ssl_crl_dir",
            "ssl_crl_file",
        ),
        *("ssl_dh_params_file", "ssl_ecdh_curve", "ssl_key_file", "ssl_passphrase_command"),
        *("ssl_passphrase_command_supports_reload", "ssl_prefer_server_ciphers", "superuser_reserved_connections"),
        *("syslog_facility", "syslog_ident", "syslog_sequence_numbers", "syslog_split_messages"),
        *("unix_socket_directories", "unix_socket_group", "unix_socket_permissions", "wal_level", "wal_sync_method"),
    }
)


class ParameterError(ValueError):
    """A value that RDS refuses. `code` is the code of its error."""

    def __init__(self, message: str, code: str = "InvalidParameterValue") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Parameter:
    """What the server says of a parameter."""

    name: str
    kind: str
    static: bool


@dataclass(frozen=True)
class Settings:
    """What a parameter group comes to on one instance."""

    server: Mapping[str, str]
    force_ssl: bool


class Catalogue:
    """The parameters of the binaries at hand, with RDS's own beside them."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._known = _describe(binaries)

    def parameter(self, name: str) -> Parameter:
        """The parameter. A ParameterError for one that does not exist or that RDS keeps to itself."""
        if name in LOCKED:
            raise ParameterError(f"The parameter {name} cannot be modified.")
        if name in INTERPRETED:
            return Parameter(name, INTERPRETED[name], static=name in STATIC_OF_RDS)
        if name in self._known:
            return self._known[name]
        if name in gaps.IGNORED or name.startswith(PREFIXES):
            return Parameter(name, "string", static=False)
        raise ParameterError(f"Could not find parameter with name: {name}")

    def check(self, values: Mapping[str, str], methods: Mapping[str, str]) -> None:
        """Refuse what RDS would refuse of a ModifyDBParameterGroup; the first bad parameter is named.

        Args:
            values: by parameter name.
            methods: "immediate" or "pending-reboot", by parameter name.
        """
        for name, value in values.items():
            parameter = self.parameter(name)
            if parameter.static and methods.get(name) == "immediate":
                raise ParameterError(
                    f"cannot use immediate apply method for static parameter: {name}", "InvalidParameterCombination"
                )
            self._check_value(parameter, value)

    def settings(self, values: Mapping[str, str], machine: Machine) -> Settings:
        """What the server and the door of an instance get. A ParameterError names a formula that cannot be computed."""
        chosen = dict(values)
        if machine.memory is not None:
            chosen = DEFAULTS | chosen
        server = {}
        for name, value in chosen.items():
            if name in INTERPRETED or name in gaps.IGNORED:
                continue
            server[name] = self._resolved(name, value, machine)
        if chosen.get("rds.logical_replication") == "1":
            server["wal_level"] = "logical"
        if "shared_preload_libraries" in server:
            server["shared_preload_libraries"] = ",".join(self._loadable(server["shared_preload_libraries"]))
        # From PostgreSQL 15 on, RDS's default is 1.
        return Settings(server, force_ssl=chosen.get("rds.force_ssl", "1") == "1")

    def _resolved(self, name: str, value: str, machine: Machine) -> str:
        if not formulas.is_formula(value):
            return value
        try:
            number = formulas.evaluate(value, machine)
        except FormulaError as error:
            raise ParameterError(f"Invalid parameter value: {value} for: {name}. {error}") from error
        self._ask_server(name, number)
        return number

    def _loadable(self, value: str) -> list[str]:
        folder = self._binaries.parent / "lib" / "postgresql"
        return [name for name in _libraries(value) if (folder / f"{name}.so").exists()]

    def _check_value(self, parameter: Parameter, value: str) -> None:
        name = parameter.name
        if not value.isprintable():
            raise ParameterError(f"Invalid parameter value for: {name}. It has characters that cannot be printed")
        if formulas.is_formula(value):
            self._check_formula(parameter, value)
        elif parameter.kind == "boolean" and value not in {"0", "1"}:
            raise ParameterError(f"Invalid parameter value: {value} for: {name} allowed values are: 0,1")
        elif parameter.kind == "integer" and not re.fullmatch(r"-?[0-9]+", value):
            raise ParameterError(
                f"Invalid parameter value: {value} for: {name}. It must be a whole number without a unit"
            )
        elif name == "shared_preload_libraries":
            unknown = [library for library in _libraries(value) if library not in gaps.LIBRARIES]
            if unknown:
                allowed = ",".join(sorted(gaps.LIBRARIES))
                raise ParameterError(f"Invalid parameter value: {value} for: {name} allowed values are: {allowed}")
        elif name in self._known and name not in gaps.IGNORED:
            self._ask_server(name, value)

    def _check_formula(self, parameter: Parameter, value: str) -> None:
        if parameter.kind not in {"integer", "float"}:
            raise ParameterError(f"Invalid parameter value: {value} for: {parameter.name}. Only numbers take formulas")
        try:
            formulas.evaluate(value, Machine(formulas.GIB, formulas.LARGE_VCPU, formulas.GIB, 5432))
        except FormulaError as error:
            raise ParameterError(f"Invalid parameter value: {value} for: {parameter.name}. {error}") from error

    def _ask_server(self, name: str, value: str) -> None:
        """Let the server judge a value by its own ranges and lists, without starting it."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "postgresql.conf").touch()
            asked = subprocess.run(
                [self._binaries / "postgres", "-C", name, "-D", folder, "-c", f"{name}={value}"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        if asked.returncode:
            said = [line.split(":  ", 1)[-1] for line in asked.stderr.splitlines()]
            hints = [line.removeprefix("Available values: ").rstrip(".") for line in said if "Available" in line]
            why = f" allowed values are: {hints[0]}" if hints else f". {said[0] if said else 'the server refuses it'}"
            raise ParameterError(f"Invalid parameter value: {value} for: {name}{why}")


def _libraries(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _describe(binaries: Path) -> dict[str, Parameter]:
    listed = subprocess.run(
        [binaries / "postgres", "--describe-config"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    known = {}
    for line in listed.stdout.splitlines():
        name, context, _, kind, *_ = line.split("\t")
        words = {"BOOLEAN": "boolean", "INTEGER": "integer", "REAL": "float"}
        known[name] = Parameter(name, words.get(kind, "string"), static=context == "postmaster")
    return known
