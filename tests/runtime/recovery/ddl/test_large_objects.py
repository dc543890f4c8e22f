"""Large objects are in no stream, so what is said of them is left out and stops nothing."""

import pytest

from runtime.recovery.ddl.announcement import Announcement
from runtime.recovery.ddl.plan import plan


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("COMMENT", "COMMENT ON LARGE OBJECT 424242 IS 'a picture'"),
        ("GRANT", "GRANT SELECT ON LARGE OBJECT 424242 TO reader"),
        ("REVOKE", "REVOKE ALL ON LARGE OBJECT 424242 FROM reader"),
        ("ALTER LARGE OBJECT", "ALTER LARGE OBJECT 424242 OWNER TO reader"),
    ],
)
def test_what_is_said_of_a_large_object_is_left_out(tag: str, text: str) -> None:
    assert plan(Announcement(version=1, kind="statement", tag=tag, text=text, exact=True)).statements == ()


def test_what_is_said_of_a_table_is_not() -> None:
    announcement = Announcement(
        version=1, kind="statement", tag="COMMENT", text="COMMENT ON TABLE t IS 'x'", exact=True
    )
    assert len(plan(announcement).statements) == 1
