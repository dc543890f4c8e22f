"""The three stacks as they really come up: each by the engine into an account of its own, which is then looked at from outside."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.cloud import control
from sandbox.home import PROJECT
from tests.integration.conftest import Sandbox
from tests.integration.deployed import Deployed
from tests.integration.planted import files, found

STACKS = ("production", "staging", "development")
ANYWHERE = {"0.0.0.0/0", "::/0"}
DRAIN_SECONDS = "30"


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Each stack in turn; all tests of one run before the next comes up."""
    name = str(request.param)
    sandbox = Sandbox(tmp_path_factory.mktemp(name) / "home")
    try:
        yield Deployed(sandbox, name, sandbox.must("up", "--stack", name))
    finally:
        sandbox.end()


def test_everything_is_created_and_only_created(stack: Deployed) -> None:
    assert set(stack.up.counts) == {"created"}
    assert stack.up.counts["created"] > 200


def test_databases_are_encrypted_private_backed_up_and_as_available_as_the_settings_say(stack: Deployed) -> None:
    assert stack.databases.keys() == ({"primary", "replica"} if stack.on("databaseReplica") else {"primary"})
    for one in stack.databases.values():
        assert one["StorageEncrypted"]
        assert not one["PubliclyAccessible"], "a replica as much as the primary"
        assert one["EngineVersion"].startswith("18")
        assert one["DeletionProtection"] is not stack.disposable
        assert one["IAMDatabaseAuthenticationEnabled"]
        assert "postgresql" in one["EnabledCloudwatchLogsExports"]
        assert one["CopyTagsToSnapshot"]
    primary = stack.databases["primary"]
    assert primary["MultiAZ"] is stack.on("databaseMultiAz")
    assert primary["BackupRetentionPeriod"] == int(stack.setting("databaseBackupRetention").removesuffix("d"))


def test_the_database_refuses_plain_connections(stack: Deployed) -> None:
    groups = {one["DBParameterGroups"][0]["DBParameterGroupName"] for one in stack.databases.values()}
    for group in groups:
        parameters = stack.listed("rds", "describe_db_parameters", "Parameters", DBParameterGroupName=group)
        values = {parameter["ParameterName"]: parameter.get("ParameterValue") for parameter in parameters}
        assert values["rds.force_ssl"] == "1"


def test_there_is_no_plain_http_but_the_redirect_and_tls_is_modern(stack: Deployed) -> None:
    assert {80, 443} <= stack.listeners.keys()
    (action,) = stack.listeners[80]["DefaultActions"]
    assert (action["Type"], action["RedirectConfig"]["Protocol"]) == ("redirect", "HTTPS")
    for port, listener in stack.listeners.items():
        if port != 80:
            assert listener["Protocol"] == "HTTPS"
            assert listener["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")
            assert listener["Certificates"]


def test_the_load_balancer_drops_bad_headers_and_defends_itself(stack: Deployed) -> None:
    api = stack.sandbox.client("elbv2")
    arn = stack.balancer["LoadBalancerArn"]
    found = {a["Key"]: a["Value"] for a in api.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]}
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["deletion_protection.enabled"] == ("false" if stack.disposable else "true")


def test_two_equal_target_groups_ask_for_readiness_and_drain_half_a_minute(stack: Deployed) -> None:
    api = stack.sandbox.client("elbv2")
    groups = stack.listed("elbv2", "describe_target_groups", "TargetGroups")
    assert len(groups) == 2
    assert {group["HealthCheckPath"] for group in groups} == {"/ready"}, "what dependencies do must not drain a target"
    for group in groups:
        attributes = api.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
        assert {"Key": "deregistration_delay.timeout_seconds", "Value": DRAIN_SECONDS} in attributes


