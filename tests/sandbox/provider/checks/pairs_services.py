"""A request for databases, services, functions or messages that AWS accepts, and the change to it that AWS refuses, with the member to blame."""

import json
from typing import Any

from tests.sandbox.provider.checks import examples as e
from tests.sandbox.provider.checks import parts as p

SECRET = f"arn:aws:secretsmanager:us-east-1:{e.ACCOUNT}:secret:db-AbCdEf"
PROXY: dict[str, Any] = {"DBProxyName": "jobr", "EngineFamily": "POSTGRESQL", "RoleArn": e.ROLE, "VpcSubnetIds": e.SUBNETS, "VpcSecurityGroupIds": e.SECURITY_GROUPS, "RequireTLS": True, "IdleClientTimeout": 1800, "Auth": [{"AuthScheme": "SECRETS", "SecretArn": SECRET, "IAMAuth": "DISABLED", "ClientPasswordAuthType": "POSTGRES_SCRAM_SHA_256"}]}  # fmt: skip
POOL = {"MaxConnectionsPercent": 90, "MaxIdleConnectionsPercent": 50, "ConnectionBorrowTimeout": 30}
EVENTS: dict[str, Any] = {"SubscriptionName": "jobr", "SnsTopicArn": e.TOPIC, "SourceType": "db-instance", "SourceIds": ["jobr-primary"], "EventCategories": ["failover", "failure"], "Enabled": True}  # fmt: skip
CLUSTER: dict[str, Any] = {"settings": [{"name": "containerInsights", "value": "enhanced"}], "configuration": {"executeCommandConfiguration": {"logging": "OVERRIDE", "logConfiguration": {"s3BucketName": "jobr-logs"}}}}  # fmt: skip
BAD_LOG = {"executeCommandConfiguration": {"logging": "OVERRIDE", "logConfiguration": {"s3BucketName": "Jobr Logs"}}}
BAD_LOG_AT = "configuration.executeCommandConfiguration.logConfiguration.s3BucketName"
SCALED = {"ServiceNamespace": "ecs", "ResourceId": "service/jobr/app", "ScalableDimension": "ecs:service:DesiredCount"}
TRACKING: dict[str, Any] = SCALED | {
    "PolicyName": "requests",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 600.0,
        "ScaleOutCooldown": 60,
        "CustomizedMetricSpecification": {
            "Metrics": [
                {"Id": "blue", "ReturnData": False, "MetricStat": {"Stat": "Sum", "Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCountPerTarget", "Dimensions": [{"Name": "TargetGroup", "Value": "blue"}]}}},
                {"Id": "sum", "Expression": "SUM([blue])", "Label": "requests", "ReturnData": True},
            ]
        },
    },
}  # fmt: skip
STEP = {"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}
STEPS: dict[str, Any] = SCALED | {"PolicyName": "steps", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [STEP]}}  # fmt: skip
ACTION = SCALED | {"ScheduledActionName": "evening", "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": 4}}
PATTERN = json.dumps({"source": ["aws.rds"]})
EXPIRE = {"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}, "action": {"type": "expire"}}]}  # fmt: skip
BAD_QUEUE_POLICY = e.policy({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMesage", "Resource": "*"})

# service, operation, what is accepted, the change that is refused, the member to blame, words of the message
PAIRS: list[tuple[str, str, dict[str, Any], dict[str, Any], str, str]] = [
    ("rds", "CreateDBProxy", PROXY, {"VpcSubnetIds": e.SUBNETS[:1]}, "VpcSubnetIds", "minimum item count: 2"),
    ("rds", "CreateDBProxy", PROXY, {"RoleArn": f"arn:aws:iam::{e.ACCOUNT}:user/proxy"}, "RoleArn", "is not a"),
    ("rds", "ModifyDBProxy", {"DBProxyName": "jobr", "SecurityGroups": e.SECURITY_GROUPS, "IdleClientTimeout": 60}, {"SecurityGroups": ["database"]}, "SecurityGroups[0]", "'database' is not a"),
    ("rds", "ModifyDBProxyTargetGroup", {"DBProxyName": "jobr", "TargetGroupName": "default", "ConnectionPoolConfig": POOL}, {"ConnectionPoolConfig": POOL | {"MaxConnectionsPercent": 101}}, "ConnectionPoolConfig.MaxConnectionsPercent", "maximum of 100"),
    ("rds", "RegisterDBProxyTargets", {"DBProxyName": "jobr", "TargetGroupName": "default", "DBInstanceIdentifiers": ["jobr-primary"]}, {"TargetGroupName": "primary"}, "TargetGroupName", "default"),
    ("rds", "CreateEventSubscription", EVENTS, {"SnsTopicArn": "alerts"}, "SnsTopicArn", "'alerts' is not a"),
    ("rds", "ModifyEventSubscription", {name: EVENTS[name] for name in EVENTS if name != "SourceIds"}, {"EventCategories": ["failure"] * 2}, "EventCategories", "non-unique"),
    ("ecs", "CreateCluster", CLUSTER | {"clusterName": "jobr"}, {"settings": [{"name": "containerInsights", "value": "on"}]}, "settings[0].value", "enhanced"),
    ("ecs", "CreateCluster", CLUSTER | {"clusterName": "jobr"}, {"configuration": BAD_LOG}, BAD_LOG_AT, "is not a"),
    ("ecs", "UpdateCluster", CLUSTER | {"cluster": "jobr"}, {"settings": [{"name": "containerInsights", "value": "on"}]}, "settings[0].value", "enhanced"),
    ("ecs", "UpdateCluster", CLUSTER | {"cluster": "jobr"}, {"configuration": BAD_LOG}, BAD_LOG_AT, "is not a"),
    ("elbv2", "SetSubnets", {"LoadBalancerArn": e.BALANCER, "Subnets": e.SUBNETS}, {"Subnets": e.SUBNETS[:1] * 2}, "Subnets", "non-unique"),
    ("elbv2", "SetSecurityGroups", {"LoadBalancerArn": e.BALANCER, "SecurityGroups": e.SECURITY_GROUPS}, {"SecurityGroups": ["balancer"]}, "SecurityGroups[0]", "'balancer' is not a"),
    ("elbv2", "ModifyTargetGroup", {"TargetGroupArn": e.GROUP, "HealthCheckProtocol": "HTTP", "HealthCheckPath": "/ready"}, {"HealthCheckProtocol": "TCP", "Matcher": {"HttpCode": "200"}}, "Matcher", "Matcher"),
    ("elbv2", "ModifyListener", {"ListenerArn": e.LISTENER, "Port": 443, "Protocol": "HTTPS"}, {"Port": 70000}, "Port", "at most 65535"),
    ("elbv2", "ModifyRule", {"RuleArn": e.RULE, "Actions": [p.REDIRECT]}, {"Actions": [p.REDIRECT | {"Type": "redirected"}]}, "Actions[0].Type", "nearest: redirect"),
    ("lambda", "AddPermission", {"FunctionName": "backup", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", "SourceArn": e.TOPIC}, {"SourceArn": "alerts"}, "SourceArn", "does not match"),
    ("lambda", "UpdateEventSourceMapping", {"UUID": "1234abcd-12ab-34cd-56ef-1234567890ab", "BatchSize": 10}, {"FilterCriteria": {"Filters": [{"Pattern": "{}"}] * 2}}, "FilterCriteria.Filters", "non-unique"),
    ("application-autoscaling", "RegisterScalableTarget", SCALED | {"MinCapacity": 4, "MaxCapacity": 12}, {"RoleARN": "scaling"}, "RoleARN", "'scaling' is not a"),
    ("application-autoscaling", "PutScalingPolicy", TRACKING, {"PolicyType": "TargetTracking"}, "PolicyType", "nearest: TargetTrackingScaling"),
    ("application-autoscaling", "PutScalingPolicy", STEPS, {"StepScalingPolicyConfiguration": {"StepAdjustments": [STEP] * 2}}, "StepScalingPolicyConfiguration.StepAdjustments", "non-unique"),
    ("application-autoscaling", "PutScheduledAction", ACTION | {"Schedule": "cron(0 20 * * ? *)"}, {"Schedule": "20:00"}, "Schedule", "rate(5 minutes)"),
    ("events", "PutRule", {"Name": "failover", "EventPattern": PATTERN}, {"EventPattern": "{'source'}"}, "EventPattern", "is no JSON"),
    ("events", "PutTargets", {"Rule": "failover", "Targets": [{"Id": "topic", "Arn": e.TOPIC}]}, {"Targets": [{"Id": "topic", "Arn": e.TOPIC, "RoleArn": "events"}]}, "Targets[0].RoleArn", "'events' is not a"),
    ("ssm", "PutParameter", {"Name": "jobr-windows", "Type": "String", "Value": "[]", "Description": "Windows"}, {"Type": "Text"}, "Type", "String"),
    ("scheduler", "UpdateSchedule", e.SCHEDULE, {"ScheduleExpression": "daily"}, "ScheduleExpression", "rate(5 minutes)"),
    ("stepfunctions", "UpdateStateMachine", {"stateMachineArn": f"arn:aws:states:us-east-1:{e.ACCOUNT}:stateMachine:backup", "definition": json.dumps(e.MACHINE)}, {"definition": '{"States": {}}'}, "definition", "StartAt"),
    ("sqs", "SetQueueAttributes", {"QueueUrl": "https://sqs/work", "Attributes": p.QUEUE}, {"Attributes": {"VisibilityTimeout": "50000"}}, "Attributes.VisibilityTimeout", "43200"),
    ("sqs", "SetQueueAttributes", {"QueueUrl": "https://sqs/work", "Attributes": p.QUEUE_POLICY}, {"Attributes": {"Policy": BAD_QUEUE_POLICY}}, "Attributes.Policy.Statement[0].Action", "nearest: sendmessage"),
    ("ecr", "PutLifecyclePolicy", {"repositoryName": "runtime", "lifecyclePolicyText": json.dumps(EXPIRE)}, {"lifecyclePolicyText": "{'rules'}"}, "lifecyclePolicyText", "is no JSON"),
    ("ecr", "SetRepositoryPolicy", {"repositoryName": "runtime", "policyText": p.PULL}, {"policyText": "{}"}, "policyText", "Statement"),
]  # fmt: skip
