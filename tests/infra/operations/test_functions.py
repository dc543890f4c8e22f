from runtime.backups import handler
from runtime.backups.settings import BackupSettings
from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

FUNCTION, SCHEDULE = "aws:lambda/function:Function", "aws:scheduler/schedule:Schedule"


def test_the_function_starts_a_handler_that_exists(stack: Recording) -> None:
    (command,) = stack.one(FUNCTION).inputs["imageConfig"]["commands"]
    module, _, name = command.rpartition(".")
    assert module == handler.__name__
    assert callable(getattr(handler, name))


def test_the_function_is_an_image_by_digest(stack: Recording) -> None:
    function = stack.one(FUNCTION).inputs
    assert function["packageType"] == "Image"
    assert "@sha256:" in function["imageUri"]


def test_the_runtime_accepts_the_environment_that_is_rendered_for_it(stack: Recording) -> None:
    variables = dict(stack.one(FUNCTION).inputs["environment"]["variables"])
    # Only the mocks' key has an ARN without the word that real ones have.
    variables["BACKUP_KMS_KEY_ARN"] = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    settings = BackupSettings.from_environment(variables)
    assert settings.backup_prefix == "database/"
    assert set(variables) == set(BackupSettings.variables().values())


def test_the_function_writes_into_its_own_encrypted_log_group_for_as_long_as_the_settings_say(
    production: Recording,
) -> None:
    group = production.one("aws:cloudwatch/logGroup:LogGroup", "-database-backup")
    assert production.one(FUNCTION).inputs["loggingConfig"]["logGroup"] == group.name
    assert group.inputs["retentionInDays"] == 365
    assert group.inputs["kmsKeyId"].endswith("-logs")


def test_the_function_stands_in_the_private_subnets_with_a_group_of_its_own(stack: Recording) -> None:
    network = stack.one(FUNCTION).inputs["vpcConfig"]
    assert all("-private-" in subnet for subnet in network["subnetIds"])
    assert len(network["subnetIds"]) == 3
    assert [group.removesuffix("-id").rpartition("-")[2] for group in network["securityGroupIds"]] == ["backup"]


def test_one_execution_is_reserved_only_where_the_settings_ask_for_it() -> None:
    assert "reservedConcurrentExecutions" not in record(run_program, DEVELOPMENT).one(FUNCTION).inputs
    reserved = record(run_program, {**DEVELOPMENT, "backupReservedConcurrency": "true"})
    assert reserved.one(FUNCTION).inputs["reservedConcurrentExecutions"] == 1


def test_the_schedule_starts_the_function_with_a_role_that_may_do_just_that(stack: Recording) -> None:
    schedule, function = stack.one(SCHEDULE).inputs, stack.one(FUNCTION)
    assert (schedule["scheduleExpression"], schedule["scheduleExpressionTimezone"]) == ("cron(15 1 * * ? *)", "UTC")
    assert schedule["target"]["arn"].endswith(f":{function.name}")
    (statement,) = stack.one("aws:iam/rolePolicy:RolePolicy", "-schedule").document("policy")["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["lambda:InvokeFunction"], [schedule["target"]["arn"]])
