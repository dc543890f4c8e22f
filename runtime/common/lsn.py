"""Positions in PostgreSQL's log as integers, and as PostgreSQL writes them."""

import re

# https://www.postgresql.org/docs/18/datatype-pg-lsn.html: two hexadecimal numbers of up to eight digits each.
_TEXT = re.compile(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})")


def parse_lsn(text: str) -> int:
    """The position that PostgreSQL writes as `16/B374D848`. Raises ValueError for any other text."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no position in PostgreSQL's log, such as 16/B374D848")
    return int(match[1], 16) << 32 | int(match[2], 16)


def lsn_text(position: int) -> str:
    """A position as PostgreSQL writes it."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
