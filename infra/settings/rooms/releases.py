"""What is done around a release: the database's migrations."""

import shlex
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from infra.settings.rooms.base import Room, Rule
from infra.settings.types import Duration, between

OFF = "off"
# RunTask takes 8192 characters for all overrides of a task together.
_LONGEST_COMMAND = 2000


def _off(value: object) -> object:
    return "" if value == OFF else value


def _command_line(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError:
        raise ValueError("is no command line: a quote is not closed") from None
    if len(value) > _LONGEST_COMMAND or any(not word.isprintable() for word in words):
        raise ValueError(f"is no command line: write one line of at most {_LONGEST_COMMAND} characters")
    return value


def _something(value: str) -> str:
    if not value.strip() or value == OFF:
        raise ValueError("is no command: set migrations to false where there are none")
    return value


Command = Annotated[str, AfterValidator(_command_line)]
NeededCommand = Annotated[Command, AfterValidator(_something)]
OptionalCommand = Annotated[Command, BeforeValidator(_off)]


class ReleaseSettings(Room):
    """What is done around a release."""

    migrations: bool = Field(
        True,
        alias="migrations",
        description="Whether the database is migrated before a release, by a task of its image (docs/migrations.md).",
    )
    migration_command: NeededCommand = Field(
        "npm run db:migrate",
        alias="migrationCommand",
        description="What makes the migrations that the old version can live with; words are split as a shell does.",
    )
    migration_dry_run_command: OptionalCommand = Field(
        "npm run db:migrate:dry-run",
        alias="migrationDryRunCommand",
        description="What lists pending migrations and changes nothing; it must end with 0. `off` asks nobody.",
    )
    migration_contract_command: OptionalCommand = Field(
        "",
        alias="migrationContractCommand",
        description="What makes the migrations that wait until the old version is gone; `off` where there are none.",
    )
    migration_timeout: Annotated[Duration, between(timedelta(seconds=30), timedelta(hours=1))] = Field(
        timedelta(minutes=5),
        alias="migrationTimeout",
        description="How long a migration may run before it is stopped: `30s` to `1h`. One statement has at most 5m by its login's settings.",
    )


RULES: tuple[Rule, ...] = ()
