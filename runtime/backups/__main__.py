"""Backups by hand: `python -m runtime.backups run` makes one, `python -m runtime.backups restore` restores one."""

import argparse
import os
import sys

from runtime.backups.handler import run
from runtime.backups.restore import restore
from runtime.common.aws import s3_client, secrets_manager_client
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import OperationError, SettingsError
from runtime.common.postgres import Connection, Tls
from runtime.common.secrets import read_credentials


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when it succeeded, 1 when it failed, 2 when it was called wrongly."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "run":
            run(Clock(), Deadline.never(Clock()), "by hand")
        else:
            _restore(options)
    except OperationError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _restore(options: argparse.Namespace) -> None:
    target = _target(options)
    target.tls.check()
    passed = tuple(f"--{flag.replace('_', '-')}" for flag in ("no_owner", "no_privileges") if getattr(options, flag))
    manifest = restore(s3_client(), options.manifest, target, Deadline.never(Clock()), passed)
    print(
        f"Restored {manifest.raw_bytes} bytes of {manifest.database} ({manifest.environment}, as of {manifest.started_at:%Y-%m-%d %H:%M:%S} UTC) "
        f"into {target.address}; every checksum agrees. Next: run ANALYZE there, planner statistics are not part of a dump."
    )


def _target(options: argparse.Namespace) -> Connection:
    if options.secret:
        credentials = read_credentials(secrets_manager_client(), options.secret)
        user: str | None = options.user or credentials.username
        password: str | None = credentials.password.get_secret_value()
    else:
        user, password = options.user or os.environ.get("PGUSER"), os.environ.get("PGPASSWORD")
    if not user or not password:
        raise SettingsError(
            "Nobody to log in as", ["give --secret with the ARN of the database's secret, or --user and PGPASSWORD"]
        )
    return Connection(options.host, options.port, options.database, user, password, Tls.verified())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runtime.backups", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="make a backup, with the environment variables of the function")
    command = commands.add_parser(
        "restore", help="restore a backup into an empty database, over verified TLS (PGSSLROOTCERT)"
    )
    command.add_argument("--manifest", required=True, metavar="s3://BUCKET/KEY", help="the manifest.json of the backup")
    command.add_argument("--host", required=True)
    command.add_argument("--port", type=int, default=5432)
    command.add_argument("--database", required=True, help="an empty database")
    command.add_argument("--secret", metavar="ARN", help="the Secrets Manager secret with username and password")
    command.add_argument("--user", help="log in as this user (password in PGPASSWORD, or from --secret)")
    command.add_argument("--no-owner", action="store_true", help="everything shall belong to the user who restores")
    command.add_argument("--no-privileges", action="store_true", help="restore no GRANTs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
