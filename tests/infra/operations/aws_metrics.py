"""The metrics of AWS that the alarms may use, each with the dimensions that it comes with; by the page that lists it."""

# Namespace → (source, metric → the set of dimensions that it is published under and that we use).
METRICS: dict[str, tuple[str, dict[str, tuple[frozenset[str], ...]]]] = {
    "AWS/ApplicationELB": (
        "Elastic Load Balancing User Guide, CloudWatch metrics for your Application Load Balancer",
        {
            "RequestCount": (frozenset({"LoadBalancer"}), frozenset({"LoadBalancer", "TargetGroup"})),
            "HTTPCode_Target_5XX_Count": (frozenset({"LoadBalancer"}), frozenset({"LoadBalancer", "TargetGroup"})),
            # Its own errors have no target.
            "HTTPCode_ELB_5XX_Count": (frozenset({"LoadBalancer"}),),
            "TargetResponseTime": (frozenset({"LoadBalancer"}), frozenset({"LoadBalancer", "TargetGroup"})),
            "RejectedConnectionCount": (frozenset({"LoadBalancer"}),),
            "HealthyHostCount": (frozenset({"LoadBalancer", "TargetGroup"}),),
            "UnHealthyHostCount": (frozenset({"LoadBalancer", "TargetGroup"}),),
        },
    ),
    "AWS/ECS": (
        "Amazon ECS Developer Guide, Amazon ECS CloudWatch metrics",
        {
            "CPUUtilization": (frozenset({"ClusterName", "ServiceName"}),),
            "MemoryUtilization": (frozenset({"ClusterName", "ServiceName"}),),
        },
    ),
    "ECS/ContainerInsights": (
        "Amazon CloudWatch User Guide, Amazon ECS Container Insights metrics",
        {
            "DesiredTaskCount": (frozenset({"ClusterName", "ServiceName"}),),
            "RunningTaskCount": (frozenset({"ClusterName", "ServiceName"}),),
        },
    ),
    "AWS/RDS": (
        "Amazon RDS User Guide, Amazon CloudWatch metrics for Amazon RDS; Monitoring RDS Proxy metrics with CloudWatch",
        {
            **dict.fromkeys(
                (
                    "CPUUtilization",
                    "DatabaseConnections",
                    "FreeableMemory",
                    "FreeStorageSpace",
                    "MaximumUsedTransactionIDs",
                    "OldestReplicationSlotLag",
                    "ReplicaLag",
                ),
                (frozenset({"DBInstanceIdentifier"}),),
            ),
            "DatabaseConnectionsBorrowLatency": (frozenset({"ProxyName"}),),
        },
    ),
    "AWS/Lambda": (
        "AWS Lambda Developer Guide, Types of metrics for Lambda functions",
        dict.fromkeys(("Errors", "Throttles"), (frozenset({"FunctionName"}),)),
    ),
    "AWS/SQS": (
        "Amazon SQS Developer Guide, Available CloudWatch metrics for Amazon SQS",
        {"ApproximateNumberOfMessagesVisible": (frozenset({"QueueName"}),)},
    ),
    "AWS/SNS": (
        "Amazon SNS Developer Guide, Monitoring Amazon SNS topics using CloudWatch",
        {"NumberOfNotificationsFailed": (frozenset({"TopicName"}),)},
    ),
    "AWS/NATGateway": (
        "Amazon VPC User Guide, Monitor NAT gateways using Amazon CloudWatch",
        {"ErrorPortAllocation": (frozenset({"NatGatewayId"}),)},
    ),
    "AWS/CertificateManager": (
        "AWS Certificate Manager User Guide, Supported CloudWatch metrics",
        {"DaysToExpiry": (frozenset({"CertificateArn"}),)},
    ),
    "AWS/EFS": (
        "Amazon EFS User Guide, CloudWatch metrics for Amazon EFS",
        {"PercentIOLimit": (frozenset({"FileSystemId"}),)},
    ),
}
