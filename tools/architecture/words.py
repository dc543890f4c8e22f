"""How resources are told in a line: the facts that a person asks for first."""

from collections.abc import Callable, Iterator, Sequence

from tools.declared import Declared

Describe = Callable[[Sequence[Declared]], str]


def describe(resources: Sequence[Declared]) -> Iterator[str]:
    """A line for each kind of resource that there are words for, in the order of the words."""
    for type_, words in WORDS.items():
        of_type = [resource for resource in resources if resource.type == type_]
        if of_type:
            yield words(of_type)


def _databases(found: Sequence[Declared]) -> str:
    classes = " + ".join(
        f"{r.inputs.get('instanceClass')}{' replica' if r.inputs.get('replicateSourceDb') else ''}{' Multi-AZ' if r.inputs.get('multiAz') else ''}"
        for r in found
    )
    return f"PostgreSQL · {classes}"


def _service(found: Sequence[Declared]) -> str:
    tasks = found[0].inputs.get("desiredCount", 1)
    return f"Fargate service · from {tasks:g} task{'' if tasks == 1 else 's'}"


def _functions(found: Sequence[Declared]) -> str:
    return f"{len(found)} function{'s' if len(found) > 1 else ''} (Lambda)"


def _mounts(found: Sequence[Declared]) -> str:
    return f"EFS · {len(found)} zones"


def _endpoints(found: Sequence[Declared]) -> str:
    return f"{len(found)} interface endpoints"


def _bucket(found: Sequence[Declared]) -> str:
    region = found[0].inputs.get("region")
    lock = ", Object Lock" if found[0].inputs.get("objectLockEnabled") else ""
    return f"S3{f' in {region}' if region else ''}{lock}"


WORDS: dict[str, Describe] = {
    "aws:lb/loadBalancer:LoadBalancer": lambda _: "Application Load Balancer",
    "aws:ecs/service:Service": _service,
    "aws:rds/instance:Instance": _databases,
    "aws:rds/proxy:Proxy": lambda _: "RDS Proxy",
    "aws:lambda/function:Function": _functions,
    "aws:efs/mountTarget:MountTarget": _mounts,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoints,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:amp/workspace:Workspace": lambda _: "Amazon Managed Prometheus",
}
