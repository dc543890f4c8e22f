import json
from typing import Any

import pytest

from policy.documents import denies_plain_http, is_public, known_statements, statements
from policy.model import UNKNOWN

DENIAL: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def test_a_document_is_read_from_text_or_a_tree_with_one_statement_or_many() -> None:
    for document in ({"Statement": DENIAL}, {"Statement": [DENIAL]}, json.dumps({"Statement": [DENIAL]})):
        assert list(statements(document)) == [DENIAL]


def test_what_a_preview_does_not_know_stays_unknown() -> None:
    assert list(statements(UNKNOWN)) == [UNKNOWN]
    assert list(statements({"Statement": [UNKNOWN, DENIAL]})) == [UNKNOWN, DENIAL]
    assert list(known_statements({"Statement": [UNKNOWN, DENIAL]})) == [DENIAL]


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_everybody_is_everybody_however_it_is_written(principal: Any) -> None:
    assert is_public({"Effect": "Allow", "Principal": principal})
    assert not is_public({"Effect": "Deny", "Principal": principal})


def test_everybody_but_somebody_is_everybody() -> None:
    assert is_public({"Effect": "Allow", "NotPrincipal": {"AWS": "1"}})


@pytest.mark.parametrize(
    ("key", "public"), [("aws:SourceArn", False), ("AWS:PrincipalOrgID", False), ("s3:prefix", True)]
)
def test_a_condition_narrows_only_when_it_says_where_from(key: str, public: bool) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {key: "x"}}}
    assert is_public(statement) is public


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "1"}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}},
        {"Condition": {**DENIAL["Condition"], "StringEquals": {"aws:username": "anna"}}},
        {"Condition": {}},
    ],
)
def test_a_denial_of_plain_http_has_no_way_around_it(change: dict[str, Any]) -> None:
    assert denies_plain_http(DENIAL)
    assert not denies_plain_http({**DENIAL, **change})
