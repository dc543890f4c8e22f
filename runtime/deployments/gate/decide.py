"""The gate's decision: all checks at the same time, then the migrations once."""

from functools import partial

from runtime.common.concurrently import Work, run_all
from runtime.common.errors import OperationError
from runtime.deployments.gate import (
    database,
    image_scan,
    migrations,
    repeated,
    rule_weights,
    secrets_check,
    third_parties,
    windows,
)
from runtime.deployments.gate.check import Check, Result, one
from runtime.deployments.gate.scene import Scene, look
from runtime.deployments.gate.settings import GateSettings
from runtime.deployments.hearing import Decision, Hearing
from runtime.deployments.migrations.progress import Phase
from runtime.deployments.verdict import Level, Outcome, Verdict

# Longer than one call of the SDK with its retries, or one connection, takes when the other side does not answer at first.
CHECKS = (
    Check("secrets", secrets_check.check, 20),
    Check("database", database.check, 40),
    *(Check(party.name, third_parties.checker(party), 20) for party in third_parties.THIRD_PARTIES),
    Check("rule weights", rule_weights.check, 5),
    Check("image scan", image_scan.check, 30),
    Check("windows", windows.check, 30),
    Check("earlier failure", repeated.check, 30),
    Check("pending migrations", migrations.check, 30),
)
GO = "Every check is content; green may start."


def decide(hearing: Hearing[GateSettings]) -> Decision:
    """GO when every check is content and the migrations ended well. Raises CloudError where ECS does not say what is deployed."""
    return decided(look(hearing))


def decided(scene: Scene) -> Decision:
    """The same for a scene that was read already."""
    hearing = scene.hearing
    late = (hearing.clock.now() - hearing.started).total_seconds() >= hearing.settings.patience_seconds
    found = _passed_before(hearing.previous) or check_all(scene)
    levels = {finding.outcome for finding in found.findings}
    # Failures are told all at once: what has not ended is waited for even when something else has failed.
    if Level.WAIT in levels:
        return _wait(scene, "Green waits for a check that has not ended.", found, late)
    return Decision(_stop(scene, found)) if Level.FAIL in levels else _migrate(scene, found, late)


def check_all(scene: Scene) -> Result:
    """Run every check at the same time; all findings in the order of CHECKS, and all numbers."""
    found = run_all({check.name: Work(partial(check.run, scene), check.seconds) for check in CHECKS})
    results = [_result(name, outcome) for name, outcome in found.items()]
    findings = tuple(finding for result in results for finding in result.findings)
    return Result(findings, {name: value for result in results for name, value in result.numbers.items()})


def _result(name: str, outcome: Result | OperationError) -> Result:
    """A check that could not look is one that failed."""
    if isinstance(outcome, OperationError):
        return one(
            name,
            Level.FAIL,
            f"This could not be looked at: {outcome}",
            "mend what it says, then ask for the deployment again",
        )
    return outcome


def _passed_before(previous: Verdict | None) -> Result | None:
    """What the checks found when the migrations were begun; the checks are not repeated after that."""
    if previous is None or all(finding.check != migrations.CHECK for finding in previous.findings):
        return None
    checked = tuple(finding for finding in previous.findings if finding.check != migrations.CHECK)
    return Result(checked, previous.numbers)


def _migrate(scene: Scene, checked: Result, late: bool) -> Decision:
    arn = scene.settings.migrations_state_machine_arn
    if arn is None:
        off = one(migrations.CHECK, Level.OK, "None are run, by the stack's settings.")
        return Decision(_verdict(scene, Outcome.GO, GO, _both(checked, off)))
    report = migrations.run(scene, arn, Phase.EXPAND)
    found = _both(checked, report.result)
    levels = {finding.outcome for finding in report.result.findings}
    if Level.FAIL in levels:
        return Decision(_stop(scene, found, blames_image=report.blames_image))
    if Level.WAIT in levels:
        return _wait(scene, "The checks are content; green waits for the migrations.", found, late)
    return Decision(_verdict(scene, Outcome.GO, GO, found))


def _wait(scene: Scene, summary: str, found: Result, late: bool) -> Decision:
    if not late:
        return Decision(_verdict(scene, Outcome.WAIT, summary, found), scene.settings.poll_seconds)
    message = f"{summary} That has taken longer than {scene.settings.patience_seconds} seconds."
    mend = "see what it waits for; a migration that still runs goes on, so let it end before the next deployment"
    return Decision(_stop(scene, _both(found, one("patience", Level.FAIL, message, mend))))


def _stop(scene: Scene, found: Result, *, blames_image: bool = False) -> Verdict:
    failed = sorted({finding.check for finding in found.findings if finding.outcome is Level.FAIL})
    others = "People are served by the release before" if scene.state.blue else "There is no release before this one"
    summary = f"Green was not started, because of: {', '.join(failed)}. {others}."
    return _verdict(scene, Outcome.STOP, summary, found, blames_image=blames_image)


def _both(first: Result, second: Result) -> Result:
    return Result((*first.findings, *second.findings), {**first.numbers, **second.numbers})


def _verdict(scene: Scene, outcome: Outcome, summary: str, found: Result, *, blames_image: bool = False) -> Verdict:
    return scene.hearing.verdict(
        outcome,
        summary,
        image_digest=scene.state.green.image_digest,
        findings=found.findings,
        numbers=found.numbers,
        blames_image=blames_image,
    )
