"""No password gets into the archive with the text of a statement."""

import pytest

from runtime.wal.pgoutput import Message
from tests.runtime.wal.capture.capturing import Source


@pytest.mark.parametrize(
    "text",
    [
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (password 'Geheim1')",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (\"user\" 'u', \"password\" 'Geheim1')",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE /* x */ USER /* y */ MAPPING FOR PUBLIC SERVER s OPTIONS (token 'Geheim1'); CREATE TABLE t (a int)",
        "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere password=Geheim1' PUBLICATION p WITH (connect = false); CREATE TABLE t (a int); ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s",
        "CREATE TABLE t (a int); CREATE ROLE capture_secret PASSWORD 'Geheim1'; DROP ROLE capture_secret",
        "CREATE TABLE t (a int); CREATE ROLE capture_secret PASSWORD /* ' */ $$Geheim1$$; DROP ROLE capture_secret",
        "DO $$ BEGIN CREATE TABLE t (a int); CREATE ROLE capture_secret PASSWORD 'Geheim1'; DROP ROLE capture_secret; END $$",
        "CREATE TABLE t (a int); CREATE ROLE capture_secret\nPASSWORD -- here\n E'Geheim1'; DROP ROLE capture_secret",
    ],
)  # fmt: skip
def test_a_text_that_may_hold_a_password_is_withheld(source: Source, text: str) -> None:
    source.install()
    source.stream()
    source.run(text)
    messages = [item for item in source.stream() if isinstance(item, Message)]
    assert messages, "what happened is announced all the same"
    assert not [item for item in messages if b"Geheim1" in item.content]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE users (id int PRIMARY KEY, password text NOT NULL DEFAULT 'x', CHECK (password <> ''))",
        "COMMENT ON COLUMN pg_temp_free.password IS 'x'",
        "CREATE VIEW v AS SELECT '{}'::jsonb ->> 'password' AS password",
        "CREATE FOREIGN TABLE f (a int) SERVER s OPTIONS (table_name 'x')",
    ],
)
def test_a_text_about_passwords_is_no_secret(source: Source, text: str) -> None:
    source.run(
        "CREATE TABLE pg_temp_free (id int PRIMARY KEY, password text); CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w"
    )
    source.install()
    source.stream()
    source.run(text)
    assert [item["text"] for item in source.announcements()] == [text]
