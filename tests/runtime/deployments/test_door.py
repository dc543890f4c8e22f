import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from runtime.common.errors import CloudError
from runtime.deployments.door import serve
from runtime.deployments.hearing import Decision, Hearing, Hook, Tools
from runtime.deployments.settings import HookSettings
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Finding, Level, Outcome, Verdict
from tests.runtime.backups.stand_ins import refuse, s3_hook
from tests.runtime.deployments.account import BUCKET, Account, Context
from tests.runtime.deployments.deployment import BLUE, DIGEST, GREEN, event

SHIFTS = frozenset({Stage.PRE_SCALE_UP, Stage.PRODUCTION_TRAFFIC_SHIFT})
Decide = Callable[[Hearing[HookSettings]], Decision]


def hook(decide: Decide) -> Hook[HookSettings]:
    return Hook("test-hook", HookSettings, SHIFTS, decide)


def deciding(outcome: Outcome, **grounds: Any) -> Decide:
    return lambda hearing: Decision(hearing.verdict(outcome, f"It is {outcome}.", image_digest=DIGEST, **grounds))


def call(account: Account, decide: Decide, stage: Stage = Stage.PRE_SCALE_UP, **execution: Any) -> dict[str, Any]:
    return serve(event(stage, **execution), Context(), hook(decide), account.tools())


def kept(account: Account, stage: str = "PRE_SCALE_UP", shift: str = "") -> Verdict:
    verdict = account.records().find("application", GREEN.rpartition("/")[2], stage, shift)
    assert verdict is not None
    return verdict


@pytest.mark.parametrize(
    ("outcome", "status", "severity"),
    [
        (Outcome.GO, "SUCCEEDED", "information"),
        (Outcome.STOP, "FAILED", "critical"),
        (Outcome.INCONCLUSIVE, "FAILED", "warning"),
    ],
)
def test_a_verdict_is_kept_told_logged_and_answered(
    account: Account, capsys: pytest.CaptureFixture[str], outcome: Outcome, status: str, severity: str
) -> None:
    assert call(account, deciding(outcome)) == {"hookStatus": status, "reason": f"It is {outcome}."}
    assert kept(account).outcome is outcome
    (message,) = account.heard(severity)
    address = f"s3://{BUCKET}/deployments/application/9313423515462893900/PRE_SCALE_UP.json"
    assert message["Message"].endswith(f"Evidence: {address}")
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["outcome"], line["evidence"]) == ("decided", outcome, address)


def test_an_inconclusive_verdict_that_is_tolerated_lets_the_deployment_go_on(account: Account) -> None:
    assert call(account, deciding(Outcome.INCONCLUSIVE, tolerated=True))["hookStatus"] == "SUCCEEDED"


def test_what_waits_asks_to_be_called_again_and_finds_what_it_found(account: Account) -> None:
    heard: list[Verdict | None] = []

    def decide(hearing: Hearing[HookSettings]) -> Decision:
        heard.append(hearing.previous)
        return Decision(hearing.verdict(Outcome.WAIT, "Not yet.", numbers={"calls": len(heard)}), 15, {"seen": 1})

    waiting = {"hookStatus": "IN_PROGRESS", "reason": "Not yet.", "callBackDelay": 15, "hookDetails": {"seen": 1}}
    assert call(account, decide) == waiting
    account.time.passes(15)
    assert call(account, decide) == waiting
    assert heard[0] is None
    assert heard[1] is not None
    assert heard[1].numbers == {"calls": 1}
    again = kept(account)
    assert (again.decided - again.started).total_seconds() == 15, "the stage began with the first call"
    assert [account.heard(severity) for severity in account.topics] == [[], [], []]


def test_a_second_call_gets_the_same_answer_without_a_second_decision_or_notice(account: Account) -> None:
    first = call(account, deciding(Outcome.STOP))
    account.heard("critical")

    def must_not_be_asked(_: Hearing[HookSettings]) -> Decision:
        raise AssertionError("decided twice")

    assert call(account, must_not_be_asked) == first
    assert account.heard("critical") == []


