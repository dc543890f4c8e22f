"""Whether this image failed before: a second try must be asked for."""

from runtime.deployments.gate.check import Result, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.verdict import Level

CHECK = "earlier failure"


def check(scene: Scene) -> Result:
    """Look for the mark that a deployment of this digest left when it failed by the image's own fault."""
    digest, service = scene.state.green.image_digest, scene.hearing.call.service_name
    if digest is None:
        message = f"The image {scene.image} is not named by its digest, so nobody can tell whether it failed before."
        return one(CHECK, Level.WARN, message, "name the image by its digest in `applicationImage`")
    failure = scene.hearing.records.failure(service, digest)
    if failure is None:
        return one(CHECK, Level.OK, "No deployment of this image has failed.")
    message = f"This image failed on {failure.decided:%Y-%m-%d %H:%M} UTC ({failure.title}): {failure.summary}"
    mend = f"deploy another image; to try this one again: `{scene.hearing.records.ask_again(service, digest)}`, then `pulumi up --refresh`"
    return one(CHECK, Level.FAIL, message, mend)
