"""How a table is divided: ranges of its blocks that stay the same while the table grows, so that unchanged ones have unchanged chunks."""

from collections.abc import Iterator
from dataclasses import dataclass

from runtime.common.s3 import MEBIBYTE

# What a range holds of a table and its TOAST, at most: large enough that a request to S3 does not count, small enough for memory and for few changes.
RANGE_BYTES = 16 * MEBIBYTE


@dataclass(frozen=True)
class BlockRange:
    """Blocks from `first` on, before `end`; the last range of a table has no end."""

    first: int
    end: int | None

    @property
    def condition(self) -> str:
        """The rows of the range, as a condition of SQL: PostgreSQL reads these blocks alone, in order (from 14 on)."""
        upper = "" if self.end is None else f" AND ctid < '({self.end},0)'"
        return f"ctid >= '({self.first},0)'{upper}"


def ranges(blocks: int, block_bytes: int, toast_bytes: int) -> Iterator[BlockRange]:
    """The ranges of a table of so many blocks, whose long values take `toast_bytes` elsewhere. A table without blocks has none.

    A range has a power of two of blocks, so that the borders move only when the share of the long values changes a lot.
    """
    if blocks == 0:
        return
    step = _step(block_bytes + toast_bytes / blocks)
    for first in range(0, blocks, step):
        yield BlockRange(first, first + step if first + step < blocks else None)


def _step(bytes_per_block: float) -> int:
    fitting = max(1, int(RANGE_BYTES / bytes_per_block))
    return 1 << (fitting.bit_length() - 1)
