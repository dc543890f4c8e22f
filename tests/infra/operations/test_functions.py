from typing import Any

import pytest

from runtime.backups import handler
from runtime.backups.settings import BackupSettings
from tests.infra.recording import DEVELOPMENT, Recorded, Recording, record, run_program

FUNCTION, SCHEDULE = "aws:lambda/function:Function", "aws:scheduler/schedule:Schedule"
QUEUE, ALARM = "aws:sqs/queue:Queue", "aws:cloudwatch/metricAlarm:MetricAlarm"
KEY = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def backup(stack: Recording) -> dict[str, Any]:
    """The backup function's inputs."""
    return stack.one(FUNCTION, "-database-backup").inputs


def statements(stack: Recording, function: Recorded) -> dict[str, dict[str, Any]]:
    (policy,) = [r for r in stack.all("aws:iam/rolePolicy:RolePolicy") if r.name == function.name]
    return {statement["Sid"]: statement for statement in policy.document("policy")["Statement"]}


def test_the_function_starts_a_handler_that_exists(backup: dict[str, Any]) -> None:
    (command,) = backup["imageConfig"]["commands"]
    module, _, name = command.rpartition(".")
    assert module == handler.__name__
    assert callable(getattr(handler, name))


def test_every_function_is_an_image_by_digest(stack: Recording) -> None:
    for function in stack.all(FUNCTION):
        assert function.inputs["packageType"] == "Image"
        assert "@sha256:" in function.inputs["imageUri"]


def test_the_runtime_accepts_the_environment_that_is_rendered_for_it(backup: dict[str, Any]) -> None:
    variables = dict(backup["environment"]["variables"])
    # Only the mocks' key has an ARN without the word that real ones have.
    variables["BACKUP_KMS_KEY_ARN"] = KEY
    settings = BackupSettings.from_environment(variables)
    assert settings.backup_prefix == "database/"
    assert set(variables) == set(BackupSettings.variables().values())


def test_every_function_writes_into_its_own_encrypted_log_group_for_as_long_as_the_settings_say(
    production: Recording,
) -> None:
    for function in production.all(FUNCTION):
        (group,) = [r for r in production.all("aws:cloudwatch/logGroup:LogGroup") if r.name == function.name]
        assert function.inputs["loggingConfig"]["logGroup"] == group.name
        assert group.inputs["retentionInDays"] == 365
        assert group.inputs["kmsKeyId"].endswith("-logs")


def test_every_function_keeps_its_dead_letters_encrypted_in_a_queue_of_its_own_for_two_weeks(stack: Recording) -> None:
    functions = stack.all(FUNCTION)
    assert functions
    for function in functions:
        queue = stack.one(QUEUE, f"{function.name}-dead-letters")
        assert function.inputs["deadLetterConfig"]["targetArn"].endswith(f":{queue.name}")
        assert queue.inputs["kmsMasterKeyId"].endswith("-messages")
        assert queue.inputs["messageRetentionSeconds"] == 14 * 86_400
    assert len(stack.all(QUEUE)) == len(functions)


def test_no_queue_takes_anything_without_tls_and_none_is_open_to_others(stack: Recording) -> None:
    policies = stack.all("aws:sqs/queuePolicy:QueuePolicy")
    assert [policy.name for policy in policies] == [queue.name for queue in stack.all(QUEUE)]
    for policy in policies:
        (statement,) = policy.document("policy")["Statement"]
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_every_function_may_write_its_own_log_letters_and_traces(stack: Recording) -> None:
    for function in stack.all(FUNCTION):
        allowed = statements(stack, function)
        assert allowed["SendDeadLetters"]["Resource"] == [function.inputs["deadLetterConfig"]["targetArn"]]
        assert allowed["SendDeadLettersKey"]["Condition"] == {
            "StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}
        }
        assert allowed["SendTraces"]["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        assert function.inputs["tracingConfig"] == {"mode": "Active"}


def test_every_function_is_watched_for_errors_throttles_and_dead_letters(stack: Recording) -> None:
    for function in stack.all(FUNCTION):
        watched = {
            (alarm.inputs["metricName"], alarm.inputs["threshold"])
            for alarm in stack.all(ALARM)
            if function.name in str(alarm.inputs.get("dimensions"))
        }
        assert watched == {("Errors", 1), ("Throttles", 1), ("ApproximateNumberOfMessagesVisible", 1)}


def test_every_function_says_how_often_and_how_long_an_event_is_tried(stack: Recording) -> None:
    limits = {r.name: r.inputs for r in stack.all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")}
    assert set(limits) == {function.name for function in stack.all(FUNCTION)}
    for inputs in limits.values():
        assert inputs["maximumRetryAttempts"] in {0, 1, 2}
        assert 60 <= inputs["maximumEventAgeInSeconds"] <= 21_600


def test_no_function_has_a_secret_among_its_variables(stack: Recording) -> None:
    for function in stack.all(FUNCTION):
        assert "environment" not in function.secrets
        variables = function.inputs["environment"]["variables"]
        assert not {name for name in variables if name.endswith(("PASSWORD", "TOKEN", "API_KEY"))}


def test_every_function_stands_in_the_private_subnets_of_every_zone(stack: Recording) -> None:
    for function in stack.all(FUNCTION):
        subnets = function.inputs["vpcConfig"]["subnetIds"]
        assert len(subnets) == 3
        assert all("-private-" in subnet for subnet in subnets)


def test_the_backup_has_a_security_group_of_its_own(backup: dict[str, Any]) -> None:
    (group,) = backup["vpcConfig"]["securityGroupIds"]
    assert group.removesuffix("-id").rpartition("-")[2] == "backup"


def test_one_execution_is_reserved_only_where_the_settings_ask_for_it() -> None:
    free = record(run_program, DEVELOPMENT).one(FUNCTION, "-database-backup")
    assert "reservedConcurrentExecutions" not in free.inputs
    reserved = record(run_program, {**DEVELOPMENT, "backupReservedConcurrency": "true"})
    assert reserved.one(FUNCTION, "-database-backup").inputs["reservedConcurrentExecutions"] == 1


def test_the_schedule_starts_the_function_with_a_role_that_may_do_just_that(
    stack: Recording, backup: dict[str, Any]
) -> None:
    schedule = stack.one(SCHEDULE, "-database-backup").inputs
    assert (schedule["scheduleExpression"], schedule["scheduleExpressionTimezone"]) == ("cron(15 1 * * ? *)", "UTC")
    assert schedule["target"]["arn"].endswith("-database-backup")
    letters = backup["deadLetterConfig"]["targetArn"]
    assert schedule["target"]["deadLetterConfig"]["arn"] == letters
    allowed = {
        tuple(s["Action"]): s["Resource"]
        for s in stack.one("aws:iam/rolePolicy:RolePolicy", "-database-backup-schedule").document("policy")["Statement"]
    }
    key = allowed.pop(("kms:Decrypt", "kms:GenerateDataKey"))
    assert key[0].endswith("-messages")
    assert allowed == {("lambda:InvokeFunction",): [schedule["target"]["arn"]], ("sqs:SendMessage",): [letters]}
