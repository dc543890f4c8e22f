"""What archives the database: a task that never ends, or a function that begins every minute."""

import json
import re
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

import pytest

from infra.operations.archive import TIMEOUT
from infra.settings import WalArchive
from infra.settings.rooms.archive import OBJECTIVES
from runtime.wal import handler
from runtime.wal.handler import STOP_BEFORE_TIMEOUT_SECONDS
from runtime.wal.settings import NAMESPACE, WalSettings
from tests.infra.operations.test_dashboard import widgets
from tests.infra.operations.test_functions import FUNCTION, KEY, SCHEDULE
from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

SERVICE, TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
POLICY, GROUP, ARCHIVE = "aws:iam/rolePolicy:RolePolicy", "aws:cloudwatch/logGroup:LogGroup", "-wal-archive"


@pytest.fixture
def service(production: Recording) -> dict[str, Any]:
    """The archiver's service."""
    return production.one(SERVICE, ARCHIVE).inputs


@pytest.fixture
def container(production: Recording) -> dict[str, Any]:
    """The one container of its task."""
    (found,) = json.loads(production.one(TASK, ARCHIVE).inputs["containerDefinitions"])
    assert isinstance(found, dict)
    return found


def variables(stack: Recording) -> dict[str, str]:
    """The archiver's environment, whatever it runs as."""
    functions = [found for found in stack.all(FUNCTION) if found.name.endswith(ARCHIVE)]
    if functions:
        return dict(functions[0].inputs["environment"]["variables"])
    (found,) = json.loads(stack.one(TASK, ARCHIVE).inputs["containerDefinitions"])
    return {pair["name"]: pair["value"] for pair in found["environment"]}


def allowed(stack: Recording) -> dict[str, dict[str, Any]]:
    """What the archiver itself may do, by the statements' names."""
    ending = ARCHIVE if stack.stack == "development" else f"{ARCHIVE}-task"
    return {statement["Sid"]: statement for statement in stack.one(POLICY, ending).document("policy")["Statement"]}


def test_the_image_starts_the_archiver_and_waits_for_no_function_calls(container: dict[str, Any]) -> None:
    assert "@sha256:" in container["image"]
    assert container["entryPoint"] == ["python", "-m"], "the image's own entry point asks Lambda for events"
    (module,) = container["command"]
    assert find_spec(f"{module}.__main__") is not None


def test_one_task_ends_before_the_next_one_starts_because_one_session_streams_from_a_slot(
    service: dict[str, Any], container: dict[str, Any]
) -> None:
    assert (service["deploymentMinimumHealthyPercent"], service["deploymentMaximumPercent"]) == (0, 100)
    assert service["desiredCount"] == 1
    assert service["availabilityZoneRebalancing"] == "DISABLED", "ECS refuses it beside a maximum of 100 %"
    assert STOP_BEFORE_TIMEOUT_SECONDS < container["stopTimeout"] <= 120, "Fargate kills after 120 s whatever is asked"


def test_a_deployment_that_does_not_start_goes_back_and_pulumi_waits_for_the_end(service: dict[str, Any]) -> None:
    assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["waitForSteadyState"] is True
    assert (service["launchType"], service["platformVersion"]) == ("FARGATE", "LATEST")


def test_the_container_can_neither_write_to_its_disk_nor_be_entered(
    service: dict[str, Any], container: dict[str, Any]
) -> None:
    assert container["readonlyRootFilesystem"] is True
    assert container["user"].partition(":")[0] == "10001", "the image's account"
    assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert not container.keys() & {"secrets", "mountPoints", "portMappings"}
    assert service["enableExecuteCommand"] is False
    assert service["networkConfiguration"]["assignPublicIp"] is False


def test_it_stands_where_the_backup_stands(production: Recording, service: dict[str, Any]) -> None:
    backup = production.one(FUNCTION, "-database-backup").inputs["vpcConfig"]
    assert service["networkConfiguration"]["subnets"] == backup["subnetIds"]
    assert service["networkConfiguration"]["securityGroups"] == backup["securityGroupIds"]


def test_it_starts_after_the_roles_are_there(production: Recording) -> None:
    needed = {urn.split("::")[2].rpartition("$")[2] for urn in production.one(SERVICE, ARCHIVE).dependencies}
    assert {"aws:lambda/invocation:Invocation", POLICY} <= needed


def test_its_log_is_encrypted_and_kept_as_long_as_every_other(production: Recording, container: dict[str, Any]) -> None:
    group = production.one(GROUP, ARCHIVE)
    assert container["logConfiguration"]["options"]["awslogs-group"] == group.name
    assert group.inputs["retentionInDays"] == 365
    assert group.inputs["kmsKeyId"].endswith("-logs")


