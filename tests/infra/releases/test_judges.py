"""What judges a release, as the stack declares it: who is asked where, with which environment and which rights."""

import json
from importlib import import_module
from typing import Any

import pytest

from runtime.common.environment import EnvironmentSettings
from runtime.deployments.gate.settings import GateSettings
from runtime.deployments.outcome.settings import OutcomeSettings
from runtime.deployments.rolling.settings import RollingSettings
from runtime.deployments.smoke.settings import SmokeSettings
from runtime.deployments.stages import HOOKABLE
from runtime.deployments.traffic.settings import TrafficSettings
from runtime.deployments.watch.settings import WatchSettings
from tests.infra.iam.stack_documents import real
from tests.infra.recording import ACCOUNT, DEVELOPMENT, REGION, Recording, record, run_program

FUNCTION, INVOCATION, POLICY = (
    "aws:lambda/function:Function",
    "aws:lambda/invocation:Invocation",
    "aws:iam/rolePolicy:RolePolicy",
)
SERVICE = "aws:ecs/service:Service"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
ENVIRONMENTS: dict[str, type[EnvironmentSettings]] = {
    "gate": GateSettings,
    "smoke": SmokeSettings,
    "traffic": TrafficSettings,
    "watch": WatchSettings,
    "outcome": OutcomeSettings,
}


@pytest.fixture(scope="module")
def rolling() -> Recording:
    return record(run_program, {**DEVELOPMENT, "deploymentStrategy": "ROLLING", "applicationTasks": "2"})


def _hooks(recording: Recording) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        recording.one(SERVICE, "-application").inputs["deploymentConfiguration"].get("lifecycleHooks", [])
    )
    return found


def _asked(recording: Recording) -> dict[str, list[str]]:
    """The stages at which each function is asked."""
    return {
        hook["hookTargetArn"].rpartition("-")[2]: hook["lifecycleStages"]
        for hook in _hooks(recording)
        if hook["targetType"] == "AWS_LAMBDA"
    }


def _settings(recording: Recording, name: str, model: type[EnvironmentSettings]) -> Any:
    """What the function itself makes of its environment, with ARNs as AWS writes them."""
    variables: dict[str, str] = recording.one(FUNCTION, f"-deployment-{name}").inputs["environment"]["variables"]
    assert set(variables) <= set(model.variables().values())
    return model.from_environment(
        {key: KEY if key.endswith("KEY_ARN") else real(value) for key, value in variables.items()}
    )


def _rights(recording: Recording, name: str) -> dict[str, dict[str, Any]]:
    statements = recording.one(POLICY, name).document("policy")["Statement"]
    return {statement["Sid"]: statement for statement in statements}


def test_blue_green_is_asked_before_green_on_test_traffic_and_on_peoples(stack: Recording) -> None:
    assert _asked(stack) == {
        "gate": ["PRE_SCALE_UP"],
        "smoke": ["POST_TEST_TRAFFIC_SHIFT"],
        "traffic": ["POST_PRODUCTION_TRAFFIC_SHIFT"],
    }


