"""Requests for databases, services and functions that AWS refuses, with the member to blame and words of the message."""

from typing import Any

from tests.sandbox.provider.checks import examples as e
from tests.sandbox.provider.checks.parts import SOURCE_MAPPING


def deployment(**changes: Any) -> dict[str, Any]:
    return e.SERVICE | {"deploymentConfiguration": e.DEPLOYMENT | changes}


def container(**changes: Any) -> dict[str, Any]:
    return e.TASK | {"containerDefinitions": [e.TASK["containerDefinitions"][0] | changes]}


NETWORK = e.SERVICE["networkConfiguration"]["awsvpcConfiguration"]
BAD_HOOK = e.DEPLOYMENT["lifecycleHooks"][0] | {"lifecycleStages": ["BAKE_TIME"]}
MODIFIED: dict[str, Any] = {"DBInstanceIdentifier": "a"}
TIMEOUT: dict[str, Any] = {"FunctionName": "backup", "Timeout": 901}

APPLICATIONS: list[tuple[str, str, dict[str, Any], str, str]] = [
    (
        "rds",
        "CreateDBInstance",
        e.INSTANCE | {"DBInstanceClass": "db.banana.7xl"},
        "DBInstanceClass",
        "'db.banana.7xl' is not possible",
    ),
    (
        "rds",
        "CreateDBInstance",
        e.INSTANCE | {"DBInstanceClass": "db.t4g.medum"},
        "DBInstanceClass",
        "nearest: db.t4g.medium",
    ),
    ("rds", "CreateDBInstance", e.INSTANCE | {"EngineVersion": "99.1"}, "EngineVersion", "'99.1' is not possible"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"StorageType": "gp9"}, "StorageType", "gp3"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"Engine": "postgresql"}, "Engine", "nearest: postgres"),
    ("rds", "CreateDBInstance", e.INSTANCE | {"AllocatedStorage": "20"}, "AllocatedStorage", "a whole number, not str"),
    (
        "rds",
        "CreateDBInstance",
        e.INSTANCE | {"BackupRetention": 7},
        "BackupRetention",
        "nearest: BackupRetentionPeriod",
    ),
    ("rds", "CreateDBInstance", {"Engine": "postgres"}, "DBInstanceIdentifier", "is missing"),
    (
        "rds",
        "CreateDBInstanceReadReplica",
        {"DBInstanceIdentifier": "r", "SourceDBInstanceIdentifier": "p", "DBInstanceClass": "db.nano"},
        "DBInstanceClass",
        "not possible",
    ),
    ("rds", "ModifyDBInstance", MODIFIED | {"DBInstanceClass": "db.banana.7xl"}, "DBInstanceClass", "not possible"),
    ("rds", "ModifyDBInstance", MODIFIED | {"EngineVersion": "99.1"}, "EngineVersion", "'99.1'"),
    ("rds", "ModifyDBInstance", MODIFIED | {"StorageType": "gp9"}, "StorageType", "gp3"),
    (
        "rds",
        "CreateDBParameterGroup",
        {"DBParameterGroupName": "j", "DBParameterGroupFamily": "postgres99", "Description": "d"},
        "DBParameterGroupFamily",
        "'postgres99'",
    ),
    ("ecs", "RegisterTaskDefinition", e.TASK | {"cpu": "1000"}, "cpu", "1000"),
    ("ecs", "RegisterTaskDefinition", e.TASK | {"memory": "1024"}, "", "not compatible with memory '1024'"),
    ("ecs", "RegisterTaskDefinition", e.TASK | {"networkMode": "awsvpcs"}, "networkMode", "nearest: awsvpc"),
    ("ecs", "RegisterTaskDefinition", container(essential=False), "containerDefinitions", "essential"),
    (
        "ecs",
        "RegisterTaskDefinition",
        container(logConfiguration={"logDriver": "awslog"}),
        "containerDefinitions[0].logConfiguration.logDriver",
        "nearest: awslogs",
    ),
    ("ecs", "CreateService", deployment(strategy="PURPLE"), "deploymentConfiguration.strategy", "BLUE_GREEN"),
    ("ecs", "CreateService", deployment(bakeTimeInMinutes=1441), "deploymentConfiguration.bakeTimeInMinutes", "1440"),
    (
        "ecs",
        "CreateService",
        deployment(lifecycleHooks=[BAD_HOOK]),
        "deploymentConfiguration.lifecycleHooks[0].lifecycleStages[0]",
        "POST_SCALE_UP",
    ),
    (
        "ecs",
        "CreateService",
        e.SERVICE | {"networkConfiguration": {"awsvpcConfiguration": NETWORK | {"subnets": [1]}}},
        "networkConfiguration.awsvpcConfiguration.subnets[0]",
        "must be text, not int",
    ),
    ("ecs", "CreateService", e.SERVICE | {"launchType": "FARGAT"}, "launchType", "nearest: FARGATE"),
    (
        "ecs",
        "UpdateService",
        {"service": "app", "deploymentConfiguration": {"strategy": "PURPLE"}},
        "deploymentConfiguration.strategy",
        "ROLLING",
    ),
    ("logs", "PutRetentionPolicy", {"logGroupName": "/jobr", "retentionInDays": 31}, "retentionInDays", "30"),
    ("logs", "CreateLogGroup", {"logGroupName": "/jobr logs"}, "logGroupName", "does not match"),
    ("lambda", "CreateFunction", e.LAMBDA | {"Timeout": 901}, "Timeout", "maximum of 900"),
    ("lambda", "CreateFunction", e.LAMBDA | {"MemorySize": 64}, "MemorySize", "at least 128"),
    ("lambda", "CreateFunction", e.LAMBDA | {"Role": "backup"}, "Role", "does not match"),
    ("lambda", "CreateFunction", e.LAMBDA | {"Architectures": ["amd64"]}, "Architectures[0]", "arm64, x86_64"),
    ("lambda", "UpdateFunctionConfiguration", TIMEOUT, "Timeout", "maximum of 900"),
    (
        "lambda",
        "CreateFunction",
        e.LAMBDA | {"Runtime": "python3.99", "Handler": "a.b"},
        "Runtime",
        "nearest: python3.9",
    ),
    ("lambda", "CreateEventSourceMapping", SOURCE_MAPPING | {"BatchSize": 20000}, "BatchSize", "at most 10000"),
]
