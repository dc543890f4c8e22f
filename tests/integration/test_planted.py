"""The search for secrets itself: it must find what is there, in every form, and nothing that is not."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.integration.planted import files, found

SECRET = 'sk-"planted"/with+odd=letters&é'


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}.",
        json.dumps({"key": SECRET}),
        json.dumps({"key": SECRET}, ensure_ascii=False),
        f"https://example.com/?key={quote(SECRET, safe='')}",
        SECRET.encode().hex(),
        *(base64.b64encode(b"x" * offset + SECRET.encode() + b"tail").decode() for offset in range(4)),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_found_in_every_form(text: str) -> None:
    assert found({"the key": SECRET}, {"a log": text}) == ["the key in a log"]


def test_one_line_of_a_private_key_is_enough() -> None:
    lines = [
        "-----BEGIN PRIVATE KEY-----",
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEH",
        "BG0wawIBAQQgXXXXXXXXXXXXXXXXXXXXXXXX",
    ]
    assert found({"key": "\n".join(lines)}, {"state": f"…{lines[2]}…"}) == ["key in state"]
    assert found({"key": "\n".join(lines)}, {"state": lines[0]}) == []


def test_another_text_holds_nothing_and_the_message_never_tells_the_secret() -> None:
    assert found({"key": SECRET}, {"a": "sk-unplanted", "b": base64.b64encode(b"nothing of it").decode()}) == []
    assert SECRET not in str(found({"key": SECRET}, {"a": SECRET}))


def test_every_file_of_a_home_is_read_but_those_that_keep_secrets_on_purpose(tmp_path: Path) -> None:
    for name in (
        "state/.pulumi/stacks/a.json",
        "cloud.log",
        "functions/1/environment",
        "tls/ca.key",
        "postgres/1/pg_hba.conf",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "passphrase").write_text("text")
    assert set(files(tmp_path)) == {"state/.pulumi/stacks/a.json", "cloud.log", "functions/1/environment"}