@pytest.mark.parametrize("strategy", ["CANARY", "LINEAR"])
def test_every_step_of_a_canary_or_linear_deployment_is_judged(strategy: str) -> None:
    asked = _asked(record(run_program, {**DEVELOPMENT, "deploymentStrategy": strategy}))
    assert asked["traffic"] == ["PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]
    assert asked["gate"] == ["PRE_SCALE_UP"]


def test_no_hook_stands_at_a_shift_of_test_traffic_or_where_ecs_calls_none(stack: Recording) -> None:
    stages = {stage for hook in _hooks(stack) for stage in hook["lifecycleStages"]}
    assert "TEST_TRAFFIC_SHIFT" not in stages
    assert stages <= set(HOOKABLE)


def test_a_rolling_deployment_has_no_hooks_and_nothing_that_only_hooks_need(rolling: Recording) -> None:
    assert rolling.one(SERVICE, "-application").inputs["deploymentConfiguration"] == {"strategy": "ROLLING"}
    names = {function.name.rpartition("deployment-")[2] for function in rolling.all(FUNCTION)}
    assert {"gate", "watch", "outcome"} <= names
    assert names.isdisjoint({"smoke", "traffic"})
    assert not [role for role in rolling.all("aws:iam/role:Role") if role.name.endswith("-hooks")]


def test_a_rolling_deployment_asks_the_gate_itself_before_the_service_is_updated(rolling: Recording) -> None:
    asked = rolling.one(INVOCATION, "-deployment-gate")
    definition = rolling.one("aws:ecs/taskDefinition:TaskDefinition", "-application")
    assert (
        json.loads(asked.inputs["input"])["taskDefinition"]
        == rolling.one(SERVICE, "-application").inputs["taskDefinition"]
    )
    assert json.loads(asked.inputs["input"])["taskDefinition"].endswith(f":{definition.name}")
    assert any(urn.endswith(f"{INVOCATION}::{asked.name}") for urn in rolling.one(SERVICE, "-application").dependencies)
    assert any(urn.endswith("-database-roles") for urn in asked.dependencies), "it looks at the database"
    settings = _settings(rolling, "gate", RollingSettings)
    assert settings.service == "jobr-development-application"
    assert settings.tasks == 2


def test_where_ecs_asks_the_gate_the_deployment_does_not(stack: Recording) -> None:
    assert not [one for one in stack.all(INVOCATION) if one.name.endswith("-deployment-gate")]


def test_ecs_may_call_the_hooks_and_nothing_else(stack: Recording) -> None:
    (allowed,) = _rights(stack, "-hooks").values()
    assert allowed["Action"] == ["lambda:InvokeFunction"]
    assert set(allowed["Resource"]) == {hook["hookTargetArn"] for hook in _hooks(stack)}
    assert {hook["roleArn"].rpartition(":")[2] for hook in _hooks(stack)} == {
        stack.one("aws:iam/role:Role", "-hooks").name
    }
    assert any(
        urn.endswith(f"{POLICY}::{stack.one(POLICY, '-hooks').name}")
        for urn in stack.one(SERVICE, "-application").dependencies
    )


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_function_takes_its_environment_and_has_a_door(stack: Recording, name: str) -> None:
    settings = _settings(stack, name, ENVIRONMENTS[name])
    assert settings.artifacts_bucket.endswith("-artifacts")
    assert settings.verdicts_prefix == "deployments/"
    (command,) = stack.one(FUNCTION, f"-deployment-{name}").inputs["imageConfig"]["commands"]
    module, _, door = command.rpartition(".")
    assert callable(getattr(import_module(module), door))


def test_the_door_before_a_rolling_deployment_exists(rolling: Recording) -> None:
    (command,) = rolling.one(FUNCTION, "-deployment-gate").inputs["imageConfig"]["commands"]
    module, _, door = command.rpartition(".")
    assert callable(getattr(import_module(module), door))


def test_the_settings_reach_the_functions_that_they_are_for() -> None:
    configured = {
        **DEVELOPMENT,
        "openaiCheck": "required",
        "imageScanCheck": "off",
        "gatePatience": "1h",
        "scaleUpDeadline": "20m",
        "trafficErrorPercent": "0.5",
        "trafficWhenInconclusive": "extend",
        "trafficObservation": "10m",
        "trafficSlowMinutes": "4",
        "smokeTestDomain": "jobr.example.org",
        "migrations": "false",
    }
    seen = record(run_program, configured)
    gate = _settings(seen, "gate", GateSettings)
    assert (gate.openai, gate.image_scan, gate.patience_seconds) == ("required", "off", 3600)
    assert gate.migrations_state_machine_arn is None
    traffic = _settings(seen, "traffic", TrafficSettings)
    assert (str(traffic.error_percent), traffic.when_inconclusive) == ("0.5", "extend")
    assert (traffic.observation_minutes, traffic.slow_minutes) == (10, 4)
    assert _settings(seen, "watch", WatchSettings).scale_up_minutes == 20
    assert _settings(seen, "smoke", SmokeSettings).domain == "jobr.example.org"
    assert not seen.all("aws:sfn/stateMachine:StateMachine")


def test_only_the_gate_reads_secrets_only_the_watch_rolls_back_and_only_the_gate_migrates(stack: Recording) -> None:
    actions = {
        name: {action for statement in _rights(stack, f"-deployment-{name}").values() for action in statement["Action"]}
        for name in ENVIRONMENTS
    }
    assert {name for name, allowed in actions.items() if "secretsmanager:GetSecretValue" in allowed} == {"gate"}
    assert {name for name, allowed in actions.items() if "ecs:StopServiceDeployment" in allowed} == {"watch"}
    assert {name for name, allowed in actions.items() if "states:StartExecution" in allowed} == {"gate"}
    assert {name for name, allowed in actions.items() if "s3:PutObject" not in allowed} == {"outcome"}
    assert not {name for name, allowed in actions.items() if any(a.startswith("s3:Delete") for a in allowed)}


def test_functions_read_and_stop_deployments_of_the_one_service_alone(stack: Recording) -> None:
    service = _settings(stack, "watch", WatchSettings).service_arn
    deployments = [service.replace(":service/", ":service-deployment/") + "/*"]
    assert _rights(stack, "-deployment-watch")["RollBack"]["Resource"] == deployments
    assert service.endswith(f"/{stack.one(SERVICE, '-application').inputs['name']}")


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("gate", "database-functions"),
        ("smoke", "test-clients"),
        ("traffic", "functions"),
        ("watch", "functions"),
        ("outcome", "functions"),
    ],
)
def test_each_function_stands_where_it_reaches_what_it_needs_and_no_more(
    stack: Recording, name: str, group: str
) -> None:
    (found,) = stack.one(FUNCTION, f"-deployment-{name}").inputs["vpcConfig"]["securityGroupIds"]
    environment = found.removeprefix("jobr-").partition("-")[0]
    assert found == f"jobr-{environment}-{group}-id"


