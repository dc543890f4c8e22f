"""The arguments of the recovery's commands, and what they mean."""

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from runtime.common.errors import SettingsError
from runtime.common.lsn import parse_lsn
from runtime.common.postgres import Connection, Tls
from runtime.common.secrets import read_credentials
from runtime.recovery.targets import AfterTransaction, AtPoint, Everything, Target, UntilLsn, UntilTime


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line's options; exits with 2, as argparse does, when they make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m runtime.recovery",
        description="Recover a database from its bases and its archive, over verified TLS (PGSSLROOTCERT).",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    plan = commands.add_parser(
        "plan", help="say which base and which segments it takes, and what will be missing; changes nothing"
    )
    run = commands.add_parser("run", help="recover into an empty database")
    for command in (plan, run):
        _store(command)
        _targets(command)
    _into(run)
    return parser.parse_args(arguments)


def target_of(options: argparse.Namespace) -> Target:
    """Where to stop."""
    found: Target | None = options.target
    return found or Everything()


def connection_of(options: argparse.Namespace, secrets_manager: Any) -> Connection:
    """The database to recover into. Raises SettingsError or SecretError."""
    user, password = options.user or os.environ.get("PGUSER"), os.environ.get("PGPASSWORD")
    if options.secret:
        credentials = read_credentials(secrets_manager, options.secret)
        user, password = options.user or credentials.username, credentials.password.get_secret_value()
    if not user or not password:
        raise SettingsError(
            "Nobody to log in as", ["give --secret with the ARN of the database's secret, or --user and PGPASSWORD"]
        )
    return Connection(options.host, options.port, options.into, user, password, Tls.verified())


def _store(command: argparse.ArgumentParser) -> None:
    command.add_argument("--bucket", required=True, help="the bucket of the backups")
    command.add_argument("--database", required=True, help="the database that was backed up")
    command.add_argument("--base-prefix", default="database/", help="the folder of the bases (default: database/)")
    command.add_argument("--wal-prefix", default="wal/", help="the folder of the archive (default: wal/)")
    command.add_argument(
        "--line", help="one history alone, by its name; without it, the newest one that has the target"
    )


def _targets(command: argparse.ArgumentParser) -> None:
    group = command.add_mutually_exclusive_group()
    group.add_argument(
        "--time", dest="target", metavar="TIME", type=_time, help="as it was then, such as 2026-11-25T03:14:15+00:00"
    )
    group.add_argument(
        "--lsn", dest="target", metavar="LSN", type=_lsn, help="before this position, such as 16/B374D848"
    )
    group.add_argument(
        "--transaction",
        dest="target",
        metavar="NUMBER",
        type=_transaction,
        help="after this transaction, by its number",
    )
    group.add_argument(
        "--point",
        dest="target",
        metavar="NAME",
        type=AtPoint,
        help="at this point, named by SELECT jobr_archive.point('...')",
    )
    group.add_argument(
        "--latest", dest="target", action="store_const", const=Everything(), help="all that is archived (default)"
    )


def _into(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", required=True)
    command.add_argument("--port", type=int, default=5432)
    command.add_argument("--into", required=True, metavar="DATABASE", help="an empty database")
    command.add_argument("--secret", metavar="ARN", help="the Secrets Manager secret with username and password")
    command.add_argument("--user", help="log in as this user (password in PGPASSWORD, or from --secret)")
    command.add_argument("--workers", type=int, default=2, help="processes that load (default: 2)")
    command.add_argument("--no-owner", action="store_true", help="everything shall belong to the user who recovers")
    command.add_argument("--no-privileges", action="store_true", help="bring back no GRANTs")
    command.add_argument(
        "--resume", action="store_true", help="go on with a replay that ended; the database holds the base already"
    )


def _time(text: str) -> UntilTime:
    moment = datetime.fromisoformat(text)
    return UntilTime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _lsn(text: str) -> UntilLsn:
    return UntilLsn(parse_lsn(text))


def _transaction(text: str) -> AfterTransaction:
    return AfterTransaction(int(text))
