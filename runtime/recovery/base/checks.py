"""Everything that would make a restore fail, found before it begins, and told at once."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
from psycopg import sql

from runtime.backups.base.chunks import refusal
from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.listing import objects
from runtime.backups.base.manifest import BaseManifest, Chunk, Locale
from runtime.backups.programs import version_of
from runtime.common.errors import OperationError, ProgramError, TargetError
from runtime.common.postgres import Connection, connect
from runtime.recovery.base.stored import StoredBase

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Session = psycopg.Connection[Any]

NAMED = 5
# pg_has_role knows SET since 16; before, every member could become the role.
SET_ROLE = 160000
# FirstNormalObjectId of PostgreSQL (src/include/access/transam.h): everything from here on was made by a user.
_USER_OBJECTS: LiteralString = """
SELECT kind || ' ' || name FROM (
    SELECT 'schema' AS kind, nspname::text AS name FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(temp|toast_temp)_'
    UNION ALL SELECT 'relation', oid::regclass::text FROM pg_catalog.pg_class
        WHERE oid >= 16384 AND relpersistence <> 't' AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    UNION ALL SELECT 'function', oid::regprocedure::text FROM pg_catalog.pg_proc WHERE oid >= 16384
    UNION ALL SELECT 'type', oid::regtype::text FROM pg_catalog.pg_type WHERE oid >= 16384 AND typtype IN ('d', 'e', 'r')
    UNION ALL SELECT 'extension', extname::text FROM pg_catalog.pg_extension WHERE oid >= 16384
    UNION ALL SELECT 'large object', oid::text FROM pg_catalog.pg_largeobject_metadata
) AS found ORDER BY 1 LIMIT %s"""


def problems(
    client: "S3Client", base: StoredBase, manifest: BaseManifest, target: Connection, *, roles: bool
) -> Iterator[OperationError]:
    """Everything that is not as a restore needs it; `roles` says whether owners and privileges are to come back."""
    checks: list[Callable[[], Iterator[OperationError]]] = [
        partial(_program, manifest),
        partial(_target, manifest, target, roles=roles),
        partial(chunk_problems, client, base.bucket, base.folder, manifest.unique_chunks().values()),
    ]
    for check in checks:
        try:
            yield from check()
        except OperationError as error:
            yield error


def creation(locale: Locale, name: str) -> str:
    """The statement that makes a database like the one that the base is of."""
    parts = [
        f"CREATE DATABASE {sql.Identifier(name).as_string(None)} TEMPLATE template0 ENCODING {_literal(locale.encoding)}",
        f"LOCALE_PROVIDER {locale.provider} LC_COLLATE {_literal(locale.collate)} LC_CTYPE {_literal(locale.ctype)}",
    ]
    if locale.locale is not None:
        option = {"icu": "ICU_LOCALE", "builtin": "BUILTIN_LOCALE"}.get(locale.provider, "LOCALE")
        parts.append(f"{option} {_literal(locale.locale)}")
    if locale.icu_rules is not None:
        parts.append(f"ICU_RULES {_literal(locale.icu_rules)}")
    return " ".join(parts)


def chunk_problems(
    client: "S3Client", bucket: str, folder: BaseFolder, chunks: Iterable[Chunk]
) -> Iterator[OperationError]:
    """Every chunk that is missing or has another length, by a listing: nothing is read."""
    lengths = {folder.sha256_of(key): size for key, size in objects(client, bucket, folder.chunks)}
    for chunk in chunks:
        size = lengths.get(chunk.sha256)
        if size is None:
            yield refusal(bucket, folder.chunk(chunk.sha256), f"{chunk.rows} rows", "is missing")
        elif size != chunk.stored_bytes:
            reason = f"has {size} bytes instead of {chunk.stored_bytes}: it is truncated, or another object"
            yield refusal(bucket, folder.chunk(chunk.sha256), f"{chunk.rows} rows", reason)


def _program(manifest: BaseManifest) -> Iterator[OperationError]:
    version, major = version_of("pg_restore")
    needed = int(manifest.pg_dump_version.split(".")[0])
    if major < needed:
        yield ProgramError(
            f"pg_restore {version} is older than the pg_dump {manifest.pg_dump_version} that wrote the definitions: install {needed}."
        )


def _target(manifest: BaseManifest, target: Connection, *, roles: bool) -> Iterator[OperationError]:
    with connect(target) as session:
        if session.info.server_version // 10000 < manifest.major_version:
            yield TargetError(
                f"The server of {target.address} is PostgreSQL {session.info.server_version // 10000}, older than the base's {manifest.server_version}: "
                "restore into a server of the same or a newer version."
            )
        yield from _database(session, manifest, target)
        if roles:
            yield from _roles(session, manifest, target)


def _database(session: Session, manifest: BaseManifest, target: Connection) -> Iterator[OperationError]:
    found = [row[0] for row in session.execute(_USER_OBJECTS, [NAMED + 1])]
    if found:
        names = ", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else "")
        yield TargetError(
            f"The database {target.address} is not empty ({names}). Restore into a new one: {creation(manifest.locale, '…')}."
        )
    row = session.execute("SHOW server_encoding").fetchone()
    if row and row[0] != manifest.locale.encoding:
        yield TargetError(
            f"The database {target.address} has the encoding {row[0]}, and the base {manifest.locale.encoding}. Make it anew: {creation(manifest.locale, target.database)}."
        )
    available = {row[0] for row in session.execute("SELECT name FROM pg_catalog.pg_available_extensions")}
    missing = [f"{item.name} {item.version}" for item in manifest.extensions if item.name not in available]
    if missing:
        yield TargetError(
            f"The server of {target.address} has no extension {', '.join(missing)}: install its files, or on RDS choose a version that lists it."
        )


def _roles(session: Session, manifest: BaseManifest, target: Connection) -> Iterator[OperationError]:
    there = {row[0] for row in session.execute("SELECT rolname::text FROM pg_catalog.pg_roles")}
    missing = [sql.Identifier(role.name).as_string(None) for role in manifest.roles if role.name not in there]
    if missing:
        yield TargetError(
            f"The server of {target.address} lacks roles that the base names: {'; '.join(f'CREATE ROLE {name}' for name in missing)}. "
            "Make them, or restore without owners and without privileges."
        )
    owners = [role.name for role in manifest.roles if role.owns and role.name in there]
    right = "SET" if session.info.server_version >= SET_ROLE else "MEMBER"
    query = "SELECT name FROM pg_catalog.unnest(%s::text[]) AS name WHERE NOT pg_catalog.pg_has_role(name, %s)"
    closed = [sql.Identifier(row[0]).as_string(None) for row in session.execute(query, [owners, right])]
    if closed:
        yield TargetError(
            f"The user {target.user} cannot give things to their owners at {target.address}: GRANT {', '.join(closed)} TO "
            f"{sql.Identifier(target.user).as_string(None)}, or restore without owners."
        )


def _literal(text: str) -> str:
    return sql.Literal(text).as_string(None)
