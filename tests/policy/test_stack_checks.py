"""Checks that look at resources together: what a bare fixture cannot say about them."""

from typing import Any

import pytest

from policy import bucket_keeping, buckets, files, functions, images, messaging, networks
from policy.model import UNKNOWN, Finding, Resource

DENY = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "%s", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}'


def resource(kind: str, called: str = "it", environment: str = "production", /, **properties: Any) -> Resource:
    return Resource(f"aws:{kind}", called, f"urn:{called}", properties, environment=environment)


def made_from(kind: str, through: str, of: str, **properties: Any) -> Resource:
    """A resource beside another, whose id a preview does not know yet."""
    return Resource(
        f"aws:{kind}", "setting", "urn:setting", {through: UNKNOWN, **properties}, {through: (f"urn:{of}",)}
    )


def ids(findings: Any) -> list[str]:
    return [finding.control.id for finding in findings if isinstance(finding, Finding)]


NETWORK = resource("ec2/vpc:Vpc", "network", "development")
DEFAULT = made_from("ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", "network")
BUCKET = resource("s3/bucket:Bucket", "logs")


@pytest.mark.parametrize(("traffic", "expected"), [("ALL", []), ("REJECT", []), (UNKNOWN, []), ("ACCEPT", ["EC2.6"])])
def test_a_flow_log_records_at_least_what_was_rejected(traffic: Any, expected: list[str]) -> None:
    log = made_from("ec2/flowLog:FlowLog", "vpcId", "network", trafficType=traffic)
    assert ids(networks.check_networks([NETWORK, DEFAULT, log])) == expected


def test_the_settings_of_another_network_do_not_count() -> None:
    log = made_from("ec2/flowLog:FlowLog", "vpcId", "elsewhere", trafficType="ALL")
    group = made_from("ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", "elsewhere")
    assert ids(networks.check_networks([NETWORK, log, group])) == ["EC2.2", "EC2.6"]


@pytest.mark.parametrize("way", ["ingress", "egress"])
def test_the_default_group_lets_nothing_in_and_nothing_out(way: str) -> None:
    group = made_from(
        "ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", "network", **{way: [{"protocol": "-1"}]}
    )
    log = made_from("ec2/flowLog:FlowLog", "vpcId", "network", trafficType="ALL")
    assert ids(networks.check_networks([NETWORK, group, log])) == ["EC2.2"]


@pytest.mark.parametrize(
    "taker",
    [
        made_from("s3/bucketLogging:BucketLogging", "targetBucket", "logs"),
        made_from("lb/loadBalancer:LoadBalancer", "accessLogs", "logs"),
    ],
)
def test_a_bucket_that_takes_access_logs_needs_neither_a_kms_key_nor_a_log_of_its_own(taker: Resource) -> None:
    assert "S3.17" not in ids(buckets.check([BUCKET, taker]))
    assert "S3.9" not in ids(bucket_keeping.check([BUCKET, taker]))
    assert {"S3.8", "S3.5"} <= set(ids(buckets.check([BUCKET, taker])))


@pytest.mark.parametrize(("status", "expected"), [("Enabled", []), (UNKNOWN, []), ("Suspended", ["S3.14"])])
def test_versions_are_kept_only_while_versioning_is_on(status: Any, expected: list[str]) -> None:
    configuration = {"versioningConfiguration": {"status": status}}
    versioning = made_from("s3/bucketVersioning:BucketVersioning", "bucket", "logs", **configuration)
    found = ids(bucket_keeping.check([BUCKET, versioning]))
    assert [control for control in found if control == "S3.14"] == expected


def test_an_access_control_list_of_its_own_opens_a_bucket_as_well() -> None:
    assert "S3.12" in ids(bucket_keeping.check([BUCKET, made_from("s3/bucketAcl:BucketAcl", "bucket", "logs")]))


def test_a_function_may_log_under_lambdas_own_name_where_the_group_is_declared() -> None:
    group = resource("cloudwatch/logGroup:LogGroup", "group", name="/aws/lambda/backup")
    assert ids(functions.check_logs([group, resource("lambda/function:Function", name="f")])) == ["House.own-log-group"]
    assert ids(functions.check_logs([group, resource("lambda/function:Function", name="backup")])) == []


def test_a_functions_log_group_is_found_by_what_it_was_made_from() -> None:
    group = resource("cloudwatch/logGroup:LogGroup", "group")
    function = made_from("lambda/function:Function", "loggingConfig", "group", loggingConfig={"logGroup": UNKNOWN})
    assert ids(functions.check_logs([group, function])) == []


def test_a_queue_is_closed_to_plain_http_by_its_policy_or_by_one_beside_it() -> None:
    queue = resource("sqs/queue:Queue", "queue")
    beside = made_from("sqs/queuePolicy:QueuePolicy", "queueUrl", "queue", policy=DENY % "sqs:*")
    assert ids(messaging.check_transport([queue, beside])) == []
    assert ids(messaging.check_transport([resource("sqs/queue:Queue", policy=DENY % "sqs:*")])) == []
    assert ids(messaging.check_transport([resource("sqs/queue:Queue", policy=UNKNOWN)])) == []
    assert ids(messaging.check_transport([queue])) == ["House.messages-tls-only"]


@pytest.mark.parametrize("action", ["sqs:ReceiveMessage", "sns:GetTopicAttributes"])
def test_a_denial_of_something_else_does_not_close_it(action: str) -> None:
    assert ids(messaging.check_transport([resource("sns/topic:Topic", policy=DENY % action)])) != []


def test_a_repository_keeps_every_image_unless_a_policy_names_it() -> None:
    repository = resource("ecr/repository:Repository", "images", name="images")
    of_another = resource("ecr/lifecyclePolicy:LifecyclePolicy", "policy", repository="others")
    assert ids(images.check_lifecycles([repository, of_another])) == ["ECR.3"]


def test_a_disposable_file_system_needs_no_backup() -> None:
    assert ids(files.check_backups([resource("efs/fileSystem:FileSystem", "it", "development")])) == []
    assert ids(files.check_backups([resource("efs/fileSystem:FileSystem")])) == ["EFS.7"]
