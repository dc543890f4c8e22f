"""Typical requests of a production: a check that refuses one of them raises a false alarm."""

from typing import Any

import pytest

from sandbox.provider.checks import check
from tests.sandbox.provider.checks import examples as e
from tests.sandbox.provider.checks import pairs_platform, pairs_services
from tests.sandbox.provider.checks import parts as p

ACCEPTED: list[tuple[str, str, dict[str, Any]]] = [
    ("rds", "CreateDBInstance", e.INSTANCE),
    ("rds", "CreateDBInstance", e.INSTANCE | {"EngineVersion": "18"}),
    ("rds", "CreateDBInstance", e.INSTANCE | {"EngineVersion": "18.3", "DBInstanceClass": "db.t4g.micro"}),
    ("rds", "CreateDBInstance", p.GP3_LARGE),
    (
        "rds",
        "CreateDBInstance",
        e.INSTANCE | {"DBInstanceClass": "db.r7g.xlarge", "MultiAZ": True, "MaxAllocatedStorage": 1000},
    ),
    (
        "rds",
        "CreateDBInstance",
        e.INSTANCE | {"DBInstanceClass": "db.m7g.large", "MonitoringInterval": 60, "MonitoringRoleArn": e.ROLE},
    ),
    (
        "rds",
        "CreateDBInstance",
        e.INSTANCE | {"StorageType": "io2", "AllocatedStorage": 400, "Iops": 4000, "DBInstanceClass": "db.r7g.large"},
    ),
    (
        "rds",
        "CreateDBInstance",
        e.INSTANCE
        | {"ManageMasterUserPassword": True, "EngineLifecycleSupport": "open-source-rds-extended-support-disabled"},
    ),
    ("rds", "CreateDBInstanceReadReplica", p.REPLICA),
    (
        "rds",
        "ModifyDBInstance",
        {"DBInstanceIdentifier": "a", "DBInstanceClass": "db.t4g.large", "ApplyImmediately": True},
    ),
    (
        "rds",
        "ModifyDBInstance",
        {"DBInstanceIdentifier": "a", "EngineVersion": "18.4", "AllowMajorVersionUpgrade": True},
    ),
    ("rds", "ModifyDBInstance", {"DBInstanceIdentifier": "a", "StorageType": "gp3", "AllocatedStorage": 100}),
    (
        "rds",
        "ModifyDBInstance",
        {"DBInstanceIdentifier": "a", "MasterUserPassword": "another-horse", "BackupRetentionPeriod": 7},
    ),
    (
        "rds",
        "CreateDBParameterGroup",
        {"DBParameterGroupName": "jobr", "DBParameterGroupFamily": "postgres18", "Description": "jobr"},
    ),
    ("ecs", "RegisterTaskDefinition", e.TASK),
    ("ecs", "RegisterTaskDefinition", e.TASK | {"cpu": "256", "memory": "512"}),
    ("ecs", "CreateService", e.SERVICE),
    (
        "ecs",
        "CreateService",
        e.SERVICE
        | {
            "deploymentConfiguration": {
                "strategy": "CANARY",
                "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 5},
            }
        },
    ),
    (
        "ecs",
        "CreateService",
        e.SERVICE
        | {
            "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100},
            "platformVersion": "LATEST",
        },
    ),
    ("ecs", "UpdateService", {"cluster": "jobr", "service": "app", "desiredCount": 0}),
    (
        "ecs",
        "UpdateService",
        {"cluster": "jobr", "service": "app", "deploymentConfiguration": e.DEPLOYMENT, "forceNewDeployment": True},
    ),
    ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/backup", "kmsKeyId": e.KEY, "tags": {"Project": "jobr"}}),
    ("logs", "PutRetentionPolicy", {"logGroupName": "/aws/lambda/backup", "retentionInDays": 30}),
    ("lambda", "CreateFunction", e.LAMBDA),
    (
        "lambda",
        "CreateFunction",
        {"FunctionName": "zip", "Role": e.ROLE, "Runtime": "python3.13", "Handler": "a.b", "Code": {"ZipFile": b"PK"}},
    ),
    (
        "lambda",
        "UpdateFunctionConfiguration",
        {"FunctionName": "backup", "Timeout": 60, "Environment": {"Variables": {"AB": "x"}}},
    ),
    ("lambda", "CreateEventSourceMapping", p.SOURCE_MAPPING),
    (
        "lambda",
        "AddPermission",
        {
            "FunctionName": "backup",
            "StatementId": "s",
            "Action": "lambda:InvokeFunction",
            "Principal": "scheduler.amazonaws.com",
            "SourceArn": f"arn:aws:scheduler:us-east-1:{e.ACCOUNT}:schedule/default/backup",
        },
    ),
    ("iam", "CreateRole", {"RoleName": "backup", "AssumeRolePolicyDocument": e.trust("lambda.amazonaws.com")}),
    (
        "iam",
        "CreateRole",
        {
            "RoleName": "task",
            "AssumeRolePolicyDocument": e.trust("ecs-tasks.amazonaws.com"),
            "MaxSessionDuration": 3600,
            "Path": "/jobr/",
        },
    ),
    ("iam", "PutRolePolicy", {"RoleName": "backup", "PolicyName": "backup", "PolicyDocument": e.ROLE_POLICY}),
    (
        "kms",
        "CreateKey",
        {"Description": "jobr", "Policy": e.KEY_POLICY, "Tags": [{"TagKey": "Project", "TagValue": "jobr"}]},
    ),
    ("kms", "PutKeyPolicy", {"KeyId": e.KEY, "PolicyName": "default", "Policy": e.KEY_POLICY}),
    ("s3", "CreateBucket", {"Bucket": "jobr-backups"}),
    (
        "s3",
        "CreateBucket",
        {
            "Bucket": "jobr-backups-0a1b2c3d",
            "ObjectLockEnabledForBucket": True,
            "CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"},
        },
    ),
    ("s3", "PutBucketPolicy", {"Bucket": "jobr-backups", "Policy": e.TLS_ONLY}),
    ("s3", "PutBucketLifecycleConfiguration", {"Bucket": "jobr-backups", "LifecycleConfiguration": p.LIFECYCLE}),
    ("s3", "PutBucketEncryption", {"Bucket": "jobr-backups", "ServerSideEncryptionConfiguration": p.ENCRYPTION}),
    ("elbv2", "CreateLoadBalancer", p.BALANCER),
    ("elbv2", "CreateTargetGroup", p.TARGETS),
    ("elbv2", "CreateListener", p.HTTPS),
    (
        "elbv2",
        "CreateListener",
        {"LoadBalancerArn": e.BALANCER, "Protocol": "HTTP", "Port": 80, "DefaultActions": [p.REDIRECT]},
    ),
    (
        "elbv2",
        "CreateRule",
        {
            "ListenerArn": e.LISTENER,
            "Priority": 100,
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
            "Actions": [p.FORWARD],
        },
    ),
    ("elbv2", "ModifyRule", {"RuleArn": e.RULE, "Actions": [p.FORWARD]}),
    ("stepfunctions", "CreateStateMachine", e.STATE_MACHINE),
    ("scheduler", "CreateSchedule", e.SCHEDULE),
    ("scheduler", "CreateSchedule", e.SCHEDULE | {"ScheduleExpression": "rate(1 hours)"}),
    ("scheduler", "CreateSchedule", e.SCHEDULE | {"ScheduleExpression": "cron(0/15 8-18 ? * MON-FRI *)"}),
    ("scheduler", "CreateSchedule", e.SCHEDULE | {"ScheduleExpression": "at(2030-01-31T03:00:00)"}),
    ("cloudwatch", "PutMetricAlarm", e.ALARM),
    ("cloudwatch", "PutMetricAlarm", e.ALARM | {"Period": 20}),
    ("cloudwatch", "PutMetricAlarm", e.ALARM | {"Period": 86400}),
    ("cloudwatch", "PutMetricAlarm", p.MATH_ALARM),
    (
        "ec2",
        "CreateVpc",
        {
            "CidrBlock": "10.0.0.0/16",
            "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "jobr"}]}],
        },
    ),
    (
        "ec2",
        "CreateSubnet",
        {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},
    ),
    ("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-0123456789abcdef0", "IpPermissions": [p.SELF_RULE]}),
    (
        "ec2",
        "AuthorizeSecurityGroupEgress",
        {
            "GroupId": "sg-0123456789abcdef0",
            "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        },
    ),
    ("sqs", "CreateQueue", {"QueueName": "work", "Attributes": p.REDRIVE | p.QUEUE_POLICY}),
    (
        "sqs",
        "CreateQueue",
        {"QueueName": "work.fifo", "Attributes": {"FifoQueue": "true", "ContentBasedDeduplication": "true"}},
    ),
    ("sqs", "SetQueueAttributes", {"QueueUrl": "https://sqs/work", "Attributes": {"Policy": ""}}),
    ("sns", "SetTopicAttributes", {"TopicArn": e.TOPIC, "AttributeName": "Policy", "AttributeValue": p.PUBLISH}),
    ("sns", "SetTopicAttributes", {"TopicArn": e.TOPIC, "AttributeName": "DisplayName", "AttributeValue": "Alerts"}),
    ("sns", "Subscribe", {"TopicArn": e.TOPIC, "Protocol": "email", "Endpoint": "ops@example.com"}),
    (
        "secretsmanager",
        "CreateSecret",
        {"Name": "jobr/database", "KmsKeyId": e.KEY, "SecretString": "hunter2", "Description": "login"},
    ),
    ("ecr", "SetRepositoryPolicy", {"repositoryName": "runtime", "policyText": p.PULL}),
]

EVERY = ACCEPTED + [pair[:3] for pair in pairs_platform.PAIRS + pairs_services.PAIRS]


@pytest.mark.parametrize(("service", "operation", "params"), EVERY)
def test_a_typical_request_is_accepted(service: str, operation: str, params: dict[str, Any]) -> None:
    assert check(service, operation, params) == []


def test_the_table_covers_at_least_forty_requests() -> None:
    assert len(ACCEPTED) >= 40
