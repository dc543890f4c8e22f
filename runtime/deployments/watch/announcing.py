"""Tells people of a rollback: once when it begins, once when it is over, and loudly when it fails."""

from runtime.deployments.verdict import Verdict
from runtime.deployments.watch.deployments import Deployment, Status
from runtime.deployments.watch.evidence import stopping_verdict
from runtime.deployments.watch.scene import Scene
from runtime.deployments.watch.words import findings, headline, summary

ENDED = frozenset({Status.ROLLBACK_SUCCESSFUL, Status.ROLLBACK_FAILED})
# What is kept of it has the status for its stage; a rollback that was asked for and one under way are the same news.
BEGUN = Status.ROLLBACK_IN_PROGRESS


def announced(scene: Scene, deployment: Deployment) -> list[str]:
    """Publish this news unless it was before. What was done, as sentences. Raises OperationError."""
    stage = deployment.status if deployment.status in ENDED else BEGUN
    if scene.recorded(deployment, stage) is not None:
        return []
    begun = scene.recorded(deployment, BEGUN)
    verdict, evidence = _verdict(scene, deployment, stage)
    if verdict.blames_image and begun is None:
        scene.records.mark_failed(verdict)
    settings = scene.settings
    title = headline(deployment, settings.service, settings.environment)
    # Told first and noted then: a process that dies in between tells people twice, and never nothing.
    scene.notices.say(_topic(scene, deployment, begun), title, f"{title}\n\n{verdict.text()}\n{evidence}")
    scene.records.put(verdict)
    return [f"announced {deployment.arn}: {deployment.status}"]


def _verdict(scene: Scene, deployment: Deployment, stage: Status) -> tuple[Verdict, str]:
    """What is to be said, and where the verdict that stopped the deployment lies."""
    service = scene.settings.service
    cause = stopping_verdict(scene.records, service, deployment)
    digest = (cause.image_digest if cause else None) or scene.digest(deployment)
    said = scene.stopped(
        deployment, stage, digest, summary(deployment, service, digest, cause), findings(deployment, cause)
    )
    # Where a hook has stopped it, the hook knows whose fault it was; an alarm that went off accuses the release.
    blames_image = cause.blames_image if cause else bool(deployment.alarms)
    folder = f"s3://{scene.records.bucket}/{scene.records.prefix}{service}/{deployment.revision}/"
    return said.model_copy(update={"blames_image": blames_image}), f"Every verdict of it: {folder}"


def _topic(scene: Scene, deployment: Deployment, begun: Verdict | None) -> str:
    if deployment.status is Status.ROLLBACK_FAILED:
        return scene.settings.critical_topic_arn
    # Who was told that it began needs no second warning when it ends well.
    told = deployment.status is Status.ROLLBACK_SUCCESSFUL and begun is not None
    return scene.settings.information_topic_arn if told else scene.settings.warning_topic_arn
