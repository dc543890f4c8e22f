"""Application Auto Scaling keeps the tags of scalable targets, and a changed policy takes its old alarms with it.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html (Tags, and the tagging operations)
and API_PutScalingPolicy.html: an update removes the alarms that the policy no longer needs. Moto has no tags there, leaves
the alarms of the policy that it replaces, and calls what is not there to be deleted a ValidationException, which AWS calls an
ObjectNotFoundException (API_DeregisterScalableTarget.html, API_DeleteScalingPolicy.html).
"""

import json
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeApplicationAutoscalingPolicy
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError
from moto.utilities.tagging_service import TaggingService

from sandbox.cloud.patching import add, replace
from sandbox.home import Home


class ObjectNotFoundError(JsonRESTError):
    """What is to be deleted is not there."""

    def __init__(self, message: str) -> None:
        super().__init__("ObjectNotFoundException", message)


def install(home: Home) -> None:
    """Keep tags by ARN in the backend, and delete the alarms of what is put again."""
    del home
    register = replace(ApplicationAutoScalingResponse, "register_scalable_target", _registering)
    put = replace(ApplicationAutoscalingBackend, "put_scaling_policy", _putting)
    _ORIGINALS.update(register=register, put=put)
    for name in ("deregister_scalable_target", "delete_scaling_policy"):
        _deleting(name)
    for operation in (tag_resource, untag_resource, list_tags_for_resource):
        add(ApplicationAutoScalingResponse, operation.__name__, operation)


_ORIGINALS: dict[str, Any] = {}


def _tags(response: Any) -> TaggingService:
    backend = response.applicationautoscaling_backend
    if not hasattr(backend, "tagger"):
        backend.tagger = TaggingService()
    tagger: TaggingService = backend.tagger
    return tagger


def _registering(self: Any) -> str:
    answer: str = _ORIGINALS["register"](self)
    _keep(self, json.loads(answer).get("ScalableTargetARN") or _arn(self), json.loads(self.body).get("Tags") or {})
    return answer


def _arn(response: Any) -> str:
    wanted = json.loads(response.body)
    backend = response.applicationautoscaling_backend
    return str(backend.targets[wanted["ScalableDimension"]][wanted["ResourceId"]].arn)


def _keep(response: Any, arn: str, tags: dict[str, str]) -> None:
    _tags(response).tag_resource(arn, TaggingService.convert_dict_to_tags_input(tags))


def _putting(self: ApplicationAutoscalingBackend, *args: Any, **named: Any) -> FakeApplicationAutoscalingPolicy:
    key = FakeApplicationAutoscalingPolicy.formulate_key(
        named["service_namespace"], named["resource_id"], named["scalable_dimension"], named["policy_name"]
    )
    if key in self.policies:
        self.policies[key].delete_alarms(self.account_id, self.region_name)
    made: FakeApplicationAutoscalingPolicy = _ORIGINALS["put"](self, *args, **named)
    return made


def _deleting(name: str) -> None:
    def delete(self: ApplicationAutoscalingBackend, *args: Any, **named: Any) -> None:
        try:
            original(self, *args, **named)
        except AWSValidationException as error:
            raise ObjectNotFoundError(str(error.message)) from error

    original = replace(ApplicationAutoscalingBackend, name, delete)


def tag_resource(self: Any) -> str:
    """TagResource."""
    params = json.loads(self.body)
    _keep(self, params["ResourceARN"], params["Tags"])
    return "{}"


def untag_resource(self: Any) -> str:
    """UntagResource."""
    params = json.loads(self.body)
    _tags(self).untag_resource_using_names(params["ResourceARN"], params["TagKeys"])
    return "{}"


def list_tags_for_resource(self: Any) -> str:
    """ListTagsForResource."""
    return json.dumps({"Tags": _tags(self).get_tag_dict_for_resource(json.loads(self.body)["ResourceARN"])})
