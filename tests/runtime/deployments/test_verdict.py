from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.common.errors import IntegrityError
from runtime.common.logging import Redactor
from runtime.deployments.hook import HookStatus
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import PLACES, Finding, Level, Outcome, Verdict
from tests.runtime.deployments.account import NOON
from tests.runtime.deployments.deployment import DEPLOYMENT, DIGEST

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def verdict(outcome: Outcome = Outcome.STOP, **more: object) -> Verdict:
    members: dict[str, object] = {
        "environment": "production",
        "service": "application",
        "deployment": DEPLOYMENT,
        "revision": "9313423515462893900",
        "image_digest": DIGEST,
        "stage": Stage.PRE_SCALE_UP,
        "outcome": outcome,
        "summary": "Green was not started.",
        "started": NOON,
        "decided": NOON + timedelta(seconds=3),
    }
    return Verdict.model_validate(members | more)


@given(
    findings=st.lists(
        st.builds(Finding, check=WORDS, outcome=st.sampled_from(Level), message=WORDS, mend=WORDS), max_size=4
    ),
    numbers=st.dictionaries(WORDS, st.one_of(st.integers(), st.booleans(), WORDS, st.none()), max_size=4),
    moment=st.datetimes(timezones=st.just(UTC)),
    outcome=st.sampled_from(Outcome),
)
def test_a_verdict_is_read_back_as_it_was_written(
    findings: list[Finding], numbers: dict[str, object], moment: datetime, outcome: Outcome
) -> None:
    written = verdict(outcome, findings=tuple(findings), numbers=numbers, started=moment, decided=moment)
    assert Verdict.parse(written.document()) == written


def test_the_text_tells_a_person_what_failed_first_and_what_mends_it() -> None:
    findings = (
        Finding(check="windows", outcome=Level.OK, message="None is open."),
        Finding(check="Stripe", outcome=Level.WARN, message="Slow."),
        Finding(check="database", outcome=Level.FAIL, message="No room.", mend="pulumi config set dbPoolSize 3"),
    )
    lines = verdict(findings=findings, numbers={"connections in use": 42}).text().splitlines()
    assert lines[0] == "STOP before green started: application in production"
    checks = [line.split(":")[0] for line in lines if line.startswith(tuple(Level))]
    assert checks == ["FAIL  database", "WARN  Stripe", "OK    windows"]
    assert "      To mend it: pulumi config set dbPoolSize 3" in lines
    assert "connections in use: 42" in lines
    assert f"Image: {DIGEST}" in lines


def test_every_stage_has_words_for_people() -> None:
    assert set(PLACES) == set(Stage)


def test_no_secret_that_is_known_stays_in_a_verdict() -> None:
    redactor = Redactor()
    redactor.learn("sk-hunter2")
    finding = Finding(check="OpenAI", outcome=Level.FAIL, message="said sk-hunter2", mend="sk-hunter2")
    masked = verdict(findings=(finding,), summary="sk-hunter2", numbers={"sk-hunter2": "sk-hunter2"}).masked(redactor)
    assert "hunter2" not in masked.text() + str(masked.document())
    assert masked.summary == "***"


@pytest.mark.parametrize(
    ("outcome", "tolerated", "answer"),
    [
        (Outcome.GO, False, HookStatus.SUCCEEDED),
        (Outcome.STOP, True, HookStatus.FAILED),
        (Outcome.WAIT, False, HookStatus.IN_PROGRESS),
        (Outcome.INCONCLUSIVE, False, HookStatus.FAILED),
        (Outcome.INCONCLUSIVE, True, HookStatus.SUCCEEDED),
    ],
)
def test_what_an_outcome_means_for_ecs(outcome: Outcome, tolerated: bool, answer: HookStatus) -> None:
    assert verdict(outcome, tolerated=tolerated).answer is answer


def test_a_document_of_a_later_form_is_refused() -> None:
    with pytest.raises(IntegrityError, match="its schema is 2, not 1"):
        Verdict.parse({**verdict().document(), "schema": 2})
    with pytest.raises(IntegrityError, match="wrong in it: decided, outcome"):
        Verdict.parse({**verdict().document(), "outcome": "MAYBE", "decided": "2026-11-24T12:00:00"})


@pytest.mark.parametrize("nonsense", [None, [], "verdict", 7, {}])
def test_what_is_no_verdict_is_refused(nonsense: object) -> None:
    with pytest.raises(IntegrityError):
        Verdict.parse(nonsense)
