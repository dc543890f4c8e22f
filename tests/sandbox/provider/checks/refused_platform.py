"""Requests for identities, storage, networks and schedules that AWS refuses, with the member to blame and words of the message."""

import json
from typing import Any

from tests.sandbox.provider.checks import examples as e
from tests.sandbox.provider.checks.parts import BALANCER, HTTPS, LIFECYCLE, TARGETS


def machine(**states: Any) -> dict[str, Any]:
    return e.STATE_MACHINE | {"definition": json.dumps(e.MACHINE | {"States": e.MACHINE["States"] | states})}


def schedule(expression: str) -> dict[str, Any]:
    return e.SCHEDULE | {"ScheduleExpression": expression}


def role(document: str) -> dict[str, Any]:
    return {"RoleName": "backup", "AssumeRolePolicyDocument": document}


def role_policy(action: str) -> dict[str, Any]:
    document = e.policy({"Effect": "Allow", "Action": action, "Resource": "*"})
    return {"RoleName": "backup", "PolicyName": "backup", "PolicyDocument": document}


def bucket_policy(**changes: Any) -> dict[str, Any]:
    statement = json.loads(e.TLS_ONLY)["Statement"][0] | changes
    return {"Bucket": "jobr-backups", "Policy": e.policy(statement)}


def ingress(**changes: Any) -> dict[str, Any]:
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    return {"GroupId": "sg-0123456789abcdef0", "IpPermissions": [permission | changes]}


def lifecycle(**changes: Any) -> dict[str, Any]:
    return {"Bucket": "jobr-backups", "LifecycleConfiguration": {"Rules": [LIFECYCLE["Rules"][0] | changes]}}


BAD_TRUST = e.policy({"Effect": "Allow", "Action": "sts:AssumeRole"})

