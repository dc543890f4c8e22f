"""The migrations, declared beside the parts of a stack that they need."""

import json
from typing import Any

import pytest

from infra import context as contexts
from infra.application.registry import ecr_repository_arns
from infra.data.database_logins import Place
from infra.data.postgres import Role
from infra.data.room import data, keys
from infra.network.address_plan import Tier
from infra.network.room import network
from infra.operations.functions import FunctionNetwork
from infra.operations.room import function_platform, notifications
from infra.releases.migrations import ApplicationTasks, Artifacts, MigratedDatabase, Migrations, MigrationsArgs
from infra.settings import load
from runtime.deployments.migrations import handler
from runtime.deployments.migrations.definition import definition
from runtime.deployments.migrations.progress import Phase
from runtime.deployments.migrations.settings import MigrationSettings
from sandbox.provider.checks import check
from tests.infra.iam.linting import Kind, lint
from tests.infra.iam.stack_documents import real
from tests.infra.recording import ACCOUNT, DEVELOPMENT, REGION, Recording, record

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/jobr-development-cluster"
NAME = "jobr-development-migrations"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


def program() -> None:
    """The rooms that migrations need, and they."""
    settings = load()
    context = contexts.of(settings)
    its_keys = keys(context)
    its_network = network(context, its_keys)
    platform = function_platform(context, its_keys, notifications(context, its_keys))
    its_data = data(context, its_keys, its_network, platform)
    private, postgres = its_network.vpc.subnet_ids(Tier.PRIVATE), its_data.postgres
    args = MigrationsArgs(
        platform=platform,
        settings=settings.releases,
        network=FunctionNetwork(subnet_ids=private, security_group_id=its_network.groups.database_functions.id),
        database=MigratedDatabase(
            identifier=postgres.primary.identifier,
            arn=postgres.primary.arn,
            place=Place(host=postgres.host, port=postgres.port, database=settings.database.name),
            login=postgres.logins[Role.MIGRATIONS],
        ),
        tasks=ApplicationTasks(
            cluster_name="jobr-development-cluster",
            cluster_arn=CLUSTER,
            network=FunctionNetwork(subnet_ids=private, security_group_id=its_network.groups.application.id),
            secret_arns=[postgres.logins[Role.APPLICATION].secret_arn, *its_data.secrets.arns],
            repository_arns=ecr_repository_arns(settings.application.image),
        ),
        artifacts=Artifacts(
            bucket_name=its_data.buckets.artifacts.name,
            bucket_arn=its_data.buckets.artifacts.arn,
            key_arn=its_keys.storage,
        ),
        secrets_key_arn=its_keys.secrets,
    )
    Migrations(context.name("migrations"), args, context.options())


@pytest.fixture(scope="module")
def stack() -> Recording:
    return record(program, DEVELOPMENT, "development")


@pytest.fixture
def variables(stack: Recording) -> dict[str, str]:
    found: dict[str, str] = stack.one("aws:lambda/function:Function", NAME).inputs["environment"]["variables"]
    return found


def statements(stack: Recording, ending: str) -> dict[str, dict[str, Any]]:
    policy = stack.one("aws:iam/rolePolicy:RolePolicy", ending)
    return {statement["Sid"]: statement for statement in policy.document("policy")["Statement"]}


def test_the_function_starts_a_handler_that_exists(stack: Recording) -> None:
    (command,) = stack.one("aws:lambda/function:Function", NAME).inputs["imageConfig"]["commands"]
    module, _, name = command.rpartition(".")
    assert module == handler.__name__
    assert callable(getattr(handler, name))


def test_the_runtime_accepts_the_environment_that_is_rendered_for_it(variables: dict[str, str]) -> None:
    # Only the mocks' key has an ARN without the word that real ones have, and their subnets no ids of AWS's form.
    usable = {name: real(text) for name, text in variables.items()} | {
        "ARTIFACTS_KMS_KEY_ARN": KEY,
        "SUBNET_IDS": "subnet-1,subnet-2,subnet-3",
    }
    settings = MigrationSettings.from_environment(usable)
    assert settings.words(Phase.EXPAND) == ["npm", "run", "db:migrate"]
    assert settings.words(Phase.CHECK) == ["npm", "run", "db:migrate:dry-run"]
    assert settings.words(Phase.CONTRACT) == []
    assert (settings.timeout_seconds, settings.database_port) == (300, 5432)
    assert len(variables["SUBNET_IDS"].split(",")) == 3


def test_what_is_switched_off_reaches_the_function_as_no_command() -> None:
    quiet = record(program, {**DEVELOPMENT, "migrationDryRunCommand": "off", "migrationTimeout": "10m"}, "development")
    variables = quiet.one("aws:lambda/function:Function", NAME).inputs["environment"]["variables"]
    assert "DRY_RUN_COMMAND" not in variables
    assert variables["TIMEOUT_SECONDS"] == "600"


def test_the_function_reaches_the_database_and_its_tasks_are_where_the_application_is(
    stack: Recording, variables: dict[str, str]
) -> None:
    (group,) = stack.one("aws:lambda/function:Function", NAME).inputs["vpcConfig"]["securityGroupIds"]
    assert group.endswith("-database-functions-id")
    assert variables["SECURITY_GROUP_ID"].endswith("-application-id")
    assert all("-private-" in subnet for subnet in variables["SUBNET_IDS"].split(","))


