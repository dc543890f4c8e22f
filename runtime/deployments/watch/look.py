"""One look at a service: gives up a green that does not become healthy, and tells people of what went back. Looking twice does nothing twice."""

from runtime.common.errors import OperationError
from runtime.deployments.stages import Stage
from runtime.deployments.watch.announcing import announced
from runtime.deployments.watch.deadline import given_up
from runtime.deployments.watch.deployments import Deployment, Status
from runtime.deployments.watch.scene import Scene


def look(scene: Scene) -> list[str]:
    """What was done, as sentences. Every deployment has its turn; then the first OperationError that came up is raised."""
    done: list[str] = []
    errors: list[OperationError] = []
    for deployment in scene.deployments.recent(scene.clock.now()):
        try:
            done += _looked_at(scene, deployment)
        except OperationError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return done


def _looked_at(scene: Scene, deployment: Deployment) -> list[str]:
    if deployment.status is not Status.IN_PROGRESS:
        return announced(scene, deployment)
    return given_up(scene, deployment) if deployment.stage == Stage.SCALE_UP else []
