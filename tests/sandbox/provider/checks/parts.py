"""Further requests of a typical production, and parts of them."""

import json
from typing import Any

from tests.sandbox.provider.checks import examples as e

GP3_LARGE: dict[str, Any] = e.INSTANCE | {
    "AllocatedStorage": 400,
    "Iops": 12000,
    "StorageThroughput": 500,
    "DBInstanceClass": "db.r7g.large",
}
SELF_RULE: dict[str, Any] = {
    "IpProtocol": "tcp",
    "FromPort": 5432,
    "ToPort": 5432,
    "UserIdGroupPairs": [{"GroupId": "sg-0123456789abcdef0", "Description": "app"}],
}
FORWARD: dict[str, Any] = {
    "Type": "forward",
    "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": e.GROUP, "Weight": 100}, {"TargetGroupArn": e.GREEN, "Weight": 0}]
    },
}
REDIRECT: dict[str, Any] = {
    "Type": "redirect",
    "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
}
LIFECYCLE: dict[str, Any] = {
    "Rules": [
        {
            "ID": "database",
            "Status": "Enabled",
            "Filter": {"Prefix": "database/"},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
            "Expiration": {"Days": 365},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3},
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}],
        },
        {
            "ID": "parts",
            "Status": "Enabled",
            "Filter": {},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
        },
        {
            "ID": "markers",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        },
        {
            "ID": "tagged",
            "Status": "Disabled",
            "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeGreaterThan": 1024}},
            "Expiration": {"Days": 30},
        },
    ]
}
ENCRYPTION: dict[str, Any] = {
    "Rules": [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": e.KEY},
            "BucketKeyEnabled": True,
        }
    ]
}
QUEUE: dict[str, Any] = {
    "VisibilityTimeout": "5400",
    "MessageRetentionPeriod": "1209600",
    "KmsMasterKeyId": e.KEY,
    "SqsManagedSseEnabled": "false",
}
REDRIVE: dict[str, Any] = QUEUE | {"RedrivePolicy": json.dumps({"deadLetterTargetArn": e.QUEUE, "maxReceiveCount": 3})}
QUEUE_POLICY: dict[str, Any] = {
    "Policy": e.policy({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"})
}
PUBLISH = e.policy(
    {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": e.TOPIC,
        "Condition": {"StringEquals": {"aws:SourceAccount": e.ACCOUNT}},
    }
)
PULL = e.policy(
    {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }
)
MATH_ALARM: dict[str, Any] = {
    **{
        name: value
        for name, value in e.ALARM.items()
        if name not in {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}
    },
    "Metrics": [
        {"Id": "rate", "Expression": "100 * errors / requests", "Label": "error rate", "ReturnData": True},
        {
            "Id": "errors",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count"},
                "Period": 60,
                "Stat": "Sum",
            },
        },
        {
            "Id": "requests",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount"},
                "Period": 60,
                "Stat": "Sum",
            },
        },
    ],
}
TARGETS: dict[str, Any] = {
    "Name": "jobr-blue",
    "Protocol": "HTTP",
    "Port": 3000,
    "VpcId": "vpc-0123456789abcdef0",
    "TargetType": "ip",
    "HealthCheckPath": "/ready",
    "HealthCheckIntervalSeconds": 15,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 2,
    "UnhealthyThresholdCount": 3,
    "Matcher": {"HttpCode": "200-299"},
}
HTTPS: dict[str, Any] = {
    "LoadBalancerArn": e.BALANCER,
    "Protocol": "HTTPS",
    "Port": 443,
    "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "Certificates": [{"CertificateArn": e.CERTIFICATE}],
    "DefaultActions": [
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}
    ],
}
BALANCER: dict[str, Any] = {
    "Name": "jobr",
    "Type": "application",
    "Scheme": "internet-facing",
    "Subnets": e.SUBNETS,
    "SecurityGroups": e.SECURITY_GROUPS,
    "IpAddressType": "ipv4",
}
REPLICA: dict[str, Any] = {
    "DBInstanceIdentifier": "jobr-replica",
    "SourceDBInstanceIdentifier": "jobr-primary",
    "DBInstanceClass": "db.t4g.medium",
    "StorageType": "gp3",
    "MultiAZ": False,
    "PubliclyAccessible": False,
    "KmsKeyId": e.KEY,
    "VpcSecurityGroupIds": e.SECURITY_GROUPS,
    "EnableCloudwatchLogsExports": ["postgresql"],
}
SOURCE_MAPPING: dict[str, Any] = {
    "EventSourceArn": e.QUEUE,
    "FunctionName": "backup",
    "BatchSize": 10,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
}
