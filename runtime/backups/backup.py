"""One backup from end to end: check everything first, dump, then write the manifest that makes it a backup."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.backups.dump import dump
from runtime.backups.keys import new_backup
from runtime.backups.manifest import Manifest
from runtime.backups.programs import version_of
from runtime.backups.settings import BackupSettings
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import OperationError, PreflightError, ProgramError
from runtime.common.logging import Redactor
from runtime.common.postgres import Connection, Tls, connect
from runtime.common.s3 import Encryption, MultipartWriter, storage_errors
from runtime.common.secrets import read_credentials

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Surroundings:
    """What the function reaches out to: AWS's clients, the way to the database, time, and what masks secrets."""

    s3: "S3Client"
    secrets_manager: Any
    tls: Tls
    clock: Clock
    redactor: Redactor


@dataclass(frozen=True)
class Ready:
    """What the checks before the work found out."""

    connection: Connection
    server_version: str
    pg_dump_version: str


@dataclass(frozen=True)
class Backup:
    """A finished backup and the address of its manifest (s3://…)."""

    manifest: Manifest
    manifest_url: str


def back_up(settings: BackupSettings, around: Surroundings, deadline: Deadline) -> Backup:
    """Make one backup under keys of its own.

    Raises PreflightError with all that is missing before anything was written. Raises StorageError, ProgramError or
    DeadlineError later; no object is left then, except a whole dump when only the manifest could not be written: without
    its manifest it is no backup, and this function has no right to delete.
    """
    ready = preflight(settings, around)
    started = around.clock.now()
    keys = new_backup(settings.backup_prefix, settings.database_name, started, secrets.token_hex(4))
    encryption = Encryption(settings.backup_kms_key_arn)
    with MultipartWriter(around.s3, settings.backup_bucket, keys.dump, encryption, deadline) as writer:
        dumped = dump(ready.connection, writer, deadline)
    manifest = Manifest(
        environment=settings.environment,
        database=settings.database_name,
        server_version=ready.server_version,
        pg_dump_version=ready.pg_dump_version,
        started_at=started,
        finished_at=around.clock.now(),
        object_key=keys.dump,
        raw_bytes=dumped.raw.size,
        raw_sha256=dumped.raw.sha256,
        compressed_bytes=dumped.compressed.size,
        compressed_sha256=dumped.compressed.sha256,
    )
    manifest.write(around.s3, settings.backup_bucket, keys.manifest, encryption)
    return Backup(manifest, f"s3://{settings.backup_bucket}/{keys.manifest}")


def preflight(settings: BackupSettings, around: Surroundings) -> Ready:
    """Check bucket, secret, authorities, database and pg_dump. Raises PreflightError with every problem at once."""
    problems: list[OperationError] = []
    connection = server = program = None
    try:
        with storage_errors(f"look at the bucket {settings.backup_bucket}"):
            around.s3.head_bucket(Bucket=settings.backup_bucket)
    except OperationError as error:
        problems.append(error)
    try:
        program = version_of("pg_dump")
    except OperationError as error:
        problems.append(error)
    try:
        connection = _connection(settings, around)
    except OperationError as error:
        problems.append(error)
    try:
        around.tls.check()
        server = _server_version(connection) if connection else None
    except OperationError as error:
        problems.append(error)
    if program and server and program[1] < server[1]:
        problems.append(
            ProgramError(
                f"pg_dump {program[0]} is older than the server's {server[0]}: raise POSTGRES_MAJOR in runtime/Dockerfile."
            )
        )
    if problems or not (connection and server and program):
        raise PreflightError(problems)
    return Ready(connection, server[0], program[0])


def _connection(settings: BackupSettings, around: Surroundings) -> Connection:
    credentials = read_credentials(around.secrets_manager, settings.database_secret_arn)
    password = credentials.password.get_secret_value()
    around.redactor.learn(password)
    return Connection(
        host=settings.database_host,
        port=settings.database_port,
        database=settings.database_name,
        user=credentials.username,
        password=password,
        tls=around.tls,
    )


def _server_version(connection: Connection) -> tuple[str, int]:
    with connect(connection) as session:
        number = session.info.server_version  # 180004 is 18.4
    return f"{number // 10000}.{number % 10000}", number // 10000
