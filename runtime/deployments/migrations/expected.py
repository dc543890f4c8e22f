"""What a team expects of its database after a migration: the data file expected.toml, read and checked."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from runtime.common.errors import SettingsError

FILE = Path(__file__).with_name("expected.toml")

Name = Annotated[str, StringConstraints(min_length=1, max_length=127)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)*$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Index(_Part):
    """An index that must be there and valid; one that is not `required` is only warned of."""

    name: Name
    table: Name
    required: bool = True


class Query(_Part):
    """A statement that must work in a transaction that only reads; `rows` says whether it must, or must not, bring any."""

    sql: Annotated[str, StringConstraints(min_length=1)]
    rows: Literal["any", "some", "none"] = "any"


class Expected(_Part):
    """What the database must have."""

    tables: tuple[Name, ...] = ()
    indexes: tuple[Index, ...] = ()
    queries: tuple[Query, ...] = ()
    extensions: dict[Name, Version] = Field(default_factory=dict)

    @classmethod
    def read(cls, path: Path = FILE) -> Self:
        """The file's content. Raises SettingsError with everything that is wrong in it."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            problems = [f"it is no TOML: {error}"]
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
        raise SettingsError(f"{path.name} is wrong (mend it, and deploy the functions again)", problems)
