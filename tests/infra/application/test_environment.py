"""One schema of variables: what a task gets is what the application's own check, made from the same schema, takes."""

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from jsonschema import Draft202012Validator

from infra.application.environment.rendering import Wires, container_environment
from infra.application.environment.validation import environment_schema
from infra.settings import Environment
from infra.settings.rooms.application import ApplicationSettings
from infra.settings.rooms.variables import MODEL
from infra.settings.variables import VARIABLES
from tests.infra.recording import DEVELOPMENT, IMAGE, PRODUCTION, SECRET_KEYS, SECRETS, Recording, record, run_program

SCHEMA = environment_schema()
GOOGLE = {"googleClientId": "jobr.apps.googleusercontent.com", "googleClientSecret": "a-google-secret"}
REDIS = {"redisUrl": "rediss://redis.example.com:6379"}
# What the recording answers for every generated password, and what the real one is like.
GENERATED, AS_GENERATED = "the-generated-password", "g" * 64


def _application(stack: Recording) -> dict[str, Any]:
    containers = json.loads(
        stack.one("aws:ecs/taskDefinition:TaskDefinition", "-application").inputs["containerDefinitions"]
    )
    found: dict[str, Any] = next(each for each in containers if each["name"] == "app")
    return found


def _process(stack: Recording) -> dict[str, str]:
    """`process.env` of a task: what stands in clear, and what ECS fetches by the references."""
    app = _application(stack)
    stored = {
        f"secret:{version.name}": json.loads(version.inputs["secretString"])
        for version in stack.all("aws:secretsmanager/secretVersion:SecretVersion")
        if version.inputs["secretString"].startswith("{")
    }

    def fetched(reference: str) -> str:
        secret, key, stage, version = reference.split(":", 5)[5].rsplit(":", 3)
        assert (stage, version) == ("", ""), "the current value"
        value: str = stored[secret][key]
        return AS_GENERATED if value == GENERATED else value

    plain = {each["name"]: each["value"] for each in app["environment"]}
    return {**plain, **{each["name"]: fetched(each["valueFrom"]) for each in app["secrets"]}}


def _complaints(process: dict[str, str]) -> Iterator[str]:
    for error in Draft202012Validator(SCHEMA).iter_errors(process):
        yield f"{'.'.join(map(str, error.absolute_path))} {error.message}"


def _about(name: str, process: dict[str, str]) -> bool:
    return any(name in complaint for complaint in _complaints(process))


def test_the_schema_is_one_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_what_a_task_gets_is_what_the_application_takes(stack: Recording) -> None:
    assert list(_complaints(_process(stack))) == []


def test_a_generated_secret_is_as_long_as_the_tests_take_it_for(stack: Recording) -> None:
    passwords = stack.all("random:index/randomPassword:RandomPassword")
    sessions = [each for each in passwords if each.name.endswith("secret")]
    assert len(sessions) == 3
    assert {each.inputs["length"] for each in sessions} == {len(AS_GENERATED)}


def test_a_task_has_every_variable_that_is_always_there_and_none_that_nobody_described(stack: Recording) -> None:
    always = {variable.name for variable in VARIABLES.values() if variable.always}
    assert len(always) > 40
    assert always <= set(_process(stack)) <= set(VARIABLES)


def test_secrets_are_secrets_and_nothing_else_is(stack: Recording) -> None:
    app = _application(stack)
    assert all(VARIABLES[each["name"]].kind.secret for each in app["secrets"])
    assert not any(VARIABLES[each["name"]].kind.secret for each in app["environment"])


def test_what_has_no_default_is_missed_by_its_name(production: Recording) -> None:
    process = _process(production)
    assert {"NODE_ENV", "DATABASE_URL", "JWT_SECRET", "OPENAI_API_KEY"} <= set(SCHEMA["required"])
    for name in SCHEMA["required"]:
        assert _about(name, {key: value for key, value in process.items() if key != name}), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_SECRET", "too-short-for-production"),
        ("STRIPE_SECRET_KEY", "sk_test_a-key-that-is-secret"),
        ("DATABASE_URL", "postgresql://jobr:word@db:5432/jobr?sslmode=require"),
        ("BASE_URL", "http://jobr.example.com"),
        ("CORS_ORIGINS", "https://jobr.example.com,http://jobr.example.com"),
        ("SESSION_SECURE", "false"),
    ],
)
def test_production_is_held_to_more_and_development_is_not(production: Recording, name: str, value: str) -> None:
    process = {**_process(production), name: value}
    assert _about(name, process)
    assert not _about(name, {**process, "NODE_ENV": "development"})


def test_no_live_key_is_taken_where_no_real_money_moves(development: Recording) -> None:
    process = _process(development)
    assert _about("STRIPE_SECRET_KEY", {**process, "STRIPE_SECRET_KEY": "sk_live_a-key-that-is-secret"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "80"), ("PORT", "5000.0"), ("DB_POOL_SIZE", "0"), ("SESSION_SECURE", "yes"), ("UPLOAD_PATH", "uploads")],
)
def test_a_text_that_is_no_such_value_is_refused(development: Recording, name: str, value: str) -> None:
    assert _about(name, {**_process(development), name: value})


def test_variables_that_belong_together_come_together_or_not_at_all(development: Recording) -> None:
    names = {"GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "REDIS_URL", "REDIS_TLS", "REDIS_MAX_RETRIES"}
    assert names.isdisjoint(_process(development))
    with_both = record(
        run_program, {**DEVELOPMENT, **GOOGLE, **REDIS}, secrets={*SECRET_KEYS, "googleClientSecret", "redisUrl"}
    )
    process = _process(with_both)
    assert names <= set(process)
    assert list(_complaints(process)) == []
    assert _about("GOOGLE_CLIENT_ID", {key: value for key, value in process.items() if key != "GOOGLE_CLIENT_ID"})


def test_the_replicas_login_is_there_exactly_where_the_replica_is() -> None:
    for has in ("true", "false"):
        stack = record(run_program, {**PRODUCTION, "databaseReplica": has})
        assert ("READ_REPLICA_URL" in _process(stack)) is (has == "true")


def test_every_secret_that_a_task_refers_to_may_be_read_when_it_starts(stack: Recording) -> None:
    statements = stack.one("aws:iam/rolePolicy:RolePolicy", f"jobr-{stack.stack}-execution").document("policy")[
        "Statement"
    ]
    (readable,) = [each["Resource"] for each in statements if "secretsmanager:GetSecretValue" in each["Action"]]
    named = {each["valueFrom"].rsplit(":", 3)[0] for each in _application(stack)["secrets"]}
    assert named == set(readable), "each of them, and none that it does not use"


def test_new_tasks_come_with_every_new_version_of_a_secret_and_with_nothing_else() -> None:
    settings = MODEL.model_validate({**SECRETS, "stripeSecretKey": "sk_test_a-key-that-is-secret"})

    def revision(*versions: str) -> pulumi.Input[str]:
        wires = Wires(
            environment=Environment.DEVELOPMENT,
            application=ApplicationSettings.model_validate({"applicationImage": IMAGE}),
            base_url="https://jobr.example.com",
            login_arn="arn:login",
            replica_login_arn=None,
            references={},
            secret_arns=[],
            revisions=versions,
        )
        return container_environment(settings, wires).plain["SECRETS_REVISION"]

    def program() -> None:
        for name, versions in {"one": "ab", "same": "ab", "another": "ac", "more": "abc"}.items():
            pulumi.export(name, revision(*versions))

    shown = record(program, {}).outputs
    assert shown["one"] == shown["same"]
    assert len({shown["one"], shown["another"], shown["more"]}) == 3
