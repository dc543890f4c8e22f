"""A rollback in words: what went back and why, where the traffic is, and what to do next."""

from runtime.deployments.verdict import Finding, Level, Verdict
from runtime.deployments.watch.deployments import Deployment, Status

ALARMS, ECS = "alarms", "ECS"
SHOWN_DIGEST = len("sha256:") + 12
HEADLINES = {
    Status.ROLLBACK_REQUESTED: "goes back",
    Status.ROLLBACK_IN_PROGRESS: "goes back",
    Status.ROLLBACK_SUCCESSFUL: "went back",
    Status.ROLLBACK_FAILED: "could NOT go back",
}


def headline(deployment: Deployment, service: str, environment: str) -> str:
    """One line for a subject."""
    return f"Rollback: {service} in {environment} {HEADLINES[deployment.status]}"


def summary(deployment: Deployment, service: str, digest: str | None, cause: Verdict | None) -> str:
    """What is deployed, why it goes back, how it stands, and what to do."""
    release = f"The release {digest[:SHOWN_DIGEST] if digest else deployment.revision} of {service}"
    return " ".join(
        [f"{release} {HEADLINES[deployment.status]}.", _why(deployment, cause), *_now_what(deployment, cause)]
    )


def findings(deployment: Deployment, cause: Verdict | None) -> tuple[Finding, ...]:
    """What ECS says, the alarms that went off, and what failed in the verdict that stopped it."""
    found = [Finding(check=ECS, outcome=Level.WARN, message=deployment.reason or "gives no reason")]
    if deployment.alarms:
        mend = "each alarm's runbook has its name: docs/runbooks"
        message = f"went off during the deployment: {', '.join(deployment.alarms)}"
        found.append(Finding(check=ALARMS, outcome=Level.FAIL, message=message, mend=mend))
    failed = [f for f in cause.findings if f.outcome is not Level.OK] if cause else []
    return (*found, *failed)


def _why(deployment: Deployment, cause: Verdict | None) -> str:
    if cause is not None:
        return f"Why ({cause.stage}): {cause.summary}"
    if deployment.alarms:
        return f"Why: alarms went off ({', '.join(deployment.alarms)}); no hook had stopped it."
    return f"Why, in ECS's words: {deployment.reason or 'nothing'}. No hook has stopped it, and no alarm: a person may have."


def _now_what(deployment: Deployment, cause: Verdict | None) -> list[str]:
    match deployment.status:
        case Status.ROLLBACK_FAILED if deployment.first:
            return [
                "It was the service's first release, so there is nothing to go back to, and nothing serves.",
                "Next: mend what stands above and deploy again.",
            ]
        case Status.ROLLBACK_FAILED:
            return [
                "The way back failed: nobody knows which release serves, and ECS does no more.",
                "Next, now: see which target group has healthy targets (aws elbv2 describe-target-health) and where the production",
                "rule leads (aws elbv2 describe-rules), then deploy the release before this one.",
            ]
        case Status.ROLLBACK_SUCCESSFUL:
            return ["The release before it has all traffic again.", _mend(cause)]
        case _:
            return [
                "ECS moves all traffic to the release before it; this page is followed by another when that is done.",
                _mend(cause),
            ]


def _mend(cause: Verdict | None) -> str:
    if cause is not None and not cause.blames_image:
        return "Next: nothing blames the image, so mend what stands below and deploy it again."
    return "Next: nobody has to get up for it; mend what stands below and deploy a new image."
