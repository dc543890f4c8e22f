"""What moto takes and forgets: members of requests that AWS answers on describe, kept on moto's own objects.

moto writes its answers from its objects' attributes, by the names of AWS's service model. So a member that is forgotten is
restored by setting the attribute, at creation and at every later change, whoever makes it: drift stays visible.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.responses import ELBV2Response
from moto.rds.responses import RDSResponse

from sandbox.cloud.patching import replace
from sandbox.home import Home


@dataclass(frozen=True)
class Kept:
    """Members of one resource type: the operations that set them, and where the answer of those has the resource.

    `members` maps a member of the request to the member of the answer, where they differ; `defaults` are AWS's own, by the
    member of the answer, for what a creation leaves out.
    """

    responses: type
    creations: tuple[str, ...]
    changes: tuple[str, ...]
    resource: str
    members: Mapping[str, str]
    defaults: Mapping[str, Any] = field(default_factory=dict)


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


TABLE = (
    Kept(
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
        EC2ContainerServiceResponse,
        creations=("create_service",),
        changes=("update_service",),
        resource="service",
        members=_same(
            "availabilityZoneRebalancing",
            "capacityProviderStrategy",
            "deploymentConfiguration",
            "enableECSManagedTags",
            "enableExecuteCommand",
            "healthCheckGracePeriodSeconds",
            "placementConstraints",
            "placementStrategy",
            "serviceConnectConfiguration",
            "volumeConfigurations",
        ),
        defaults={"enableECSManagedTags": False, "enableExecuteCommand": False},
    ),
    Kept(
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
        EC2ContainerServiceResponse,
        creations=("register_task_definition",),
        changes=(),
        resource="taskDefinition",
        members=_same("enableFaultInjection"),
    ),
    Kept(
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Listener.html
        ELBV2Response,
        creations=("create_listener",),
        changes=("modify_listener",),
        resource="Listeners",
        members=_same("MutualAuthentication"),
    ),
    Kept(
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
        RDSResponse,
        creations=("create_db_instance", "create_db_instance_read_replica"),
        changes=("modify_db_instance",),
        resource="DBInstance",
        members={
            **_same(
                "DatabaseInsightsMode",
                "DedicatedLogVolume",
                "EngineLifecycleSupport",
                "PerformanceInsightsKMSKeyId",
                "PerformanceInsightsRetentionPeriod",
            ),
            "EnablePerformanceInsights": "PerformanceInsightsEnabled",
        },
        defaults={
            "DatabaseInsightsMode": "standard",
            "DedicatedLogVolume": False,
            "EngineLifecycleSupport": "open-source-rds-extended-support",
            "PerformanceInsightsEnabled": False,
        },
    ),
)


def install(home: Home) -> None:
    """Keep what the table names."""
    del home
    for row in TABLE:
        for operation in (*row.creations, *row.changes):
            _keep(row, operation)


def _keep(row: Kept, operation: str) -> None:
    def keeping(self: Any) -> Any:
        # Read first: moto takes its parameters apart while it works.
        declared = {answer: self._get_param(member) for member, answer in row.members.items()}
        answer = original(self)
        resource = answer.result[row.resource]
        resource = resource[0] if isinstance(resource, list) else resource
        defaults = row.defaults if operation in row.creations else {}
        for name in row.members.values():
            value = declared[name] if declared[name] is not None else defaults.get(name)
            if value is not None:
                setattr(resource, xform_name(name), value)
        return answer

    original = replace(row.responses, operation, keeping)
