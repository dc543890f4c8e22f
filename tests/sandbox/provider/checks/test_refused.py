"""Requests that AWS refuses, with the member that is to blame and words that help. moto accepts most of them."""

import json
from typing import Any

import pytest

from sandbox.provider.checks import check
from tests.sandbox.provider.checks import examples as e
from tests.sandbox.provider.checks.test_accepted import BALANCER, HTTPS, LIFECYCLE, SOURCE_MAPPING, TARGETS


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


def deployment(**changes: Any) -> dict[str, Any]:
    return e.SERVICE | {"deploymentConfiguration": e.DEPLOYMENT | changes}


def container(**changes: Any) -> dict[str, Any]:
    return e.TASK | {"containerDefinitions": [e.TASK["containerDefinitions"][0] | changes]}


def ingress(**changes: Any) -> dict[str, Any]:
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    return {"GroupId": "sg-0123456789abcdef0", "IpPermissions": [permission | changes]}


def lifecycle(**changes: Any) -> dict[str, Any]:
    return {"Bucket": "jobr-backups", "LifecycleConfiguration": {"Rules": [LIFECYCLE["Rules"][0] | changes]}}


NETWORK = e.SERVICE["networkConfiguration"]["awsvpcConfiguration"]
BAD_HOOK = e.DEPLOYMENT["lifecycleHooks"][0] | {"lifecycleStages": ["BAKE_TIME"]}
BAD_TRUST = e.policy({"Effect": "Allow", "Action": "sts:AssumeRole"})
MODIFIED = {"DBInstanceIdentifier": "a"}
TIMEOUT = {"FunctionName": "backup", "Timeout": 901}