def test_each_shift_of_a_canary_is_decided_for_itself(account: Account) -> None:
    for share in (10.0, 100.0):
        weights = {GREEN: share, BLUE: 100 - share}
        decide = deciding(Outcome.GO if share < 100 else Outcome.STOP)
        call(account, decide, Stage.PRODUCTION_TRAFFIC_SHIFT, productionTrafficWeights=weights)
    assert kept(account, "PRODUCTION_TRAFFIC_SHIFT", "10").outcome is Outcome.GO
    assert kept(account, "PRODUCTION_TRAFFIC_SHIFT", "100").outcome is Outcome.STOP


def test_nothing_is_decided_on_the_way_back_and_the_verdict_of_the_way_there_stays(account: Account) -> None:
    there = {GREEN: 100.0, BLUE: 0.0}
    call(account, deciding(Outcome.STOP), Stage.PRODUCTION_TRAFFIC_SHIFT, productionTrafficWeights=there)
    back = {GREEN: 0.0, BLUE: 100.0}
    answer = call(account, deciding(Outcome.STOP), Stage.PRODUCTION_TRAFFIC_SHIFT, productionTrafficWeights=back)
    assert answer["hookStatus"] == "SUCCEEDED"
    assert kept(account, "PRODUCTION_TRAFFIC_SHIFT", "100").outcome is Outcome.STOP
    assert kept(account, "PRODUCTION_TRAFFIC_SHIFT", "back").outcome is Outcome.GO


def test_a_bucket_that_fails_holds_up_no_way_back(account: Account) -> None:
    tools = account.tools()
    back = event(Stage.PRODUCTION_TRAFFIC_SHIFT, productionTrafficWeights={GREEN: 0.0, BLUE: 100.0})
    with s3_hook(tools.clients.get("s3"), "*", refuse):
        answer = serve(back, Context(), hook(deciding(Outcome.STOP)), tools)
    assert answer["hookStatus"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("error", "words"),
    [(CloudError("ECS is away."), "ECS is away."), (KeyError("x"), "KeyError: 'x'"), (SystemExit(3), "SystemExit: 3")],
)
def test_a_hook_that_crashes_stops_the_deployment_with_a_verdict_that_says_so(
    account: Account, error: BaseException, words: str
) -> None:
    def crash(_: Hearing[HookSettings]) -> Decision:
        raise error

    answer = call(account, crash)
    assert (answer["hookStatus"], answer["reason"]) == ("FAILED", words)
    verdict = kept(account)
    assert verdict.findings == (Finding(check="the hook itself", outcome=Level.FAIL, message=words),)
    assert "This says nothing about the release" in account.heard("critical")[0]["Message"]
    assert account.records().failure("application", DIGEST) is None, "the image is not to blame"


def test_a_hook_that_hangs_stops_the_deployment_before_its_own_time_is_over(account: Account) -> None:
    for_ever = threading.Event()

    def hang(_: Hearing[HookSettings]) -> Decision:
        for_ever.wait()
        raise AssertionError("let go by the test")

    answer = serve(event(), Context(seconds=0.5), hook(hang), account.tools())
    for_ever.set()
    assert answer["hookStatus"] == "FAILED"
    assert "did not decide within 0.4 seconds" in answer["reason"]
    assert kept(account).outcome is Outcome.STOP


def test_an_image_at_fault_is_remembered_and_another_stop_is_not(account: Account) -> None:
    call(account, deciding(Outcome.STOP))
    assert account.records().failure("application", DIGEST) is None
    weights = {GREEN: 100.0}
    decide = deciding(Outcome.STOP, blames_image=True)
    call(account, decide, Stage.PRODUCTION_TRAFFIC_SHIFT, productionTrafficWeights=weights)
    failure = account.records().failure("application", DIGEST)
    assert failure is not None
    assert failure.stage == "PRODUCTION_TRAFFIC_SHIFT"