PLATFORM: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("iam", "CreateRole", role("{}"), "AssumeRolePolicyDocument", "Statement"),
    ("iam", "CreateRole", role("{'a'}"), "AssumeRolePolicyDocument", "is no JSON (line 1"),
    ("iam", "CreateRole", role(BAD_TRUST), "AssumeRolePolicyDocument.Statement[0]", "Principal"),
    ("iam", "UpdateAssumeRolePolicy", {"RoleName": "backup", "PolicyDocument": "{}"}, "PolicyDocument", "Statement"),
    ("iam", "PutRolePolicy", role_policy("s3:PutObjekt"), "PolicyDocument.Statement[0].Action", "nearest: putobject"),
    ("iam", "PutRolePolicy", role_policy("s4:PutObject"), "PolicyDocument.Statement[0].Action", "'s4'"),
    (
        "iam",
        "CreateRole",
        role(e.trust("lambda.amazonaws.com")) | {"MaxSessionDuration": 60},
        "MaxSessionDuration",
        "at least 3600",
    ),
    ("kms", "PutKeyPolicy", {"KeyId": e.KEY, "PolicyName": "default", "Policy": "{}"}, "Policy", "Statement"),
    ("kms", "CreateKey", {"KeyUsage": "ENCRYPT"}, "KeyUsage", "nearest: ENCRYPT_DECRYPT"),
    ("s3", "PutBucketPolicy", bucket_policy(Effect="Denied"), "Policy.Statement[0].Effect", "nearest: Deny"),
    ("s3", "PutBucketPolicy", bucket_policy(Action="sqs:*"), "Policy.Statement[0].Action", "s3"),
    (
        "s3",
        "PutBucketPolicy",
        {"Bucket": "jobr-backups", "Policy": '{"Statement": "everything"}'},
        "Policy.Statement",
        "everything",
    ),
    ("s3", "CreateBucket", {"Bucket": "Jobr_Backups"}, "Bucket", "Jobr_Backups"),
    (
        "s3",
        "PutBucketLifecycleConfiguration",
        lifecycle(Status="On"),
        "LifecycleConfiguration.Rules[0].Status",
        "Disabled, Enabled",
    ),
    (
        "s3",
        "PutBucketLifecycleConfiguration",
        lifecycle(Transitions=[{"Days": 30, "StorageClass": "COLD"}]),
        "LifecycleConfiguration.Rules[0].Transitions[0].StorageClass",
        "GLACIER",
    ),
    (
        "s3",
        "PutBucketEncryption",
        {
            "Bucket": "b",
            "ServerSideEncryptionConfiguration": {
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "kms"}}]
            },
        },
        "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
        "aws:kms",
    ),
    ("elbv2", "CreateLoadBalancer", BALANCER | {"Name": "jobr-production-application-load-balancer"}, "Name", "32"),
    ("elbv2", "CreateLoadBalancer", BALANCER | {"Subnets": e.SUBNETS[:1]}, "Subnets", "2"),
    ("elbv2", "CreateTargetGroup", TARGETS | {"TargetType": "address"}, "TargetType", "ip, lambda"),
    (
        "elbv2",
        "CreateTargetGroup",
        TARGETS | {"HealthCheckIntervalSeconds": 1},
        "HealthCheckIntervalSeconds",
        "at least 5",
    ),
    ("elbv2", "CreateListener", HTTPS | {"Port": 70000}, "Port", "at most 65535"),
    (
        "elbv2",
        "CreateListener",
        {name: value for name, value in HTTPS.items() if name != "Certificates"},
        "",
        "Certificates",
    ),
    (
        "elbv2",
        "CreateRule",
        {"ListenerArn": e.LISTENER, "Priority": 0, "Conditions": [], "Actions": []},
        "Priority",
        "at least 1",
    ),
    (
        "stepfunctions",
        "CreateStateMachine",
        machine(Done={"Type": "Success"}),
        "definition.States.Done.Type",
        "Succeed",
    ),
    (
        "stepfunctions",
        "CreateStateMachine",
        machine(Wait={"Type": "Wait", "Seconds": -5, "Next": "Done"}),
        "definition.States.Wait.Seconds",
        "minimum of 0",
    ),
    (
        "stepfunctions",
        "CreateStateMachine",
        e.STATE_MACHINE | {"definition": '{"States": {}}'},
        "definition",
        "StartAt",
    ),
    (
        "stepfunctions",
        "CreateStateMachine",
        e.STATE_MACHINE | {"definition": json.dumps(e.MACHINE | {"StartAt": "Nowhere"})},
        "definition.StartAt",
        "StartAt",
    ),
    ("scheduler", "CreateSchedule", schedule("every day"), "ScheduleExpression", "rate(5 minutes)"),
    ("scheduler", "CreateSchedule", schedule("rate(0 minutes)"), "ScheduleExpression", "rate(5 minutes)"),
    ("scheduler", "CreateSchedule", schedule("cron(0 25 * * ? *)"), "ScheduleExpression", "the field for hours"),
    ("scheduler", "CreateSchedule", schedule("cron(0 3 * * * *)"), "ScheduleExpression", "must have a ?"),
    ("scheduler", "CreateSchedule", schedule("cron(0 3 * * ?)"), "ScheduleExpression", "six fields"),
    ("scheduler", "CreateSchedule", schedule("at(tomorrow)"), "ScheduleExpression", "2030-01-31"),
    (
        "scheduler",
        "CreateSchedule",
        e.SCHEDULE | {"FlexibleTimeWindow": {"Mode": "MAYBE"}},
        "FlexibleTimeWindow.Mode",
        "FLEXIBLE, OFF",
    ),
    (
        "events",
        "PutRule",
        {"Name": "r", "ScheduleExpression": "at(2030-01-31T03:00:00)"},
        "ScheduleExpression",
        "of the form rate",
    ),
    (
        "cloudwatch",
        "PutMetricAlarm",
        e.ALARM | {"ComparisonOperator": "Greater"},
        "ComparisonOperator",
        "GreaterThanThreshold",
    ),
    ("cloudwatch", "PutMetricAlarm", e.ALARM | {"Period": 45}, "Period", "45"),
    ("cloudwatch", "PutMetricAlarm", e.ALARM | {"TreatMissingData": "ignored"}, "TreatMissingData", "nearest: ignore"),
    ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/33"}, "CidrBlock", "10.0.0.0/33"),
    ("ec2", "CreateSubnet", {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.1.0"}, "CidrBlock", "10.0.1.0"),
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        ingress(IpRanges=[{"CidrIp": "everywhere"}]),
        "IpPermissions[0].IpRanges[0].CidrIp",
        "everywhere",
    ),
    ("ec2", "AuthorizeSecurityGroupIngress", ingress(FromPort=70000), "IpPermissions[0].FromPort", "70000"),
    (
        "sqs",
        "CreateQueue",
        {"QueueName": "work", "Attributes": {"VisibilityTimeout": "50000"}},
        "Attributes.VisibilityTimeout",
        "43200",
    ),
    (
        "sqs",
        "CreateQueue",
        {"QueueName": "work", "Attributes": {"Visibility": "50"}},
        "Attributes.Visibility",
        "nearest: VisibilityTimeout",
    ),
    (
        "sns",
        "SetTopicAttributes",
        {"TopicArn": e.TOPIC, "AttributeName": "Policy", "AttributeValue": "{}"},
        "AttributeValue",
        "Statement",
    ),
    ("sns", "Subscribe", {"TopicArn": e.TOPIC, "Protocol": "pigeon", "Endpoint": "x"}, "Protocol", "email"),
    ("secretsmanager", "CreateSecret", {"Name": "n" * 513}, "Name", "at most 512"),
]
