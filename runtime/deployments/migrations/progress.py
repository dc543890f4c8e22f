"""What is known of one migration: the state machine carries it as JSON from step to step."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from runtime.deployments.migrations.errors import MigrationInputError

EXAMPLE = (
    '{"revision": "<id of the service revision>", "taskDefinition": "<its task definition\'s ARN>", "phase": "expand"}'
)


class Phase(StrEnum):
    """What is asked for. CHECK lists what is pending; EXPAND comes before the cutover, CONTRACT when blue is gone."""

    CHECK = "check"
    EXPAND = "expand"
    CONTRACT = "contract"


class Status(StrEnum):
    """Whether the state machine goes on, or waits and looks again."""

    WAIT = "WAIT"
    DONE = "DONE"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)


class Run(_Part):
    """A one-off task. `late` says why it was told to stop."""

    phase: Phase
    task_arn: str
    requested: datetime
    late: str = ""
    told_to_stop: datetime | None = None


class Snapshot(_Part):
    """The snapshot that was taken before the migration."""

    identifier: str
    requested: datetime


class Caught(_Part):
    """What the state machine caught."""

    model_config = ConfigDict(frozen=True, alias_generator=None, extra="ignore")

    Error: str
    Cause: str = ""


class Progress(_Part):
    """One migration, as far as it has come.

    `before` is the moment before the first change could be made; without it nothing was changed. `pending` and `said` are the
    last lines that the dry run and the migration wrote.
    """

    revision: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
    task_definition: Annotated[
        str, StringConstraints(pattern=r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:task-definition/\S+:\d+$")
    ]
    phase: Phase = Phase.EXPAND
    status: Status = Status.DONE
    dry_run: bool = False
    one_off_definition: str | None = None
    run: Run | None = None
    pending: tuple[str, ...] | None = None
    snapshot: Snapshot | None = None
    before: datetime | None = None
    said: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: Caught | None = Field(default=None)

    @classmethod
    def parse(cls, data: object) -> Self:
        """The progress in a step's input. Raises MigrationInputError with all that is wrong in it."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, e['loc'])) or 'the input'}: {e['msg']}" for e in error.errors()]
        raise MigrationInputError(
            "\n  - ".join([f"A migration is started with {EXAMPLE}; wrong in this input:", *wrong])
        )

    def document(self) -> dict[str, Any]:
        """The JSON for the next step."""
        return self.model_dump(mode="json", by_alias=True)

    def but(self, **changes: Any) -> Self:
        """The same with some members changed."""
        return self.model_copy(update=changes)
