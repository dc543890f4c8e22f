"""What many changes come to."""

import pytest

from runtime.recovery.replay.copytext import PIECE_BYTES, pieces
from runtime.recovery.replay.net import Appended, Counted, DisagreementError, Keyed, Load, size
from runtime.wal.pgoutput import UNCHANGED, Column, Delete, Relation, Row, Update

TABLE = Relation(1, "public", "t", "d", tuple(Column(name, 25, -1, name == "id") for name in ("id", "n", "large")))


def keyed() -> Keyed:
    return Keyed(TABLE, [0], Load())


def row(key: str, n: str | None = None, large: str = "x") -> Row:
    return key.encode(), n.encode() if n is not None else None, large.encode()


def update(new: Row, old: str | None = None) -> Update:
    return Update(1, (old.encode(), None, None) if old else None, old_is_whole=False, new=new)


def delete(key: str) -> Delete:
    return Delete(1, (key.encode(), None, None), old_is_whole=False)


def left_out(key: str, n: str) -> Row:
    return key.encode(), n.encode(), UNCHANGED


def test_a_row_that_comes_and_goes_is_nothing() -> None:
    changes = keyed()
    changes.insert(row("1"))
    changes.delete(delete("1"))
    assert not changes


def test_a_row_that_goes_and_comes_again_is_deleted_and_inserted() -> None:
    changes = keyed()
    changes.delete(delete("1"))
    changes.insert(row("1", "new"))
    assert (changes.gone, changes.live) == ({b"1"}, {b"1": row("1", "new")})


def test_of_many_updates_the_last_one_counts() -> None:
    changes = keyed()
    for n in range(5):
        changes.update(update(row("1", str(n))))
    assert (changes.gone, changes.live) == ({b"1"}, {b"1": row("1", "4")})


def test_keys_that_move_in_a_circle() -> None:
    changes = keyed()
    changes.update(update(row("3", "a"), old="1"))
    changes.update(update(row("1", "b"), old="2"))
    changes.update(update(row("2", "a"), old="3"))
    assert changes.gone == {b"1", b"2"}
    assert changes.live == {b"1": row("1", "b"), b"2": row("2", "a")}


def test_a_value_that_was_left_out_comes_from_the_batch_where_it_was_set_there() -> None:
    changes = keyed()
    changes.insert(row("1", "a", "large"))
    changes.update(update(left_out("2", "b"), old="1"))
    assert changes.live == {b"2": row("2", "b", "large")}
    assert not changes.borrowed


def test_a_value_that_was_never_set_in_the_batch_is_borrowed_from_the_row_that_had_it_first() -> None:
    changes = keyed()
    changes.update(update(left_out("2", "b"), old="1"))
    changes.update(update(left_out("2", "c")))
    changes.update(update(left_out("3", "d"), old="2"))
    assert (changes.gone, changes.borrowed) == ({b"1"}, {b"3": b"1"})
    changes.update(update(row("3", "e", "set now")))
    assert (changes.live, changes.borrowed) == ({b"3": row("3", "e", "set now")}, {})


def test_a_key_that_is_itself_left_out_is_the_old_one() -> None:
    changes = keyed()
    changes.update(Update(1, (b"1", None, None), old_is_whole=False, new=(UNCHANGED, b"n", b"x")))
    assert changes.live == {b"1": row("1", "n")}


def test_swapped_rows_keep_lending_from_their_own_origin() -> None:
    changes = keyed()
    changes.update(update(left_out("9", "a"), old="1"))
    changes.update(update(left_out("1", "b"), old="2"))
    changes.update(update(left_out("2", "a"), old="9"))
    assert changes.borrowed == {b"1": b"2", b"2": b"1"}


def test_contradictions_are_found() -> None:
    changes = keyed()
    changes.insert(row("1"))
    with pytest.raises(DisagreementError, match="key is taken"):
        changes.insert(row("1"))
    with pytest.raises(DisagreementError, match="a key that is taken"):
        changes.update(update(row("1"), old="2"))
    changes.delete(delete("3"))
    with pytest.raises(DisagreementError, match="a row that is gone"):
        changes.delete(delete("3"))
    with pytest.raises(DisagreementError, match="no replica identity"):
        Appended(TABLE, Load()).delete(delete("1"))
    with pytest.raises(DisagreementError, match="no replica identity"):
        Appended(TABLE, Load()).update(update(row("1")))
    with pytest.raises(DisagreementError, match="without saying which"):
        Counted(TABLE, Load()).update(update(row("1")))


def test_rows_without_a_key_are_counted() -> None:
    changes = Counted(TABLE, Load())
    one, other = row("1", None), row("1", "")
    for _ in range(3):
        changes.insert(one)
    changes.delete(Delete(1, one, old_is_whole=True))
    changes.delete(Delete(1, other, old_is_whole=True))
    changes.update(Update(1, other, old_is_whole=True, new=(b"2", b"", UNCHANGED)))
    assert changes.gone.rows == {other: 2}, "NULL is not the empty string"
    assert changes.live.rows == {one: 2, row("2", ""): 1}


def test_the_load_grows_and_falls_with_what_is_held() -> None:
    load = Load()
    changes = Keyed(TABLE, [0], load)
    changes.insert(row("1", None, "x" * 1000))
    full = load.bytes
    assert (load.rows, full > 1000) == (1, True)
    changes.update(update(row("1", None, "")))
    assert (load.rows, load.bytes) == (1, full - 1000)
    changes.delete(delete("1"))
    assert (load.rows, load.bytes) == (0, 0)


def test_sizes_do_not_stumble_over_what_is_not_there() -> None:
    assert (size(row("1", None)), size((b"1", UNCHANGED, b"", b"22")), size(())) == (2, 3, 0)


def test_copy_text_is_escaped_where_it_must_be_and_never_cut_within_a_line() -> None:
    rows: list[Row] = [(b"a", b""), (b"\\N", None), (b"t\tn\nr\r", b"\\."), (b"\tx", b"")]
    assert b"".join(pieces(rows, 2)) == b"a\t\n\\\\N\t\\N\nt\\tn\\nr\\r\t\\\\.\n\\tx\t\n"
    assert list(pieces([(), ()], 0)) == [b"\n\n"]
    many = list(pieces([(b"x" * 1000,)] * 1000, 1))
    assert len(many) == 4
    assert all(piece.endswith(b"x\n") and len(piece) < PIECE_BYTES + 1001 for piece in many)
    with pytest.raises(TypeError, match="left out"):
        list(pieces([(UNCHANGED,)], 1))