def test_the_function_ends_before_the_state_machine_gives_it_up(stack: Recording) -> None:
    machine = stack.one("aws:sfn/stateMachine:StateMachine").document("definition")
    timeout = stack.one("aws:lambda/function:Function", NAME).inputs["timeout"]
    for state in machine["States"].values():
        assert state.get("TimeoutSeconds", timeout + 1) > timeout


def test_the_machine_runs_the_definition_around_its_function(stack: Recording) -> None:
    machine = stack.one("aws:sfn/stateMachine:StateMachine")
    function = f"arn:aws:function:{REGION}:{ACCOUNT}:{NAME}"
    assert machine.document("definition") == definition(function)
    assert machine.inputs["type"] == "STANDARD"


def test_what_cloudformation_would_refuse_of_the_machine_is_nothing(stack: Recording) -> None:
    machine = stack.one("aws:sfn/stateMachine:StateMachine")
    request = {
        "name": machine.name,
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/machine",
        "definition": real(machine.inputs["definition"]),
    }
    assert check("stepfunctions", "CreateStateMachine", request) == []
    broken = json.loads(request["definition"])
    del broken["States"]["Verify"]["Resource"]
    assert check("stepfunctions", "CreateStateMachine", {**request, "definition": json.dumps(broken)})


def test_the_machine_logs_every_step_without_its_data_into_an_encrypted_group(stack: Recording) -> None:
    logging = stack.one("aws:sfn/stateMachine:StateMachine").inputs["loggingConfiguration"]
    assert (logging["level"], logging["includeExecutionData"]) == ("ALL", False)
    group = stack.one("aws:cloudwatch/logGroup:LogGroup", "-migrations-machine")
    assert logging["logDestination"] == f"arn:aws:loggroup:{REGION}:{ACCOUNT}:{group.name}:*"
    assert group.inputs["name"] == f"/aws/vendedlogs/states/{NAME}"
    for part in ("machine", "tasks"):
        inputs = stack.one("aws:cloudwatch/logGroup:LogGroup", f"-migrations-{part}").inputs
        assert (inputs["retentionInDays"], inputs["kmsKeyId"][-5:]) == (30, "-logs")


def test_the_machine_may_call_its_function_and_deliver_its_log_and_nothing_else(stack: Recording) -> None:
    allowed = statements(stack, "-migrations-machine")
    assert set(allowed) == {"CallFunction", "DeliverLog"}
    assert allowed["CallFunction"]["Resource"] == [f"arn:aws:function:{REGION}:{ACCOUNT}:{NAME}"]
    (trust,) = stack.one("aws:iam/role:Role", "-migrations-machine").document("assumeRolePolicy")["Statement"]
    assert trust["Principal"] == {"Service": ["states.amazonaws.com"]}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_the_machine_is_made_once_its_role_may_log(stack: Recording) -> None:
    dependencies = stack.one("aws:sfn/stateMachine:StateMachine").dependencies
    assert any("rolePolicy" in urn and urn.endswith("-migrations-machine") for urn in dependencies)


def test_the_function_may_run_tasks_of_its_own_family_in_the_one_cluster(stack: Recording) -> None:
    allowed = statements(stack, NAME)
    family = [f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{NAME}-tasks:*"]
    in_cluster = {"ArnEquals": {"ecs:cluster": CLUSTER}}
    assert allowed["MakeTaskDefinitions"]["Resource"] == family
    assert (allowed["RunTasks"]["Resource"], allowed["RunTasks"]["Condition"]) == (family, in_cluster)
    assert allowed["FindTasks"]["Condition"] == in_cluster
    assert allowed["WatchTasks"]["Resource"] == [f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/jobr-development-cluster/*"]
    assert allowed["HandOverRole"]["Resource"] == [f"arn:aws:role:{REGION}:{ACCOUNT}:{NAME}-tasks"]


def test_the_function_takes_and_deletes_its_own_snapshots_and_restores_nothing(stack: Recording) -> None:
    allowed = statements(stack, NAME)
    own = f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:{NAME}-*"
    assert allowed["KeepSnapshots"]["Resource"] == [own]
    assert own in allowed["TakeSnapshots"]["Resource"]
    actions = {action for statement in allowed.values() for action in statement["Action"]}
    assert not {action for action in actions if "Restore" in action or "Modify" in action or "DBInstance:" in action}
    assert "rds:DeleteDBInstance" not in actions


def test_only_what_starts_a_migrations_task_may_read_the_migrations_login(stack: Recording) -> None:
    (login,) = statements(stack, NAME)["ReadLogin"]["Resource"]
    readers = {
        policy.name
        for policy in stack.all("aws:iam/rolePolicy:RolePolicy")
        for statement in policy.document("policy")["Statement"]
        if login in statement.get("Resource", []) and "secretsmanager:GetSecretValue" in statement["Action"]
    }
    assert readers == {NAME, f"{NAME}-tasks", "jobr-development-database-roles"}


def test_every_document_is_what_iam_takes(stack: Recording) -> None:
    for ending in (NAME, "-migrations-tasks", "-migrations-machine"):
        policy = real(stack.one("aws:iam/rolePolicy:RolePolicy", ending).inputs["policy"])
        assert list(lint(policy, Kind.IDENTITY)) == [], ending


def test_the_name_of_every_component_is_pinned() -> None:
    assert Migrations.token() == "jobr:releases:Migrations"