def test_the_watch_is_woken_by_the_one_services_events_and_by_a_schedule(stack: Recording) -> None:
    rule = stack.one("aws:cloudwatch/eventRule:EventRule", "-deployment-watch")
    service = stack.one(FUNCTION, "-deployment-watch").inputs["environment"]["variables"]["SERVICE_ARN"]
    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        "resources": [service],
    }
    target = stack.one("aws:cloudwatch/eventTarget:EventTarget", "-deployment-watch").inputs
    permission = stack.one("aws:lambda/permission:Permission", "-deployment-watch").inputs
    assert target["arn"].endswith("-deployment-watch")
    assert permission["sourceArn"].endswith(f":{rule.name}")
    schedule = stack.one("aws:scheduler/schedule:Schedule", "-deployment-watch").inputs
    assert schedule["target"]["arn"] == target["arn"]


def test_windows_are_peoples_once_the_parameter_is_there(stack: Recording) -> None:
    windows = stack.one("aws:ssm/parameter:Parameter", "-windows")
    assert windows.inputs["insecureValue"] == "[]"
    assert windows.ignore_changes == ("insecureValue",)
    assert _settings(stack, "gate", GateSettings).windows_parameter == windows.name


def test_the_outcome_is_asked_after_the_service_about_the_task_that_was_declared(stack: Recording) -> None:
    asked = stack.one(INVOCATION, "-deployment-outcome")
    service = stack.one(SERVICE, "-application")
    assert any(urn.endswith(f"{SERVICE}::{service.name}") for urn in asked.dependencies)
    assert json.loads(asked.inputs["input"]) == {"taskDefinition": service.inputs["taskDefinition"]}
    assert asked.inputs["triggers"] == {"strategy": "BLUE_GREEN"}


@pytest.mark.parametrize(
    ("approval", "stage"),
    [
        ("before-traffic", "POST_TEST_TRAFFIC_SHIFT"),
        ("each-shift", "PRE_PRODUCTION_TRAFFIC_SHIFT"),
        ("after-traffic", "POST_PRODUCTION_TRAFFIC_SHIFT"),
    ],
)
def test_a_deployment_waits_for_a_person_where_the_settings_say(approval: str, stage: str) -> None:
    configured = {**DEVELOPMENT, "deploymentApproval": approval, "deploymentApprovalTimeout": "90m"}
    (pause,) = [hook for hook in _hooks(record(run_program, configured)) if hook["targetType"] == "PAUSE"]
    assert pause == {
        "targetType": "PAUSE",
        "lifecycleStages": [stage],
        "timeoutConfiguration": {"action": "ROLLBACK", "timeoutInMinutes": "90"},
    }


def test_nobody_is_asked_unless_the_settings_want_it(stack: Recording) -> None:
    assert {hook["targetType"] for hook in _hooks(stack)} == {"AWS_LAMBDA"}