REFUSED: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("rds", "CreateDBInstance", e.INSTANCE | {"DBInstanceClass": "db.banana.7xl"}, "DBInstanceClass", "'db.banana.7xl' is not possible"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"DBInstanceClass": "db.t4g.medum"}, "DBInstanceClass", "nearest: db.t4g.medium"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"EngineVersion": "99.1"}, "EngineVersion", "'99.1' is not possible"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"StorageType": "gp9"}, "StorageType", "gp3"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"Engine": "postgresql"}, "Engine", "nearest: postgres"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"AllocatedStorage": "20"}, "AllocatedStorage", "a whole number, not str"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"BackupRetention": 7}, "BackupRetention", "nearest: BackupRetentionPeriod"),
    ("rds", "CreateDBInstance", {"Engine": "postgres"}, "DBInstanceIdentifier", "is missing"),
    ("rds", "CreateDBInstanceReadReplica", {"DBInstanceIdentifier": "r", "SourceDBInstanceIdentifier": "p", "DBInstanceClass": "db.nano"}, "DBInstanceClass", "not possible"),
    ("rds", "ModifyDBInstance", MODIFIED | {"DBInstanceClass": "db.banana.7xl"}, "DBInstanceClass", "not possible"),
    ("rds", "ModifyDBInstance", MODIFIED | {"EngineVersion": "99.1"}, "EngineVersion", "'99.1'"),
    ("rds", "ModifyDBInstance", MODIFIED | {"StorageType": "gp9"}, "StorageType", "gp3"),
    ("rds", "CreateDBParameterGroup", {"DBParameterGroupName": "j", "DBParameterGroupFamily": "postgres99", "Description": "d"}, "DBParameterGroupFamily", "'postgres99'"),
    ("ecs", "RegisterTaskDefinition", e.TASK | {"cpu": "1000"}, "cpu", "1000"),
    ("ecs", "RegisterTaskDefinition", e.TASK | {"memory": "1024"}, "", "not compatible with memory '1024'"),
    ("ecs", "RegisterTaskDefinition", e.TASK | {"networkMode": "awsvpcs"}, "networkMode", "nearest: awsvpc"),
    ("ecs", "RegisterTaskDefinition", container(essential=False), "containerDefinitions", "essential"),
    ("ecs", "RegisterTaskDefinition", container(logConfiguration={"logDriver": "awslog"}), "containerDefinitions[0].logConfiguration.logDriver", "nearest: awslogs"),
    ("ecs", "CreateService", deployment(strategy="PURPLE"), "deploymentConfiguration.strategy", "BLUE_GREEN"),
    ("ecs", "CreateService", deployment(bakeTimeInMinutes=1441), "deploymentConfiguration.bakeTimeInMinutes", "1440"),
    ("ecs", "CreateService", deployment(lifecycleHooks=[BAD_HOOK]), "deploymentConfiguration.lifecycleHooks[0].lifecycleStages[0]", "POST_SCALE_UP"),
    ("ecs", "CreateService", e.SERVICE | {"networkConfiguration": {"awsvpcConfiguration": NETWORK | {"subnets": [1]}}}, "networkConfiguration.awsvpcConfiguration.subnets[0]", "must be text, not int"),
    ("ecs", "CreateService", e.SERVICE | {"launchType": "FARGAT"}, "launchType", "nearest: FARGATE"),
    ("ecs", "UpdateService", {"service": "app", "deploymentConfiguration": {"strategy": "PURPLE"}}, "deploymentConfiguration.strategy", "ROLLING"),
    ("logs", "PutRetentionPolicy", {"logGroupName": "/jobr", "retentionInDays": 31}, "retentionInDays", "30"),
    ("logs", "CreateLogGroup", {"logGroupName": "/jobr logs"}, "logGroupName", "does not match"),
    ("lambda", "CreateFunction", e.LAMBDA | {"Timeout": 901}, "Timeout", "maximum of 900"),
    ("lambda", "CreateFunction", e.LAMBDA | {"MemorySize": 64}, "MemorySize", "at least 128"),
    ("lambda", "CreateFunction", e.LAMBDA | {"Role": "backup"}, "Role", "does not match"),
    ("lambda", "CreateFunction", e.LAMBDA | {"Architectures": ["amd64"]}, "Architectures[0]", "arm64, x86_64"),
    ("lambda", "UpdateFunctionConfiguration", TIMEOUT, "Timeout", "maximum of 900"),
    ("lambda", "CreateFunction", e.LAMBDA | {"Runtime": "python3.99", "Handler": "a.b"}, "Runtime", "nearest: python3.9"),
    ("lambda", "CreateEventSourceMapping", SOURCE_MAPPING | {"BatchSize": 20000}, "BatchSize", "at most 10000"),
    ("iam", "CreateRole", role("{}"), "AssumeRolePolicyDocument", "Statement"),
    ("iam", "CreateRole", role("{'a'}"), "AssumeRolePolicyDocument", "is no JSON (line 1"),
    ("iam", "CreateRole", role(BAD_TRUST), "AssumeRolePolicyDocument.Statement[0]", "Principal"),
    ("iam", "UpdateAssumeRolePolicy", {"RoleName": "backup", "PolicyDocument": "{}"}, "PolicyDocument", "Statement"),
    ("iam", "PutRolePolicy", role_policy("s3:PutObjekt"), "PolicyDocument.Statement[0].Action", "nearest: putobject"),
    ("iam", "PutRolePolicy", role_policy("s4:PutObject"), "PolicyDocument.Statement[0].Action", "'s4'"),
    ("iam", "CreateRole", role(e.trust("lambda.amazonaws.com")) | {"MaxSessionDuration": 60}, "MaxSessionDuration", "at least 3600"),
    ("kms", "PutKeyPolicy", {"KeyId": e.KEY, "PolicyName": "default", "Policy": "{}"}, "Policy", "Statement"),
    ("kms", "CreateKey", {"KeyUsage": "ENCRYPT"}, "KeyUsage", "nearest: ENCRYPT_DECRYPT"),
    ("s3", "PutBucketPolicy", bucket_policy(Effect="Denied"), "Policy.Statement[0].Effect", "nearest: Deny"),
    ("s3", "PutBucketPolicy", bucket_policy(Action="sqs:*"), "Policy.Statement[0].Action", "s3"),
    ("s3", "PutBucketPolicy", {"Bucket": "jobr-backups", "Policy": '{"Statement": "everything"}'}, "Policy.Statement", "everything"),
    ("s3", "CreateBucket", {"Bucket": "Jobr_Backups"}, "Bucket", "Jobr_Backups"),
    ("s3", "PutBucketLifecycleConfiguration", lifecycle(Status="On"), "LifecycleConfiguration.Rules[0].Status", "Disabled, Enabled"),
    ("s3", "PutBucketLifecycleConfiguration", lifecycle(Transitions=[{"Days": 30, "StorageClass": "COLD"}]), "LifecycleConfiguration.Rules[0].Transitions[0].StorageClass", "GLACIER"),
    ("s3", "PutBucketEncryption", {"Bucket": "b", "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "kms"}}]}}, "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm", "aws:kms"),
    ("elbv2", "CreateLoadBalancer", BALANCER | {"Name": "jobr-production-application-load-balancer"}, "Name", "32"),
    ("elbv2", "CreateLoadBalancer", BALANCER | {"Subnets": e.SUBNETS[:1]}, "Subnets", "2"),
    ("elbv2", "CreateTargetGroup", TARGETS | {"TargetType": "address"}, "TargetType", "ip, lambda"),
    ("elbv2", "CreateTargetGroup", TARGETS | {"HealthCheckIntervalSeconds": 1}, "HealthCheckIntervalSeconds", "at least 5"),
    ("elbv2", "CreateListener", HTTPS | {"Port": 70000}, "Port", "at most 65535"),
    ("elbv2", "CreateListener", {name: value for name, value in HTTPS.items() if name != "Certificates"}, "", "Certificates"),
    ("elbv2", "CreateRule", {"ListenerArn": e.LISTENER, "Priority": 0, "Conditions": [], "Actions": []}, "Priority", "at least 1"),
    ("stepfunctions", "CreateStateMachine", machine(Done={"Type": "Success"}), "definition.States.Done.Type", "Succeed"),
    ("stepfunctions", "CreateStateMachine", machine(Wait={"Type": "Wait", "Seconds": -5, "Next": "Done"}), "definition.States.Wait.Seconds", "minimum of 0"),
    ("stepfunctions", "CreateStateMachine", e.STATE_MACHINE | {"definition": '{"States": {}}'}, "definition", "StartAt"),
    ("stepfunctions", "CreateStateMachine", e.STATE_MACHINE | {"definition": json.dumps(e.MACHINE | {"StartAt": "Nowhere"})}, "definition.StartAt", "StartAt"),
    ("scheduler", "CreateSchedule", schedule("every day"), "ScheduleExpression", "rate(5 minutes)"),
    ("scheduler", "CreateSchedule", schedule("rate(0 minutes)"), "ScheduleExpression", "rate(5 minutes)"),
    ("scheduler", "CreateSchedule", schedule("cron(0 25 * * ? *)"), "ScheduleExpression", "the field for hours"),
    ("scheduler", "CreateSchedule", schedule("cron(0 3 * * * *)"), "ScheduleExpression", "must have a ?"),
    ("scheduler", "CreateSchedule", schedule("cron(0 3 * * ?)"), "ScheduleExpression", "six fields"),
    ("scheduler", "CreateSchedule", schedule("at(tomorrow)"), "ScheduleExpression", "2030-01-31"),
    ("scheduler", "CreateSchedule", e.SCHEDULE | {"FlexibleTimeWindow": {"Mode": "MAYBE"}}, "FlexibleTimeWindow.Mode", "FLEXIBLE, OFF"),
    ("events", "PutRule", {"Name": "r", "ScheduleExpression": "at(2030-01-31T03:00:00)"}, "ScheduleExpression", "of the form rate"),
    ("cloudwatch", "PutMetricAlarm", e.ALARM | {"ComparisonOperator": "Greater"}, "ComparisonOperator", "GreaterThanThreshold"),
    ("cloudwatch", "PutMetricAlarm", e.ALARM | {"Period": 45}, "Period", "45"),
    ("cloudwatch", "PutMetricAlarm", e.ALARM | {"TreatMissingData": "ignored"}, "TreatMissingData", "nearest: ignore"),
    ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/33"}, "CidrBlock", "10.0.0.0/33"),
    ("ec2", "CreateSubnet", {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.1.0"}, "CidrBlock", "10.0.1.0"),
    ("ec2", "AuthorizeSecurityGroupIngress", ingress(IpRanges=[{"CidrIp": "everywhere"}]), "IpPermissions[0].IpRanges[0].CidrIp", "everywhere"),
    ("ec2", "AuthorizeSecurityGroupIngress", ingress(FromPort=70000), "IpPermissions[0].FromPort", "70000"),
    ("sqs", "CreateQueue", {"QueueName": "work", "Attributes": {"VisibilityTimeout": "50000"}}, "Attributes.VisibilityTimeout", "43200"),
    ("sqs", "CreateQueue", {"QueueName": "work", "Attributes": {"Visibility": "50"}}, "Attributes.Visibility", "nearest: VisibilityTimeout"),
    ("sns", "SetTopicAttributes", {"TopicArn": e.TOPIC, "AttributeName": "Policy", "AttributeValue": "{}"}, "AttributeValue", "Statement"),
    ("sns", "Subscribe", {"TopicArn": e.TOPIC, "Protocol": "pigeon", "Endpoint": "x"}, "Protocol", "email"),
    ("secretsmanager", "CreateSecret", {"Name": "n" * 513}, "Name", "at most 512"),
]


@pytest.mark.parametrize(("service", "operation", "params", "path", "words"), REFUSED)
def test_a_bad_request_is_refused_with_the_member_to_blame_and_words_that_help(
    service: str, operation: str, params: dict[str, Any], path: str, words: str
) -> None:
    problems = check(service, operation, params)
    blamed = [problem.message for problem in problems if problem.path == path]
    assert any(words in message for message in blamed), problems


def test_the_table_covers_at_least_forty_requests() -> None:
    assert len(REFUSED) >= 40
