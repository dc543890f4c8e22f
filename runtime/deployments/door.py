"""What every hook does around its own decision: reads the call, decides in time, keeps the verdict, tells people, answers ECS.

A hook that fails itself stops the deployment with a verdict that says so; on the way back of a deployment nothing is held up.
"""

import sys
from dataclasses import replace
from typing import Any, Generic, Protocol

from runtime.common.clock import Deadline
from runtime.common.concurrently import Work, run_all
from runtime.common.errors import DeadlineError, OperationError, SettingsError, UnexpectedError
from runtime.common.logging import JsonLog, Redactor
from runtime.deployments.hearing import Decision, Hearing, Hook, Settings, Tools, shift_of
from runtime.deployments.hook import Answer, HookCall, HookStatus
from runtime.deployments.notices import Notices
from runtime.deployments.records import Kept, Records
from runtime.deployments.verdict import WAY_BACK, Finding, Level, Outcome, Verdict

# Keeping a verdict and telling people takes three calls to AWS; a short timeout keeps a fifth of itself for them.
RESERVE_SECONDS = 15
RESERVE_SHARE = 0.2
REMEDY = "look at the function's log for what it waited for, and give it a longer timeout if that was all"
ITSELF = "the hook itself"


class Context(Protocol):
    """What Lambda hands to a function beside the event."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the process."""


def serve(event: object, context: Context, hook: Hook[Settings], tools: Tools | None = None) -> dict[str, Any]:
    """Answer one call of ECS. Never raises: what goes wrong becomes a verdict and the answer FAILED, or SUCCEEDED on the way back."""
    tools = tools or Tools()
    redactor = Redactor()
    log = JsonLog(sys.stdout, tools.clock, redactor, {"function": hook.name, "request_id": context.aws_request_id})
    try:
        call = HookCall.parse(event)
        if call.stage not in hook.stages:
            stages = ", ".join(sorted(hook.stages))
            raise SettingsError(
                "The service's hooks are wrong (deploy the stack again)",
                [f"{hook.name} stands at {stages}, not at {call.stage}"],
            )
    except OperationError as error:
        return _unread(log, error).document()
    return _Sitting(hook, tools, redactor, log, call).answer(context).document()


def _unread(log: JsonLog, error: OperationError) -> Answer:
    log.error("hook not called as it must be", message=str(error))
    return Answer.failed(str(error))


class _Sitting(Generic[Settings]):
    """One call that could be read."""

    def __init__(self, hook: Hook[Settings], tools: Tools, redactor: Redactor, log: JsonLog, call: HookCall) -> None:
        self._hook = hook
        self._tools = tools
        self._redactor = redactor
        self._log = log
        self._call = call
        self._hearing: Hearing[Settings] | None = None

    def answer(self, context: Context) -> Answer:
        seconds = context.get_remaining_time_in_millis() / 1000
        deadline = Deadline.within(self._tools.clock, seconds, REMEDY)
        try:
            hearing = self._hearing = self._open(deadline)
            if self._call.is_rollback:
                return self._way_back(hearing)
            before = hearing.records.find(
                self._call.service_name, self._call.revision_id, self._call.stage, shift_of(self._call)
            )
            if before is not None and before.deployment == self._call.deployment_arn:
                if before.final:
                    self._log.info("decided before", **before.document())
                    return _answer(before)
                hearing = self._hearing = replace(hearing, previous=before)
            return self._close(hearing, self._decide(hearing, seconds))
        except OperationError as error:
            return self._failed(error)
        except Exception as error:  # noqa: BLE001  # whatever it is, it becomes a verdict that explains itself
            return self._failed(UnexpectedError(f"{type(error).__name__}: {error}"))

    def _open(self, deadline: Deadline) -> Hearing[Settings]:
        settings = self._hook.settings.from_environment()
        clients = self._tools.clients
        records = Records(
            clients.get("s3"), settings.artifacts_bucket, settings.artifacts_kms_key_arn, settings.verdicts_prefix
        )
        return Hearing(
            call=self._call,
            settings=settings,
            clock=self._tools.clock,
            clients=clients,
            redactor=self._redactor,
            records=records,
            deadline=deadline,
            previous=None,
        )

    def _decide(self, hearing: Hearing[Settings], seconds: float) -> Decision:
        """In a thread of its own, so that what hangs is left behind while there is time to say so."""
        limit = max(seconds - RESERVE_SECONDS, seconds * (1 - RESERVE_SHARE))
        decided = run_all({self._hook.name: Work(lambda: self._hook.decide(hearing), limit)})[self._hook.name]
        if isinstance(decided, DeadlineError):
            raise DeadlineError(f"The hook did not decide within {limit:g} seconds. To mend it: {REMEDY}.")
        if isinstance(decided, OperationError):
            raise decided
        return decided

    def _close(self, hearing: Hearing[Settings], decision: Decision) -> Answer:
        """Keep the verdict, and tell people when it is a new one."""
        kept = hearing.records.put(decision.verdict.masked(self._redactor))
        if kept.new and kept.verdict.final:
            if kept.verdict.outcome is Outcome.STOP and kept.verdict.blames_image:
                hearing.records.mark_failed(kept.verdict)
            self._tell(hearing, kept)
        self._log.info("decided", evidence=kept.address, **kept.verdict.document())
        return _answer(kept.verdict, decision)

    def _tell(self, hearing: Hearing[Settings], kept: Kept) -> None:
        """A verdict holds although nobody could be told: the log and the function's alarm say so."""
        try:
            notices = Notices.of(hearing.settings, self._tools.clients.get("sns"))
            notices.publish(kept.verdict, kept.address)
        except Exception as error:  # noqa: BLE001  # a topic decides nothing
            self._log.error("nobody was told", error=type(error).__name__, message=str(error), evidence=kept.address)

    def _way_back(self, hearing: Hearing[Settings]) -> Answer:
        summary = "The deployment is on its way back to the release before; nothing is checked and nothing held up."
        verdict = hearing.verdict(Outcome.GO, summary, shift=WAY_BACK)
        kept = hearing.records.put(verdict)
        self._log.info("on the way back", evidence=kept.address, **verdict.document())
        return Answer.succeeded(summary)

    def _failed(self, error: OperationError) -> Answer:
        """A hook that fails itself: a recorded STOP, or the answer alone where not even that can be kept."""
        text = self._redactor.text(str(error))
        self._log.error("the hook failed", error=type(error).__name__, message=text)
        if self._call.is_rollback:
            return Answer.succeeded(f"Nothing is held up on the way back, although the hook failed: {text}")
        if self._hearing is not None:
            self._keep_failure(self._hearing, text)
        return Answer.failed(text)

    def _keep_failure(self, hearing: Hearing[Settings], text: str) -> None:
        finding = Finding(check=ITSELF, outcome=Level.FAIL, message=text)
        summary = f"The hook {self._hook.name} could not decide, so the deployment goes back. This says nothing about the release."
        verdict = hearing.verdict(Outcome.STOP, summary, findings=(finding,))
        kept = Kept(verdict, "none: it could not be kept; the function's log has it", new=True)
        try:
            kept = hearing.records.put(verdict)
        except Exception as error:  # noqa: BLE001  # the answer counts, and people are told all the same
            self._log.error("verdict not kept", error=type(error).__name__, message=str(error))
        if kept.new:
            self._tell(hearing, kept)


def _answer(verdict: Verdict, decision: Decision | None = None) -> Answer:
    if verdict.answer is HookStatus.IN_PROGRESS and decision is not None:
        return Answer.in_progress(decision.delay_seconds, decision.details, verdict.summary)
    return Answer(verdict.answer, verdict.summary)
