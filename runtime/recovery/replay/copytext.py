"""Rows as the text that COPY reads: https://www.postgresql.org/docs/18/sql-copy.html, "Text Format"."""

from collections.abc import Iterable, Iterator

from runtime.wal.pgoutput import Row, Unchanged, Value

# One message of the protocol a piece; more brings nothing, less costs calls.
PIECE_BYTES = 256 * 1024


def pieces(rows: Iterable[Row], width: int) -> Iterator[bytes]:
    """The lines of these rows, each of `width` values, in pieces of about 256 KiB and never less than a line."""
    tabs = max(width - 1, 0)
    lines: list[bytes] = []
    size = 0
    for row in rows:
        line = _line(row, tabs)
        lines.append(line)
        size += len(line) + 1
        if size >= PIECE_BYTES:
            lines.append(b"")
            yield b"\n".join(lines)
            lines, size = [], 0
    if lines:
        lines.append(b"")
        yield b"\n".join(lines)


def _line(row: Row, tabs: int) -> bytes:
    try:
        line = b"\t".join(row)  # type: ignore[arg-type]  # NULL is the TypeError below
    except TypeError:
        return b"\t".join([_escaped(value) for value in row])
    # Most rows hold nothing that must be escaped, which four searches in one line find out.
    if line.count(b"\t") == tabs and b"\\" not in line and b"\n" not in line and b"\r" not in line:
        return line
    return b"\t".join([_escaped(value) for value in row])


def _escaped(value: Value) -> bytes:
    if value is None:
        return b"\\N"
    if isinstance(value, Unchanged):
        raise TypeError("a value that the stream left out cannot be written")
    return value.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
