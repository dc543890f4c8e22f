"""A program that has nothing to do with the project: a parcel tracker, which uses the same types differently."""

import json
import sys
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from rich.console import Console

from sandbox.engine.cli import Interrupts
from sandbox.engine.errors import SandboxError
from sandbox.engine.progress import Progress
from sandbox.engine.run import run
from sandbox.engine.workspace import open_stack
from sandbox.home import Home

HANDLER = """
import json, os

def handle(event, context):
    if event.get("fail"):
        raise ValueError("the parcel is lost")
    return {"seen": event, "depot": os.environ["DEPOT"], "left": context.get_remaining_time_in_millis() > 0}
"""


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def network(config: pulumi.Config) -> tuple[list[aws.ec2.Subnet], aws.ec2.SecurityGroup]:
    vpc = aws.ec2.Vpc("depot", cidr_block="172.20.0.0/20", enable_dns_hostnames=False)
    subnets = [
        aws.ec2.Subnet(
            f"depot-{zone}", vpc_id=vpc.id, cidr_block=f"172.20.{index}.0/24", availability_zone=f"us-east-1{zone}"
        )
        for index, zone in enumerate("bd")
    ]
    group = aws.ec2.SecurityGroup("door", vpc_id=vpc.id, tags={"Owner": "parcels"})
    aws.vpc.SecurityGroupIngressRule(
        "neighbours", security_group_id=group.id, ip_protocol="-1", referenced_security_group_id=group.id
    )
    aws.vpc.SecurityGroupIngressRule(
        "yard", security_group_id=group.id, ip_protocol="tcp", from_port=8080, to_port=8090, cidr_ipv4="172.20.0.0/20",
        description=config.get("yard") or "the yard",
    )  # fmt: skip
    return subnets, group


def storage(config: pulumi.Config) -> aws.s3.Bucket:
    labels = aws.s3.Bucket("Labels", force_destroy=config.get_bool("disposable") or False)
    aws.s3.BucketVersioning(
        "labels", bucket=labels.bucket, versioning_configuration={"status": config.get("versioning") or "Suspended"}
    )
    aws.s3.BucketLifecycleConfiguration(
        "labels", bucket=labels.id, rules=[{"id": "old", "status": "Enabled", "filter": {}, "expiration": {"days": 9}}]
    )
    return labels


def database(config: pulumi.Config, subnets: list[aws.ec2.Subnet], group: aws.ec2.SecurityGroup) -> aws.rds.Instance:
    password = random.RandomPassword("tracker", length=int(config.get("length") or 20), special=False)
    place = aws.rds.SubnetGroup("tracker", subnet_ids=[subnet.id for subnet in subnets])
    return aws.rds.Instance(
        "tracker", engine="postgres", engine_version="18", instance_class="db.t4g.micro", allocated_storage=20,
        db_name="parcels", username="keeper", password=password.result, port=6432, skip_final_snapshot=True,
        db_subnet_group_name=place.name, vpc_security_group_ids=[group.id], apply_immediately=True,
        backup_retention_period=int(config.get("retention") or 0),
    )  # fmt: skip


def function(config: pulumi.Config) -> aws.lambda_.Function:
    role = aws.iam.Role("sorter", assume_role_policy=trust("lambda.amazonaws.com"))
    return aws.lambda_.Function(
        "sorter", role=role.arn, runtime="python3.13", handler="sorter.handle", timeout=9,
        code=pulumi.AssetArchive({"sorter.py": pulumi.StringAsset(HANDLER)}),
        environment={"variables": {"DEPOT": config.get("depot") or "north"}},
    )  # fmt: skip


def sources(sorter: aws.lambda_.Function) -> tuple[aws.sqs.Queue, aws.sns.Topic, aws.sfn.StateMachine]:
    queue = aws.sqs.Queue("parcels", visibility_timeout_seconds=60)
    aws.lambda_.EventSourceMapping("parcels", event_source_arn=queue.arn, function_name=sorter.arn, batch_size=1)
    topic = aws.sns.Topic("news")
    aws.sns.TopicSubscription("news", topic=topic.arn, protocol="sqs", endpoint=queue.arn)
    runner = aws.iam.Role("runner", assume_role_policy=trust("states.amazonaws.com"))
    step = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload", "End": True}
    caught = {"ErrorEquals": ["States.ALL"], "Next": "Lost"}
    definition = sorter.arn.apply(
        lambda arn: json.dumps({
            "StartAt": "Sort",
            "States": {
                "Sort": {**step, "Parameters": {"FunctionName": arn, "Payload.$": "$"}, "Catch": [caught]},
                "Lost": {"Type": "Pass", "Result": {"lost": True}, "End": True},
            },
        })
    )  # fmt: skip
    machine = aws.sfn.StateMachine("route", role_arn=runner.arn, definition=definition)
    return queue, topic, machine


def program() -> None:
    config = pulumi.Config("parcels")
    subnets, group = network(config)
    labels, instance = storage(config), database(config, subnets, group)
    sorter = function(config)
    queue, topic, machine = sources(sorter)
    aws.cloudwatch.LogGroup("lorry", retention_in_days=3)
    for name, output in {
        "bucket": labels.bucket, "database": instance.endpoint, "identifier": instance.identifier, "function": sorter.name,
        "queue": queue.url, "topic": topic.arn, "machine": machine.arn, "group": group.id, "zone": subnets[0].availability_zone,
    }.items():  # fmt: skip
        pulumi.export(name, output)


def unmapped() -> None:
    """The program with a type that has no mapping."""
    program()
    aws.ec2.KeyPair("keys", public_key="ssh-ed25519 AAAA")


def refused() -> None:
    """The program with a function that AWS would refuse for three reasons."""
    program()
    code = pulumi.AssetArchive({"a.py": pulumi.StringAsset("b = print")})
    aws.lambda_.Function("odd", role="no role", runtime="cobol85", handler="a.b", timeout=901, code=code)


VARIANTS = {"program": program, "unmapped": unmapped, "refused": refused}


def main(operation: str, home: str, source: str, variant: str) -> int:
    """One engine run in a process of its own, as the sandbox's commands are; the last line counts what happened."""
    console = Console(width=160, emoji=False)
    interrupts, progress = Interrupts(console.print), Progress(operation)
    workspace = open_stack(Home(Path(home)), "dev", interrupts, program=VARIANTS[variant], source=Path(source))
    try:
        with interrupts:
            run(console, workspace, interrupts, progress, getattr(workspace.stack, operation))
    except SandboxError:
        return 1
    print(json.dumps({"counts": progress.planned, "outputs": workspace.state.outputs}))  # noqa: T201 - the caller reads it
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
