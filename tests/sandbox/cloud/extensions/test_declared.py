"""What is declared is described, and what somebody changes is described, too."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.cloud.support import Functions

Aws = Callable[[str], Any]
FILE_SYSTEM = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef"


@pytest.fixture
def name() -> str:
    return f"n-{uuid4().hex[:8]}"


@pytest.fixture
def subnets(aws: Aws) -> list[str]:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = ["us-east-1a", "us-east-1b"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate(zones)
    ]


def test_an_ecs_service_describes_its_deployment(aws: Aws, name: str) -> None:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName=name)
    ecs.register_task_definition(family=name, containerDefinitions=[{"name": "app", "image": "i", "memory": 64}])
    declared: dict[str, Any] = {
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5, "maximumPercent": 200},
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}],
        "availabilityZoneRebalancing": "ENABLED",
        "healthCheckGracePeriodSeconds": 60,
        "enableExecuteCommand": True,
        "enableECSManagedTags": True,
    }
    ecs.create_service(cluster=name, serviceName="s", taskDefinition=name, desiredCount=1, **declared)
    described = ecs.describe_services(cluster=name, services=["s"])["services"][0]
    assert {member: described[member] for member in declared} == declared
    drifted = {
        "enableECSManagedTags": False,
        "healthCheckGracePeriodSeconds": 0,
        "deploymentConfiguration": {"maximumPercent": 150},
    }
    ecs.update_service(cluster=name, service="s", **drifted)
    described = ecs.describe_services(cluster=name, services=["s"])["services"][0]
    assert {member: described[member] for member in drifted} == drifted
    assert described["enableExecuteCommand"] is True


def test_a_listener_describes_its_mutual_authentication(aws: Aws, name: str, subnets: list[str]) -> None:
    elb = aws("elbv2")
    balancer = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    arguments = {"Protocol": "HTTP", "Port": 80, "DefaultActions": [action], "MutualAuthentication": {"Mode": "off"}}
    listener = elb.create_listener(LoadBalancerArn=balancer, **arguments)["Listeners"][0]["ListenerArn"]
    assert elb.describe_listeners(ListenerArns=[listener])["Listeners"][0]["MutualAuthentication"] == {"Mode": "off"}
    elb.modify_listener(ListenerArn=listener, MutualAuthentication={"Mode": "passthrough"})
    (described,) = elb.describe_listeners(ListenerArns=[listener])["Listeners"]
    assert described["MutualAuthentication"] == {"Mode": "passthrough"}


def test_a_protected_load_balancer_is_not_deleted(aws: Aws, name: str, subnets: list[str]) -> None:
    elb = aws("elbv2")
    balancer = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    protection = {"Key": "deletion_protection.enabled", "Value": "true"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[protection])
    with pytest.raises(ClientError, match="OperationNotPermitted"):
        elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert elb.describe_load_balancers(Names=[name])["LoadBalancers"]
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[protection | {"Value": "false"}])
    elb.delete_load_balancer(LoadBalancerArn=balancer)
    with pytest.raises(ClientError, match="LoadBalancerNotFound"):
        elb.describe_load_balancers(Names=[name])


def test_a_key_describes_its_rotation_period(aws: Aws) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365


def test_a_log_group_describes_its_class(aws: Aws, name: str) -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName=f"/{name}/a", logGroupClass="INFREQUENT_ACCESS")
    logs.create_log_group(logGroupName=f"/{name}/b")
    groups = logs.describe_log_groups(logGroupNamePrefix=f"/{name}/")["logGroups"]
    assert [group["logGroupClass"] for group in groups] == ["INFREQUENT_ACCESS", "STANDARD"]


def test_a_lifecycle_rule_describes_the_versions_it_keeps(aws: Aws, name: str) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket=name)
    expiration = {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3}
    rules = [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "NoncurrentVersionExpiration": expiration},
        {"ID": "b", "Status": "Enabled", "Filter": {"Prefix": "b/"}, "Expiration": {"Days": 1}},
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"] == rules


def test_a_function_describes_its_configuration_and_its_changes(functions: Functions) -> None:
    declared: dict[str, Any] = {
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "DEBUG",
            "SystemLogLevel": "WARN",
            "LogGroup": "/x",
        },
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
        "TracingConfig": {"Mode": "Active"},
        "EphemeralStorage": {"Size": 1024},
        "FileSystemConfigs": [{"Arn": f"{FILE_SYSTEM}a", "LocalMountPath": "/mnt/a"}],
        "Architectures": ["arm64"],
    }
    arn = functions.make("", **declared)
    described = functions.client.get_function_configuration(FunctionName=arn)
    assert {member: described[member] for member in declared} == declared
    changes = {
        "FileSystemConfigs": [{"Arn": f"{FILE_SYSTEM}b", "LocalMountPath": "/mnt/b"}],
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/y"},
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 2048},
    }
    functions.client.update_function_configuration(FunctionName=arn, DeadLetterConfig={"TargetArn": ""}, **changes)
    described = functions.client.get_function_configuration(FunctionName=arn)
    assert {member: described[member] for member in changes} == changes
    assert "DeadLetterConfig" not in described


def test_snap_start_is_described_and_optimizes_published_versions_only(functions: Functions) -> None:
    client = functions.client
    arn = functions.make("")
    assert client.get_function_configuration(FunctionName=arn)["SnapStart"]["ApplyOn"] == "None"
    client.update_function_configuration(FunctionName=arn, SnapStart={"ApplyOn": "PublishedVersions"})
    latest = client.get_function_configuration(FunctionName=arn)["SnapStart"]
    assert latest == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    version = client.publish_version(FunctionName=arn)["Version"]
    published = client.get_function_configuration(FunctionName=arn, Qualifier=version)["SnapStart"]
    assert published == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}


def test_reserved_variables_are_refused(functions: Functions) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*AWS_REGION"):
        functions.make("", Environment={"Variables": {"AWS_REGION": "mars"}})


def test_a_function_of_an_image_that_is_not_there_is_refused(functions: Functions) -> None:
    with pytest.raises(ClientError):
        functions.client.create_function(
            FunctionName="no-image",
            Role=functions.role,
            PackageType="Image",
            Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/nowhere:1"},
        )
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        functions.client.get_function(FunctionName="no-image")
