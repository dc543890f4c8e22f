"""What the capture installs in the source database, in the order in which it can be made. The statements are in the folder sql."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

SCHEMA = "jobr_archive"
_FOLDER = Path(__file__).with_name("sql")


class Kind(StrEnum):
    """What an object is, in PostgreSQL's words."""

    TABLE = "TABLE"
    VIEW = "VIEW"
    FUNCTION = "FUNCTION"


@dataclass(frozen=True)
class Installed:
    """An object of the schema `jobr_archive`."""

    name: str
    kind: Kind

    @property
    def text(self) -> str:
        """Its file."""
        return (_FOLDER / f"{self.name}.sql").read_text(encoding="utf-8")

    @property
    def statement(self) -> str:
        """What makes it, over an older version of it where it is no table."""
        if self.kind is Kind.VIEW:
            name = f"{SCHEMA}.{self.name}"
            return f"DROP VIEW IF EXISTS {name}; CREATE VIEW {name} AS {self.text}"
        return self.text

    @property
    def comment(self) -> str:
        """What is noted at the object, so that an older version shows."""
        return f"Jobr's archive, version {sha256(self.text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class EventTrigger:
    """An event trigger. Event triggers fire in the order of their names; ours come first, so that a change is announced before what it causes."""

    name: str
    event: str
    function: str
    tags: tuple[str, ...] = ()


TABLES = Installed("tables", Kind.VIEW)
OBJECTS = (
    Installed("proof", Kind.TABLE),
    Installed("full_identity", Kind.TABLE),
    TABLES,
    *(
        Installed(name, Kind.FUNCTION)
        for name in (
            "emit",
            "count_statement",
            "foretold",
            "failed",
            "point",
            "source_text",
            "withheld",
            "unsteady",
            "own_collation",
            "descendants",
            "touched",
            "substitute",
            "missing_values",
            "rewrite_reasons",
            "inexact",
            "describe",
            "next_step",
            "leave_out",
            "keep_tables",
            "keep_after",
            "note_caller",
            "note_rewrite",
            "let_go",
            "foretell",
            "capture_ddl",
            "capture_drop",
        )
    ),
)
EVENT_TRIGGERS = (
    EventTrigger("00_jobr_archive_1_caller_of_drop", "sql_drop", "note_caller"),
    EventTrigger("00_jobr_archive_1_caller_of_ddl", "ddl_command_end", "note_caller"),
    EventTrigger("00_jobr_archive_2_unlogged", "ddl_command_start", "let_go", ("ALTER TABLE",)),
    EventTrigger("00_jobr_archive_2_rows", "ddl_command_start", "foretell", ("CREATE TABLE AS", "SELECT INTO")),
    EventTrigger("00_jobr_archive_2_rewrite", "table_rewrite", "note_rewrite"),
    EventTrigger("00_jobr_archive_2_drop", "sql_drop", "capture_drop"),
    EventTrigger("00_jobr_archive_2_ddl", "ddl_command_end", "capture_ddl"),
)
