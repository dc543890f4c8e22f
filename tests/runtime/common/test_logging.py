"""Lines of JSON without secrets."""

import io
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from runtime.common.clock import Clock
from runtime.common.logging import MASK, JsonLog, Redactor

SECRETS = st.text(min_size=1, max_size=20).filter(lambda text: "*" not in text)  # told apart from the mask
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=10,
)


def log_of(redactor: Redactor, **context: Any) -> tuple[JsonLog, io.StringIO]:
    stream = io.StringIO()
    clock = Clock(now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    return JsonLog(stream, clock, redactor, context), stream


def redactor_of(*secrets: str) -> Redactor:
    redactor = Redactor()
    for secret in secrets:
        redactor.learn(secret)
    return redactor


def strings(tree: Any) -> list[str]:
    if isinstance(tree, dict):
        return [text for key, value in tree.items() for text in [key, *strings(value)]]
    if isinstance(tree, list):
        return [text for value in tree for text in strings(value)]
    return [] if tree is None or isinstance(tree, bool) else [str(tree)]


def test_an_event_is_one_line_with_time_level_context_and_fields() -> None:
    log, stream = log_of(Redactor(), function="backups")

    log.info("backup\nfinished", bytes=3)

    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue()) == {
        "time": "2026-01-02T03:04:05+00:00", "level": "INFO", "event": "backup\nfinished", "function": "backups", "bytes": 3,
    }  # fmt: skip


def test_a_secret_is_masked_in_values_in_keys_in_lists_and_url_encoded() -> None:
    log, stream = log_of(redactor_of('p"w/d'))

    log.error('p"w/d', **{'key p"w/d': ["url://u:p%22w%2Fd@host", {"deep": 'x p"w/d'}]})

    assert "w/d" not in stream.getvalue()
    assert "w%2Fd" not in stream.getvalue()
    assert json.loads(stream.getvalue())["event"] == MASK


def test_a_number_that_holds_a_secret_is_masked() -> None:
    log, stream = log_of(redactor_of("4711"))

    log.info("counted", value=147112)

    assert json.loads(stream.getvalue())["value"] == MASK


def test_an_empty_secret_masks_nothing() -> None:
    assert redactor_of("").text("text") == "text"


@given(secrets=st.lists(SECRETS, min_size=1, max_size=4), parts=st.lists(st.text(max_size=5), min_size=2, max_size=6))
def test_no_secret_survives_in_a_text_whatever_surrounds_it(secrets: list[str], parts: list[str]) -> None:
    redactor = redactor_of(*secrets)
    for glue in [*secrets, *(quote(secret, safe="") for secret in secrets)]:
        outside_masks = redactor.text(glue.join(parts)).split(MASK)
        assert not [secret for piece in outside_masks for secret in secrets if secret in piece]


@given(tree=TREES, secret=SECRETS)
def test_no_secret_survives_in_a_tree_and_the_tree_stays_json(tree: Any, secret: str) -> None:
    masked = redactor_of(secret).tree(tree)

    json.dumps(masked)
    assert not [text for text in strings(masked) for piece in text.split(MASK) if secret in piece]


@given(tree=TREES)
def test_without_secrets_a_tree_is_itself(tree: Any) -> None:
    assert Redactor().tree(tree) == tree
