"""What a reader of the archive hands on: transactions in the order of their commits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runtime.wal.pgoutput import Begin, Parsed


@dataclass(frozen=True)
class Transaction:
    """One committed transaction. `changes` reads what lies between its Begin and its Commit, anew at each call, one message at a time.

    Relation and TypeName messages stand before the first change that needs them, at least once since the reader began; those of a transaction whose changes
    nobody read come again in the next one.
    """

    begin: Begin
    changes: Callable[[], Iterator[Parsed]]