def test_tasks_are_private_and_their_containers_cannot_write_where_they_run(stack: Deployed) -> None:
    placed = stack.service["networkConfiguration"]["awsvpcConfiguration"]
    assert placed.get("assignPublicIp", "DISABLED") == "DISABLED"
    assert set(placed["subnets"]) == set(stack.outputs["privateSubnetIds"])
    assert stack.task["requiresCompatibilities"] == ["FARGATE"]
    for container in stack.task["containerDefinitions"]:
        assert container["readonlyRootFilesystem"], container["name"]
        assert container.get("user", "0").split(":")[0] not in {"", "0", "root"}, container["name"]
        assert container["logConfiguration"]["logDriver"] == "awslogs"
        assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"]), "an image by its digest"


def test_a_task_gets_secrets_by_reference_and_none_in_clear(stack: Deployed) -> None:
    (application,) = [c for c in stack.task["containerDefinitions"] if c["name"] == "app"]
    references = {secret["name"]: secret["valueFrom"] for secret in application["secrets"]}
    assert "OPENAI_API_KEY" in references
    assert all(":secretsmanager:" in reference for reference in references.values())
    assert not references.keys() & {variable["name"] for variable in application["environment"]}
    assert found(stack.secrets(), {"the task definition": json.dumps(stack.task, default=str)}) == []


def test_uploads_are_encrypted_at_rest_and_on_their_way(stack: Deployed) -> None:
    (system,) = stack.listed("efs", "describe_file_systems", "FileSystems")
    assert system["Encrypted"]
    (volume,) = [v for v in stack.task["volumes"] if v.get("efsVolumeConfiguration")]
    assert volume["efsVolumeConfiguration"]["transitEncryption"] == "ENABLED"
    mounts = stack.listed("efs", "describe_mount_targets", "MountTargets", FileSystemId=system["FileSystemId"])
    assert len(mounts) == 3, "one in each zone"


def test_every_bucket_is_private_encrypted_versioned_and_refuses_plain_http(stack: Deployed) -> None:
    s3 = stack.sandbox.client("s3")
    assert len(stack.buckets) >= 4
    for bucket in stack.buckets:
        (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"aws:kms", "AES256"}
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
        assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        denied = [s for s in statements if s["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(s)]
        assert denied, bucket
        assert not [s for s in statements if s["Effect"] == "Allow" and s.get("Principal") == "*"], bucket


def test_every_key_of_the_stack_rotates(stack: Deployed) -> None:
    kms = stack.sandbox.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in stack.listed("kms", "list_keys", "Keys")]
    customers = [key["KeyId"] for key in keys if key["KeyManager"] == "CUSTOMER"]
    assert len(customers) >= 6
    assert all(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] for key in customers)


def test_every_secret_is_under_a_key_of_the_stack(stack: Deployed) -> None:
    found_ = stack.listed("secretsmanager", "list_secrets", "SecretList")
    assert len(found_) >= 5
    assert all(":key/" in secret.get("KmsKeyId", "") for secret in found_)


def test_every_alarm_tells_somebody_and_has_a_runbook_that_exists(stack: Deployed) -> None:
    assert len(stack.alarms) > 20
    for alarm in stack.alarms:
        if alarm["AlarmName"].startswith("TargetTracking"):
            continue
        assert alarm["AlarmActions"], alarm["AlarmName"]
        (runbook,) = re.findall(r"docs/runbooks/[a-z0-9-]+\.md", alarm["AlarmDescription"])
        assert (PROJECT / runbook).is_file(), alarm["AlarmName"]


def test_every_log_group_ends_and_is_encrypted(stack: Deployed) -> None:
    groups = stack.listed("logs", "describe_log_groups", "logGroups")
    assert len(groups) >= 5
    days = int(stack.setting("logRetention").removesuffix("d"))
    assert {group["logGroupName"]: group.get("retentionInDays") for group in groups} == {
        group["logGroupName"]: days for group in groups
    }
    assert [group["logGroupName"] for group in groups if not group.get("kmsKeyId")] == []


