"""Every IAM document that a recorded program registers, with ARNs as AWS writes them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.infra.iam.linting import Kind
from tests.infra.recording import ACCOUNT, REGION, Recording

# Where documents stand: by type, the properties and what kind of document it is.
PLACES = {
    "aws:iam/role:Role": {"assumeRolePolicy": Kind.TRUST},
    "aws:iam/rolePolicy:RolePolicy": {"policy": Kind.IDENTITY},
    "aws:iam/policy:Policy": {"policy": Kind.IDENTITY},
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {},  # no IAM document, although its property is called policy
}
# The recording makes every ARN of its type's name; this is what AWS makes of it. {name} is the resource's.
_PLACE = f"{REGION}:{ACCOUNT}"
REAL = {
    "accesspoint": f"arn:aws:elasticfilesystem:{_PLACE}:access-point/{{name}}",
    "bucket": "arn:aws:s3:::{name}",
    "cluster": f"arn:aws:ecs:{_PLACE}:cluster/{{name}}",
    "eventrule": f"arn:aws:events:{_PLACE}:rule/{{name}}",
    "filesystem": f"arn:aws:elasticfilesystem:{_PLACE}:file-system/{{name}}",
    "function": f"arn:aws:lambda:{_PLACE}:function:{{name}}",
    "instance": f"arn:aws:rds:{_PLACE}:db:{{name}}",
    "key": f"arn:aws:kms:{_PLACE}:key/{{name}}",
    "listener": f"arn:aws:elasticloadbalancing:{_PLACE}:listener/app/{{name}}/a/b",
    "listenerrule": f"arn:aws:elasticloadbalancing:{_PLACE}:listener-rule/app/{{name}}/a/b/c",
    "loadbalancer": f"arn:aws:elasticloadbalancing:{_PLACE}:loadbalancer/app/{{name}}/a",
    "loggroup": f"arn:aws:logs:{_PLACE}:log-group:{{name}}",
    "parameter": f"arn:aws:ssm:{_PLACE}:parameter/{{name}}",
    "queue": f"arn:aws:sqs:{_PLACE}:{{name}}",
    "replicakey": f"arn:aws:kms:{_PLACE}:key/{{name}}",
    "repository": f"arn:aws:ecr:{_PLACE}:repository/{{name}}",
    "role": f"arn:aws:iam::{ACCOUNT}:role/{{name}}",
    "secret": f"arn:aws:secretsmanager:{_PLACE}:secret:{{name}}-AbCdEf",
    "service": f"arn:aws:ecs:{_PLACE}:service/cluster/{{name}}",
    "statemachine": f"arn:aws:states:{_PLACE}:stateMachine:{{name}}",
    "targetgroup": f"arn:aws:elasticloadbalancing:{_PLACE}:targetgroup/{{name}}/a",
    "topic": f"arn:aws:sns:{_PLACE}:{{name}}",
    "workspace": f"arn:aws:aps:{_PLACE}:workspace/{{name}}",
}
_RECORDED = re.compile(rf'arn:aws:([a-z]+):{REGION}:{ACCOUNT}:(jobr-[^"*/:]*)')


@dataclass(frozen=True)
class Registered:
    """A document, what it is, and whose: the resource's name and the property."""

    owner: str
    kind: Kind
    text: str


def documents(recording: Recording) -> Iterator[Registered]:
    """All of them; a resource's own `policy` counts wherever its type is not listed."""
    for resource in recording.resources:
        places = PLACES.get(resource.type, {"policy": Kind.RESOURCE, "fileSystemPolicy": Kind.RESOURCE})
        for name, kind in places.items():
            text = resource.inputs.get(name)
            if isinstance(text, str) and '"Statement"' in text:
                yield Registered(f"{resource.name}.{name}", kind, real(text))


def state_machines(recording: Recording) -> Iterator[dict[str, object]]:
    """The definitions of state machines."""
    for resource in recording.all("aws:sfn/stateMachine:StateMachine"):
        yield json.loads(resource.inputs["definition"])


def real(text: str) -> str:
    """The text with every recorded ARN as AWS would write it."""

    def written(found: re.Match[str]) -> str:
        kind, name = found.groups()
        # An ARN that is AWS's own already begins with a service of REAL's values.
        return REAL[kind].format(name=name) if kind in REAL else found[0]

    return _RECORDED.sub(written, text)
