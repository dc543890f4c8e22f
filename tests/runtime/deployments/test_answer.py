"""Every answer is one that docs/deployment-stages.toml says ECS reads."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.deployments.hook import DELAY_SECONDS, MAXIMUM_DETAILS_BYTES, Answer, HookCall, HookStatus
from tools.documents.stages import event, facts

TABLE = facts()
# A busy machine must not fail what is right.
UNTIMED = settings(deadline=None)


def test_the_answers_are_those_of_the_table() -> None:
    assert {status.value for status in HookStatus} == set(TABLE["answers"])


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        (Answer.succeeded(), {"hookStatus": "SUCCEEDED"}),
        (Answer.failed("2 % of requests failed"), {"hookStatus": "FAILED", "reason": "2 % of requests failed"}),
        (Answer.in_progress(), {"hookStatus": "IN_PROGRESS", "callBackDelay": 30}),
        (
            Answer.in_progress(15, {"window": 3}, "2 of 5 minutes"),
            {
                "hookStatus": "IN_PROGRESS",
                "callBackDelay": 15,
                "hookDetails": {"window": 3},
                "reason": "2 of 5 minutes",
            },
        ),
    ],
)
def test_an_answer_is_the_json_that_ecs_reads(answer: Answer, document: dict[str, Any]) -> None:
    assert answer.document() == document
    members = TABLE["answer-members"]
    assert set(document) <= set(members)
    assert {name for name, entry in members.items() if entry["always"]} <= set(document)


def test_the_delay_is_by_default_the_one_that_ecs_has() -> None:
    assert Answer.in_progress().delay_seconds == TABLE["limits"]["callback-default"]["value"]


def test_a_delay_stays_within_one_call_of_a_function() -> None:
    assert DELAY_SECONDS[-1] == TABLE["limits"]["one-call"]["value"] * 60


@pytest.mark.parametrize("delay", [-1, 0, DELAY_SECONDS[-1] + 1])
def test_a_delay_that_ecs_may_not_take_is_refused(delay: int) -> None:
    with pytest.raises(ValueError, match=f"a delay is 1 to 900 seconds, not {delay}"):
        Answer.in_progress(delay)


@pytest.mark.parametrize("details", [{"when": object()}, {"ratio": math.nan}])
def test_details_that_are_no_json_are_refused(details: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Answer.in_progress(details=details)


def test_details_that_belong_into_s3_are_refused() -> None:
    room = MAXIMUM_DETAILS_BYTES - len('{"samples": ""}')
    assert Answer.in_progress(details={"samples": "x" * room}).document()["hookDetails"]
    with pytest.raises(ValueError, match="keep them in S3"):
        Answer.in_progress(details={"samples": "x" * (room + 1)})


@UNTIMED
@given(details=st.dictionaries(st.text(max_size=20), st.integers() | st.text(max_size=20) | st.booleans(), max_size=8))
def test_what_a_hook_hands_to_its_next_call_arrives_there(details: dict[str, Any]) -> None:
    answer = json.loads(json.dumps(Answer.in_progress(details=details).document()))
    assert HookCall.parse(event(TABLE, "called-again") | {"hookDetails": answer["hookDetails"]}).details == details
