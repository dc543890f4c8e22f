"""The end of a green that does not become healthy: SCALE_UP takes no hook, and ECS itself would wait for a day."""

from datetime import datetime, timedelta

from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Finding, Level, Verdict
from runtime.deployments.watch.deployments import Deployment
from runtime.deployments.watch.scene import Scene

HEALTH = "health of green"


def given_up(scene: Scene, deployment: Deployment) -> list[str]:
    """Roll the deployment back when green has had its time to become healthy. What was done, as sentences. Raises OperationError."""
    waited = scene.clock.now() - _scaling_since(scene, deployment)
    if waited < scene.settings.scale_up_deadline:
        return []
    # Kept before it is done: should this process die in between, the rollback is announced with its reason all the same.
    scene.records.put(_verdict(scene, deployment, waited))
    scene.deployments.roll_back(deployment.arn)
    return [f"rolled back {deployment.arn}: green not healthy after {_minutes(waited)} minutes"]


def _scaling_since(scene: Scene, deployment: Deployment) -> datetime:
    """Since when green's tasks start: since the gate let them, or where it left no record since the deployment began."""
    gate = scene.recorded(deployment, Stage.PRE_SCALE_UP)
    return gate.decided if gate is not None and gate.final else deployment.started


def _verdict(scene: Scene, deployment: Deployment, waited: timedelta) -> Verdict:
    settings = scene.settings
    mend = (
        f"aws ecs describe-services --cluster {settings.cluster} --services {settings.service} "
        "--query 'services[0].events[:10]' says what its tasks died of or wait for; then docs/runbooks/unhealthy-targets.md"
    )
    message = f"not healthy after {_minutes(waited)} minutes of {settings.scale_up_minutes} (SCALE_UP_MINUTES)"
    left = "There is no release before it: nothing serves." if deployment.first else "Blue has kept all traffic."
    summary = (
        f"Green did not become healthy within {settings.scale_up_minutes} minutes, so its deployment goes back. "
        f"Nobody has reached it. {left}"
    )
    finding = Finding(check=HEALTH, outcome=Level.FAIL, message=message, mend=mend)
    verdict = scene.stopped(deployment, Stage.SCALE_UP, scene.digest(deployment), summary, (finding,))
    return verdict.model_copy(update={"blames_image": True})


def _minutes(waited: timedelta) -> int:
    return int(waited.total_seconds() // 60)
