"""One run on an open connection: what it changes it notes, and what it cannot change it notes too."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql


@dataclass
class Work:
    """A session of the master user, and what came of it in sentences for people."""

    session: psycopg.Connection[Any]
    changes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def rows(self, query: sql.SQL | sql.Composed, *values: Any) -> list[Any]:
        """The rows of a query."""
        return self.session.execute(query, values).fetchall()

    def change(self, what: str, statement: sql.SQL | sql.Composed) -> None:
        """Change something that must succeed."""
        self.session.execute(statement)
        self.changes.append(what)

    def attempt(self, what: str, statement: sql.SQL | sql.Composed) -> None:
        """Change something that others may have put beyond the master user's reach; then it is a warning."""
        try:
            with self.session.transaction():
                self.session.execute(statement)
        except psycopg.Error as error:
            reason = str(error).splitlines()[0]
            self.warnings.append(f"not done: {what} ({reason})")
        else:
            self.changes.append(what)

    def warn(self, what: str) -> None:
        """Note what a person should look at."""
        self.warnings.append(what)
