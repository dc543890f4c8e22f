"""The smoke hook's door: green has the test traffic and nobody else has it yet. Its last chance to harm nobody."""

import time
from datetime import timedelta
from typing import Any

from runtime.deployments.door import Context, serve
from runtime.deployments.hearing import Decision, Hearing, Hook
from runtime.deployments.hook import EVERYTHING
from runtime.deployments.service import DIGEST, ServiceState, ServiceView
from runtime.deployments.smoke.settings import SmokeSettings
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Finding, Level, Outcome

RULE, IMAGE = "test rule", "image"
LOOK_AGAIN_SECONDS = 5
SHOWN_DIGEST = len("sha256:") + 12


def handle(event: object, context: Context) -> dict[str, Any]:
    """Answer a call of ECS after green got the test traffic."""
    return serve(event, context, HOOK)


def decide(hearing: Hearing[SmokeSettings]) -> Decision:
    """GO or STOP by the suite; WAIT for a moment while the test rule does not show green. Raises OperationError."""
    settings, call = hearing.settings, hearing.call
    clients = hearing.clients
    view = ServiceView(clients.get("ecs"), clients.get("elbv2"), settings.container_name)
    state = view.read(call.deployment_arn, call.target_revision_arn)
    rule = _rule(state)
    if rule.outcome is not Level.OK and _patient(hearing):
        waiting = rule.model_copy(update={"outcome": Level.WAIT})
        return Decision(
            hearing.verdict(Outcome.WAIT, f"Not yet: {rule.message}.", findings=(waiting,)), LOOK_AGAIN_SECONDS
        )
    version = _version(state)
    if rule.outcome is not Level.OK or version is None:
        return _decided(hearing, state, [rule, *([] if version else [_nameless(state)])], set())
    findings, of_the_image = _tested(hearing, version)
    return _decided(hearing, state, [rule, *findings], of_the_image)


def _tested(hearing: Hearing[SmokeSettings], version: str) -> tuple[list[Finding], set[str]]:
    """What the suite found, and which of its tests speak of the image."""
    # A third of this module's import would be the suite's, which a call that only waits for the rule does not need.
    from runtime.deployments.smoke.requests import Target  # noqa: PLC0415
    from runtime.deployments.smoke.run import Runner  # noqa: PLC0415
    from runtime.deployments.smoke.suite import Suite  # noqa: PLC0415

    settings = hearing.settings
    suite = Suite.load(version)
    target = Target(settings.load_balancer_host, settings.domain, settings.test_port, settings.plain_port)
    runner = Runner(target, settings.certificate_authority, hearing.clock, hearing.deadline, time.sleep)
    return runner.run(suite), {check.name for check in suite.checks}


def _decided(
    hearing: Hearing[SmokeSettings], state: ServiceState, findings: list[Finding], of_the_image: set[str]
) -> Decision:
    """STOP with any failure; the image is blamed for its own answers alone, not for the listener's TLS."""
    failed = [finding.check for finding in findings if finding.outcome is Level.FAIL]
    digest = state.green.image_digest
    name = digest[:SHOWN_DIGEST] if digest else "an image without a digest"
    summary = f"Green ({name}) passed all {len(findings)} tests on the test listener; people reach it next."
    if failed:
        summary = (
            f"Green ({name}) failed {len(failed)} of {len(findings)} tests on the test listener: {', '.join(failed)}. "
            f"Nobody but the tests has reached it, and ECS removes it. {_left(state)}"
        )
    verdict = hearing.verdict(
        Outcome.STOP if failed else Outcome.GO,
        summary,
        image_digest=digest,
        findings=tuple(findings),
        numbers={"tests": len(findings), "failed": len(failed)},
        blames_image=any(check in of_the_image for check in failed),
    )
    return Decision(verdict)


def _version(state: ServiceState) -> str | None:
    """The digest by which the task definition names the image, which is what the application was told (APP_VERSION).

    What ECS reports may be the digest of one processor's image out of a list.
    """
    named = DIGEST.search(state.green.image)
    return named.group() if named else state.green.image_digest


def _rule(state: ServiceState) -> Finding:
    weights = state.test_rule.weights if state.test_rule else {}
    total = sum(weights.values())
    share = EVERYTHING * weights.get(state.green_target_group or "", 0) / total if total else 0.0
    message = f"the test listener's rule gives green {share:g} %"
    if share == EVERYTHING:
        return Finding(check=RULE, outcome=Level.OK, message=message)
    mend = "find who else moved the rule's weights (CloudTrail: ModifyRule), and deploy again; docs/deployments.md says whose they are"
    return Finding(check=RULE, outcome=Level.FAIL, message=f"{message}, so the tests would ask blue", mend=mend)


def _left(state: ServiceState) -> str:
    return "Blue keeps all traffic." if state.blue else "It was the service's first release: nothing serves."


def _patient(hearing: Hearing[SmokeSettings]) -> bool:
    waited = hearing.clock.now() - hearing.started
    return waited < timedelta(seconds=hearing.settings.weights_patience_seconds)


def _nameless(state: ServiceState) -> Finding:
    mend = "deploy an image by its digest: applicationImage is repository@sha256:…"
    message = (
        f"ECS names no digest for {state.green.image or 'the container'}, so nobody can tell which release answers"
    )
    return Finding(check=IMAGE, outcome=Level.FAIL, message=message, mend=mend)


HOOK = Hook("deployment-smoke", SmokeSettings, frozenset({Stage.POST_TEST_TRAFFIC_SHIFT}), decide)
