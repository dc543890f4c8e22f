"""Requests of a typical production, out of which the tests make those that must be accepted and those that must be refused."""

import json
from typing import Any

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobr"
GROUP = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/blue/0123456789abcdef"
GREEN = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/green/0123456789abcdef"
BALANCER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/jobr/0123456789abcdef"
LISTENER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:listener/app/jobr/0123456789abcdef/0123456789abcdef"
RULE = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:listener-rule/app/jobr/0123456789abcdef/0123456789abcdef/0123456789abcdef"
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:backup"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:work"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/runtime@sha256:{'0' * 64}"
SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"]
SECURITY_GROUPS = ["sg-0123456789abcdef0"]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str) -> str:
    return policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


TLS_ONLY = policy(
    {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::jobr-backups", "arn:aws:s3:::jobr-backups/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
)
KEY_POLICY = policy(
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
    {
        "Effect": "Allow",
        "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:*"}},
    },
)
ROLE_POLICY = policy(
    {
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
        "Resource": "arn:aws:s3:::jobr-backups/database/*",
    },
    {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": KEY},
    {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": "cloudwatch:PutMetricData",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "Jobr"}},
    },
)
INSTANCE: dict[str, Any] = {
    "DBInstanceIdentifier": "jobr-primary",
    "DBInstanceClass": "db.t4g.medium",
    "Engine": "postgres",
    "EngineVersion": "18.4",
    "AllocatedStorage": 20,
    "StorageType": "gp3",
    "StorageEncrypted": True,
    "KmsKeyId": KEY,
    "MasterUsername": "jobr",
    "MasterUserPassword": "correct-horse-battery",
    "DBName": "jobr",
    "DBSubnetGroupName": "jobr",
    "DBParameterGroupName": "jobr",
    "VpcSecurityGroupIds": SECURITY_GROUPS,
    "BackupRetentionPeriod": 14,
    "PreferredBackupWindow": "03:00-04:00",
    "PreferredMaintenanceWindow": "sun:04:30-sun:05:30",
    "MultiAZ": False,
    "PubliclyAccessible": False,
    "DeletionProtection": True,
    "CopyTagsToSnapshot": True,
    "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
    "EnablePerformanceInsights": True,
    "PerformanceInsightsRetentionPeriod": 7,
    "PerformanceInsightsKMSKeyId": KEY,
    "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    "Tags": [{"Key": "Project", "Value": "jobr"}],
}
TASK: dict[str, Any] = {
    "family": "jobr",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "1024",
    "memory": "2048",
    "executionRoleArn": ROLE,
    "taskRoleArn": ROLE,
    "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
    "containerDefinitions": [
        {
            "name": "app",
            "image": "nginx:1",
            "essential": True,
            "portMappings": [{"containerPort": 3000, "protocol": "tcp"}],
            "environment": [{"name": "PORT", "value": "3000"}],
            "secrets": [
                {
                    "name": "DATABASE_URL",
                    "valueFrom": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-AbCdEf:url::",
                }
            ],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/jobr", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"},
            },
            "healthCheck": {
                "command": ["CMD-SHELL", "curl -f http://localhost:3000/ready"],
                "interval": 30,
                "timeout": 5,
                "retries": 3,
                "startPeriod": 60,
            },
            "readonlyRootFilesystem": True,
            "linuxParameters": {"initProcessEnabled": True},
        }
    ],
    "tags": [{"key": "Project", "value": "jobr"}],
}
DEPLOYMENT: dict[str, Any] = {
    "strategy": "BLUE_GREEN",
    "bakeTimeInMinutes": 10,
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
    "lifecycleHooks": [
        {
            "hookTargetArn": FUNCTION,
            "roleArn": ROLE,
            "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT", "PRE_SCALE_UP"],
            "hookDetails": {"gate": "smoke"},
        }
    ],
}
SERVICE: dict[str, Any] = {
    "cluster": "jobr",
    "serviceName": "app",
    "taskDefinition": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/jobr:1",
    "launchType": "FARGATE",
    "desiredCount": 2,
    "deploymentConfiguration": DEPLOYMENT,
    "deploymentController": {"type": "ECS"},
    "healthCheckGracePeriodSeconds": 60,
    "networkConfiguration": {
        "awsvpcConfiguration": {"subnets": SUBNETS, "securityGroups": SECURITY_GROUPS, "assignPublicIp": "DISABLED"}
    },
    "loadBalancers": [
        {
            "targetGroupArn": GROUP,
            "containerName": "app",
            "containerPort": 3000,
            "advancedConfiguration": {
                "alternateTargetGroupArn": GREEN,
                "productionListenerRule": RULE,
                "roleArn": ROLE,
            },
        }
    ],
    "propagateTags": "SERVICE",
    "enableECSManagedTags": True,
    "enableExecuteCommand": False,
}
LAMBDA: dict[str, Any] = {
    "FunctionName": "backup",
    "Role": ROLE,
    "PackageType": "Image",
    "Code": {"ImageUri": IMAGE},
    "ImageConfig": {"Command": ["runtime.backups.handler.handle"]},
    "Timeout": 900,
    "MemorySize": 1024,
    "Architectures": ["x86_64"],
    "EphemeralStorage": {"Size": 1024},
    "Environment": {"Variables": {"DATABASE_HOST": "db.example.com", "BUCKET": "jobr-backups"}},
    "VpcConfig": {"SubnetIds": SUBNETS, "SecurityGroupIds": SECURITY_GROUPS},
    "LoggingConfig": {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
        "LogGroup": "/aws/lambda/backup",
    },
    "TracingConfig": {"Mode": "Active"},
    "DeadLetterConfig": {"TargetArn": QUEUE},
    "Tags": {"Project": "jobr"},
}
SCHEDULE: dict[str, Any] = {
    "Name": "backup",
    "GroupName": "default",
    "ScheduleExpression": "cron(0 3 * * ? *)",
    "ScheduleExpressionTimezone": "Europe/Berlin",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": FUNCTION,
        "RoleArn": ROLE,
        "Input": "{}",
        "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600},
        "DeadLetterConfig": {"Arn": QUEUE},
    },
}
MACHINE: dict[str, Any] = {
    "StartAt": "Dump",
    "States": {
        "Dump": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": FUNCTION, "Payload.$": "$"},
            "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 5, "MaxAttempts": 3, "BackoffRate": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
            "Next": "Enough",
        },
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.rows", "NumericGreaterThan": 0, "Next": "Wait"}],
            "Default": "Failed",
        },
        "Wait": {"Type": "Wait", "Seconds": 5, "Next": "Done"},
        "Failed": {"Type": "Fail", "Error": "Empty", "Cause": "nothing was dumped"},
        "Done": {"Type": "Succeed"},
    },
}
STATE_MACHINE: dict[str, Any] = {
    "name": "backup",
    "roleArn": ROLE,
    "type": "STANDARD",
    "definition": json.dumps(MACHINE),
}
ALARM: dict[str, Any] = {
    "AlarmName": "backup-errors",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "backup"}],
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
    "AlarmActions": [TOPIC],
}
