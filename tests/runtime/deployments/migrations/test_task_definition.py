from typing import Any

import pytest

from runtime.deployments.migrations.errors import NotReadyError
from runtime.deployments.migrations.progress import Phase
from runtime.deployments.migrations.settings import MigrationSettings
from runtime.deployments.migrations.task_definition import one_off
from tests.runtime.conftest import KEY

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:migrations-AbCdEf"  # an ARN
SETTINGS = MigrationSettings(
    environment="test",
    cluster_name="jobr",
    task_family="jobr-test-migrations",
    task_execution_role_arn="arn:aws:iam::123456789012:role/migrations",
    task_log_group="migrations",
    subnet_ids="subnet-1,subnet-2",
    security_group_id="sg-1",
    command="sh -c 'npm run db:migrate -- --yes'",
    database_instance="primary",
    database_host="host",
    database_name="jobr",
    migrations_secret_arn=SECRET,
    snapshot_prefix="jobr-test-before",
    artifacts_bucket="jobr-test-artifacts",
    artifacts_kms_key_arn=KEY,
    critical_topic_arn="arn:aws:sns:us-east-1:123456789012:critical",
    warning_topic_arn="arn:aws:sns:us-east-1:123456789012:warning",
)
APPLICATION = {
    "name": "app",
    "image": "jobr@sha256:0",
    "user": "1000:1000",
    "readonlyRootFilesystem": True,
    "environment": [{"name": "NODE_ENV", "value": "production"}],
    "secrets": [
        {"name": "DATABASE_URL", "valueFrom": "arn:aws:secretsmanager:us-east-1:1:secret:application:url::"},
        {"name": "JWT_SECRET", "valueFrom": "arn:aws:secretsmanager:us-east-1:1:secret:sessions:JWT_SECRET::"},
    ],
    "portMappings": [{"containerPort": 5000}],
    "healthCheck": {"command": ["CMD", "true"]},
    "dependsOn": [{"containerName": "collector", "condition": "START"}],
    "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/t"}, {"sourceVolume": "uploads", "containerPath": "/u"}],
}
FOUND: dict[str, Any] = {
    "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/jobr:7",
    "cpu": "2048",
    "memory": "4096",
    "taskRoleArn": "arn:aws:iam::123456789012:role/task",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
    "volumes": [{"name": "tmp", "host": {}}, {"name": "uploads", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
    "containerDefinitions": [{"name": "collector", "image": "collector"}, APPLICATION],
}


@pytest.fixture
def made() -> dict[str, Any]:
    return one_off(FOUND, SETTINGS, "us-east-1")


def test_the_container_is_the_revisions_own_and_alone(made: dict[str, Any]) -> None:
    (container,) = made["containerDefinitions"]
    for member in ("name", "image", "user", "readonlyRootFilesystem", "environment"):
        assert container[member] == APPLICATION[member]
    assert (made["cpu"], made["memory"], made["runtimePlatform"]) == ("2048", "4096", FOUND["runtimePlatform"])


def test_the_login_is_that_of_migrations_and_stands_there_by_reference(made: dict[str, Any]) -> None:
    secrets = {secret["name"]: secret["valueFrom"] for secret in made["containerDefinitions"][0]["secrets"]}
    assert secrets == {"DATABASE_URL": f"{SECRET}:url::", "JWT_SECRET": APPLICATION["secrets"][1]["valueFrom"]}  # type: ignore[index]


def test_it_serves_nothing_mounts_no_uploads_and_may_call_no_api(made: dict[str, Any]) -> None:
    (container,) = made["containerDefinitions"]
    assert not {"portMappings", "healthCheck", "dependsOn"} & container.keys()
    assert [mount["sourceVolume"] for mount in container["mountPoints"]] == ["tmp"]
    assert made["volumes"] == [{"name": "tmp"}]
    assert "taskRoleArn" not in made
    assert made["executionRoleArn"] == SETTINGS.task_execution_role_arn


def test_no_line_of_a_migration_is_dropped_for_speed(made: dict[str, Any]) -> None:
    options = made["containerDefinitions"][0]["logConfiguration"]["options"]
    assert options == {
        "awslogs-group": "migrations",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "migrations",
        "mode": "blocking",
    }


@pytest.mark.parametrize(
    ("containers", "problem"),
    [([], "has no container app"), ([{**APPLICATION, "secrets": []}], "has no secret DATABASE_URL")],
)
def test_a_task_definition_of_something_else_is_refused(containers: list[Any], problem: str) -> None:
    with pytest.raises(NotReadyError, match=problem):
        one_off({**FOUND, "containerDefinitions": containers}, SETTINGS, "us-east-1")


def test_a_command_is_split_as_a_shell_would() -> None:
    assert SETTINGS.words(Phase.EXPAND) == ["sh", "-c", "npm run db:migrate -- --yes"]
    assert SETTINGS.words(Phase.CHECK) == []


def test_a_command_that_no_shell_could_split_is_refused() -> None:
    with pytest.raises(ValueError, match="is no command line"):
        MigrationSettings.model_validate({**SETTINGS.model_dump(), "command": "sh -c 'oops"})