def test_the_internet_reaches_two_ports_of_the_load_balancer_and_nothing_else(stack: Deployed) -> None:
    vpc = [{"Name": "vpc-id", "Values": [stack.outputs["vpcId"]]}]
    groups = stack.listed("ec2", "describe_security_groups", "SecurityGroups", Filters=vpc)
    open_ = {
        (group["GroupId"], permission.get("FromPort"), permission.get("ToPort"))
        for group in groups
        for permission in group["IpPermissions"]
        if ANYWHERE & _ranges(permission)
    }
    assert {ports[1:] for ports in open_} == {(80, 80), (443, 443)}
    assert {group for group, _, _ in open_} <= set(stack.balancer["SecurityGroups"])
    (default,) = [group for group in groups if group["GroupName"] == "default"]
    assert (default["IpPermissions"], default["IpPermissionsEgress"]) == ([], [])


def _ranges(permission: dict[str, Any]) -> set[str]:
    return {r["CidrIp"] for r in permission.get("IpRanges", [])} | {
        r["CidrIpv6"] for r in permission.get("Ipv6Ranges", [])
    }


def test_nat_gateways_are_as_many_as_the_settings_say(stack: Deployed) -> None:
    gateways = stack.listed("ec2", "describe_nat_gateways", "NatGateways")
    assert len(gateways) == (3 if stack.setting("natGateways") == "per-zone" else 1)


def test_the_service_scales_between_its_limits(stack: Deployed) -> None:
    (target,) = stack.listed(
        "application-autoscaling", "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs"
    )
    assert target["ScalableDimension"] == "ecs:service:DesiredCount"
    assert target["MinCapacity"] <= int(stack.setting("applicationTasks")) <= target["MaxCapacity"]


def test_functions_hold_no_secret_and_their_failures_are_kept(stack: Deployed) -> None:
    assert len(stack.functions) >= 2
    for function in stack.functions:
        assert function["VpcConfig"]["SubnetIds"], function["FunctionName"]
        assert function["TracingConfig"]["Mode"] == "Active", function["FunctionName"]
    assert found(stack.secrets(), {"the functions": json.dumps(stack.functions, default=str)}) == []


def test_outputs_hold_the_contracts_version_and_no_secret(stack: Deployed) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", stack.outputs["contractVersion"])
    assert None not in stack.outputs.values(), "None stands for a secret"


def test_a_second_up_changes_nothing(stack: Deployed) -> None:
    assert set(stack.sandbox.must("up", "--stack", stack.name).counts) == {"unchanged"}


def test_a_refresh_finds_nothing(stack: Deployed) -> None:
    answer = stack.sandbox.must("refresh", "--stack", stack.name)
    assert "behind Pulumi's back" not in answer.text, answer.text


def test_no_secret_stands_in_the_state_in_a_log_or_in_what_was_printed(stack: Deployed) -> None:
    secrets = stack.secrets()
    assert len(secrets) >= 4
    printed = {"the first up": stack.up.text, "a preview": stack.sandbox.must("preview", "--stack", stack.name).text}
    assert found(secrets, {**printed, **files(stack.sandbox.home.root), **stack.logs()}) == []


def test_down_removes_what_is_disposable_and_refuses_what_is_not(stack: Deployed) -> None:
    """The last test of a stack: afterwards it is gone or forgotten."""
    before = len(stack.sandbox.state(stack.name).live)
    answer = stack.sandbox.run("down")
    if stack.disposable:
        assert answer.code == 0, answer.text
        assert "The account is empty" in answer.text
        return
    assert answer.code != 0
    assert "protect" in answer.text
    assert "reset --force" in answer.text or "ARGS=--force" in answer.text, "how the sandbox forgets it all the same"
    assert len(stack.sandbox.state(stack.name).live) == before, "a refused down removes nothing"
    assert f"forgot the stack {stack.name}" in stack.sandbox.must("reset", "--force").text
    assert control.status(stack.sandbox.home).state == "never started"