def test_without_evidence_there_is_no_go(account: Account) -> None:
    tools = account.tools()
    with s3_hook(tools.clients.get("s3"), "PutObject", refuse):
        answer = serve(event(), Context(), hook(deciding(Outcome.GO)), tools)
    assert answer["hookStatus"] == "FAILED"
    assert "S3 refused to store" in answer["reason"]
    (message,) = account.heard("critical")
    assert message["Message"].endswith("Evidence: none: it could not be kept; the function's log has it")


def test_a_verdict_holds_although_nobody_could_be_told(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    class Deaf:
        def publish(self, **_: str) -> None:
            raise ConnectionError("no topic anywhere")

    account.others["sns"] = Deaf()
    assert call(account, deciding(Outcome.GO))["hookStatus"] == "SUCCEEDED"
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events == ["nobody was told", "decided"]


def test_a_secret_that_was_learnt_is_in_no_verdict_notice_log_or_answer(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    def leak(hearing: Hearing[HookSettings]) -> Decision:
        hearing.redactor.learn("sk-hunter2")
        finding = Finding(check="x", outcome=Level.FAIL, message="sk-hunter2", mend="sk-hunter2")
        return Decision(hearing.verdict(Outcome.STOP, "It is sk-hunter2.", findings=(finding,)))

    answer = call(account, leak)
    assert answer["reason"] == "It is ***."
    said = json.dumps([answer, account.heard("critical"), kept(account).document()]) + capsys.readouterr().out
    assert "hunter2" not in said


def test_a_secret_in_a_crash_is_masked_too(account: Account) -> None:
    def crash(hearing: Hearing[HookSettings]) -> Decision:
        hearing.redactor.learn("sk-hunter2")
        raise ValueError("sk-hunter2 is wrong")

    assert call(account, crash)["reason"] == "ValueError: *** is wrong"


@pytest.mark.parametrize("nonsense", [None, [], {}, {"lifecycleStage": "BAKE_TIME"}, "text"])
def test_an_event_that_cannot_be_read_fails_with_what_is_wrong(account: Account, nonsense: object) -> None:
    answer = serve(nonsense, Context(), hook(deciding(Outcome.GO)), account.tools())
    assert answer["hookStatus"] == "FAILED"
    assert "This is no event of an ECS lifecycle hook" in answer["reason"]
    assert account.objects() == []


def test_a_hook_at_a_stage_that_is_not_its_own_fails(account: Account) -> None:
    answer = call(account, deciding(Outcome.GO), Stage.POST_SCALE_UP)
    assert answer["hookStatus"] == "FAILED"
    assert "test-hook stands at PRE_SCALE_UP, PRODUCTION_TRAFFIC_SHIFT, not at POST_SCALE_UP" in answer["reason"]


def test_an_environment_that_is_wrong_fails_with_every_problem(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARTIFACTS_BUCKET")
    monkeypatch.setenv("CRITICAL_TOPIC_ARN", "nowhere")
    reason = call(account, deciding(Outcome.GO))["reason"]
    assert "ARTIFACTS_BUCKET is not set" in reason
    assert "CRITICAL_TOPIC_ARN is wrong" in reason


def test_an_earlier_record_that_cannot_be_read_stops_the_deployment_and_names_the_object(account: Account) -> None:
    key = "deployments/application/9313423515462893900/PRE_SCALE_UP.json"
    account.tools().clients.get("s3").put_object(Bucket=BUCKET, Key=key, Body=b"nonsense")
    answer = call(account, deciding(Outcome.GO))
    assert answer["hookStatus"] == "FAILED"
    assert f"aws s3 rm s3://{BUCKET}/{key}" in answer["reason"]
    assert len(account.heard("critical")) == 1


def test_a_hook_has_real_tools_when_none_are_handed_in() -> None:
    assert Tools().clock.now().tzinfo is not None
