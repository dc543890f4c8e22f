"""What runtime/wal/capture writes into the stream about a change of the schema."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.recovery.errors import ReplayError

# So many objects are named in a message for people.
_NAMED = 3


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Object(_Part):
    """An object that the change is about, as PostgreSQL identifies it; privileges name a type alone."""

    type: str = ""
    identity: str = ""
    temporary: bool = False
    reason: str | None = None


class MissingValue(_Part):
    """What the rows that a table already had were given in a column that was added."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_name: str = Field(alias="schema")
    table: str
    column: str
    type: str
    collation: str | None = None
    value: str | None = None


class Announcement(_Part):
    """One change of the schema.

    `kind` is "statement"; "failed": it was not captured; or "gap": rows of these objects are not archived. `text` is what the client sent or
    a function ran (`nested`), perhaps several statements, of which the change is the `number`th that fires event triggers; it is missing when
    it may hold a password or is not known. A long text comes once in a transaction, with a
    `text_id` that later announcements give as `text_of`. `substitute` is what makes the same object without the text. `proof` is a number that proves the
    message before its digest does.
    """

    version: Literal[1]
    kind: Literal["statement", "failed", "gap"]
    tag: str
    text: str | None = None
    text_id: str | None = None
    text_of: str | None = None
    substitute: str | None = None
    nested: bool = False
    number: int = 1
    user: str | None = None
    search_path: str | None = None
    settings: dict[str, str] = Field(default_factory=dict)
    objects: tuple[Object, ...] = ()
    proof: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    missing: tuple[MissingValue, ...] = ()
    reasons: tuple[str, ...] = ()
    exact: bool
    base: bool = False

    @property
    def subject(self) -> str:
        """The statement's tag and the objects, for people."""
        named = [item.identity for item in self.objects if item.identity and not item.temporary]
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        return f"{self.tag} {', '.join(named[:_NAMED])}{more}".rstrip()


def parse(content: bytes) -> Announcement:
    """The announcement in a message. Raises ReplayError."""
    try:
        return Announcement.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ReplayError(
            f"A message about a change of the schema is none that this version reads ({first['msg']}): replay with the version that captured it, or from a base made after it."
        ) from None


class Texts:
    """The long text that came last: announcements of the same string, in the same transaction, leave it out."""

    def __init__(self) -> None:
        """Begin without one."""
        self._id: str | None = None
        self._text: str | None = None

    def complete(self, announcement: Announcement) -> Announcement:
        """The announcement with its text. Raises ReplayError when its text did not come before."""
        if announcement.text_id is not None:
            self._id, self._text = announcement.text_id, announcement.text
        if announcement.text_of is None:
            return announcement
        if announcement.text_of != self._id:
            raise ReplayError(
                f"{announcement.subject}: its text did not come before it in its transaction. Run the archive's verification."
            )
        return announcement.model_copy(update={"text": self._text})