def test_the_runtime_accepts_the_environment_that_is_rendered_for_it(stack: Recording) -> None:
    # Only the mocks' key has an ARN without the word that real ones have.
    settings = WalSettings.from_environment({**variables(stack), "BACKUP_KMS_KEY_ARN": KEY})
    assert settings.wal_prefix == "wal/"
    assert settings.replication_secret_arn.endswith("-replication-login")


def test_it_reads_from_the_primary_itself_and_knows_it_from_its_copies(production: Recording) -> None:
    found = variables(production)
    assert found["DATABASE_HOST"] == "jobr-production-primary.example", "a proxy passes no replication on"
    assert found["DATABASE_INSTANCE"] == "db-jobr-production-primary", "the identifier stays when instances are swapped"


def test_no_secret_stands_in_the_environment(stack: Recording) -> None:
    assert not {name for name in variables(stack) if re.search(r"PASSWORD|TOKEN|API_KEY", name)}
    assert "the-generated-password" not in json.dumps(variables(stack))


def test_it_adds_finds_and_reads_its_own_folder_and_deletes_nothing(stack: Recording) -> None:
    found = allowed(stack)
    actions = {action for statement in found.values() for action in statement["Action"] if action.startswith("s3:")}
    assert actions == {"s3:ListBucket", "s3:PutObject", "s3:GetObject"}
    for sid in ("AddSegments", "ReadSegments"):
        (objects,) = found[sid]["Resource"]
        assert objects.endswith("-backups/wal/*"), "what the dumps are is none of its business"


def test_it_reads_the_replication_logins_secret_alone_and_uses_each_key_through_one_service(stack: Recording) -> None:
    found = allowed(stack)
    (secret,) = found["ReadDatabaseSecret"]["Resource"]
    assert secret.endswith(f"jobr-{stack.stack}-replication-login")
    through = {sid: found[sid]["Condition"]["StringEquals"] for sid in ("UseStorageKey", "DecryptSecrets")}
    assert through == {
        "UseStorageKey": {"kms:ViaService": "s3.us-east-1.amazonaws.com"},
        "DecryptSecrets": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"},
    }


def test_starting_the_task_needs_its_image_and_its_log_and_no_secret(production: Recording) -> None:
    statements = production.one(POLICY, f"{ARCHIVE}-execution").document("policy")["Statement"]
    assert {statement["Sid"] for statement in statements} == {"EcrToken", "PullImage", "WriteLog"}
    (repository,) = next(s["Resource"] for s in statements if s["Sid"] == "PullImage")
    assert repository.endswith("-runtime"), "the application's images are not the archiver's"


def test_a_function_begins_every_minute_and_never_twice_at_a_time(development: Recording) -> None:
    function = development.one(FUNCTION, ARCHIVE).inputs
    (command,) = function["imageConfig"]["commands"]
    module, _, name = command.rpartition(".")
    assert (module, callable(getattr(handler, name))) == (handler.__name__, True)
    assert development.one(SCHEDULE, ARCHIVE).inputs["scheduleExpression"] == "rate(1 minute)"
    assert function["reservedConcurrentExecutions"] == 1
    events = development.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", ARCHIVE).inputs
    assert events["maximumRetryAttempts"] == 0, "the next minute's run is the next attempt"


def test_the_functions_objective_outlasts_a_run_that_never_began_or_began_a_minute_late() -> None:
    interval, start, segment = timedelta(minutes=1), timedelta(seconds=5), timedelta(seconds=1)
    archived = TIMEOUT - timedelta(seconds=STOP_BEFORE_TIMEOUT_SECONDS)
    assert archived >= interval / 2, "most of the time it archives"
    usual = interval - archived + start + segment
    assert (usual, usual + interval) == (timedelta(seconds=26), timedelta(seconds=86))
    assert usual + interval <= OBJECTIVES[WalArchive.FUNCTION]


def test_a_stack_has_the_one_that_it_asks_for_and_nothing_of_the_other(
    development: Recording, production: Recording
) -> None:
    def kinds(stack: Recording) -> set[str]:
        return {found.type for found in stack.resources if found.name.endswith(ARCHIVE)}

    assert {SERVICE, TASK} <= kinds(production)
    assert not kinds(production) & {FUNCTION, SCHEDULE}
    assert {FUNCTION, SCHEDULE} <= kinds(development)
    assert not kinds(development) & {SERVICE, TASK}


def test_a_stack_that_archives_nothing_has_nothing_for_it_watches_nothing_and_shows_nothing() -> None:
    off = record(run_program, {**DEVELOPMENT, "walArchive": "off"})
    assert [found.name for found in off.resources if "archive" in found.name] == []
    assert NAMESPACE not in str(widgets(off))
