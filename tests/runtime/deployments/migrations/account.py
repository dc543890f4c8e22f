"""What a migration finds in the account: topics, the primary, the new revision's task definition."""

from typing import Any

from runtime.common.aws import Clients

INSTANCE = "jobr-test-primary"
ROLE = "arn:aws:iam::123456789012:role/jobr-test"
IMAGE = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/jobr@sha256:{'a' * 64}"


def topics(cloud: Clients) -> tuple[str, str, str]:
    """A queue that hears everything, and the topics' ARNs."""
    sns, sqs = cloud.get("sns"), cloud.get("sqs")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics = [sns.create_topic(Name=name)["TopicArn"] for name in ("critical", "warning")]
    for topic in topics:
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return queue, topics[0], topics[1]


def instance(cloud: Clients) -> None:
    """The primary, in groups that are not the region's default ones."""
    ec2, rds = cloud.get("ec2"), cloud.get("rds")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    rds.create_db_subnet_group(DBSubnetGroupName="jobr-subnets", DBSubnetGroupDescription="d", SubnetIds=subnets)
    rds.create_db_parameter_group(
        DBParameterGroupName="jobr-parameters", DBParameterGroupFamily="postgres18", Description="d"
    )
    rds.create_db_instance(
        DBInstanceIdentifier=INSTANCE,
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="jobr_admin",
        MasterUserPassword="a-password-of-moto",
        DBSubnetGroupName="jobr-subnets",
        DBParameterGroupName="jobr-parameters",
        VpcSecurityGroupIds=["sg-database"],
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
    )


def task_definition(client: Any) -> str:
    """The new revision's task definition, as infra/application declares it."""
    registered = client.register_task_definition(
        family="jobr-test-application",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="2048",
        memory="4096",
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        executionRoleArn=ROLE,
        taskRoleArn=ROLE,
        volumes=[{"name": "tmp"}, {"name": "uploads", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
        containerDefinitions=[
            {
                "name": "app",
                "image": IMAGE,
                "essential": True,
                "cpu": 1000,
                "memory": 1024,
                "user": "1000:1000",
                "readonlyRootFilesystem": True,
                "portMappings": [{"containerPort": 5000}],
                "environment": [{"name": "NODE_ENV", "value": "production"}],
                "secrets": [{"name": "DATABASE_URL", "valueFrom": "arn:aws:secretsmanager:us-east-1:1:secret:a:url::"}],
                "mountPoints": [
                    {"sourceVolume": "tmp", "containerPath": "/tmp"},  # noqa: S108  # a path inside the container
                    {"sourceVolume": "uploads", "containerPath": "/var/uploads"},
                ],
            },
            {"name": "collector", "image": IMAGE, "essential": True},
        ],
    )
    arn: str = registered["taskDefinition"]["taskDefinitionArn"]
    return arn
