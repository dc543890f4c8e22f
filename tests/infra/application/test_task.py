import json
import re
from typing import Any

import pytest

from infra.application.collector import RAW_ROUTE
from tests.infra.recording import DEVELOPMENT, DIGEST, Recording, record, run_program

TASK, POLICY = "aws:ecs/taskDefinition:TaskDefinition", "aws:iam/rolePolicy:RolePolicy"


def _containers(recording: Recording) -> dict[str, dict[str, Any]]:
    return {
        each["name"]: each for each in json.loads(recording.one(TASK, "-application").inputs["containerDefinitions"])
    }


def _collector_config(recording: Recording) -> dict[str, Any]:
    (variable,) = _containers(recording)["collector"]["environment"]
    assert variable["name"] == "AOT_CONFIG_CONTENT"
    read: dict[str, Any] = json.loads(variable["value"])
    return read


def test_the_containers_fit_a_task_that_fargate_has(stack: Recording) -> None:
    task, containers = stack.one(TASK, "-application").inputs, _containers(stack).values()
    assert (task["cpu"], task["memory"]) == ("1024", "2048")
    assert sum(each["cpu"] for each in containers) <= int(task["cpu"])
    assert sum(each["memory"] for each in containers) <= int(task["memory"])
    assert (_containers(stack)["app"]["cpu"], _containers(stack)["app"]["memory"]) == (1000, 1024)


def test_both_containers_run_unprivileged_on_a_read_only_disk(stack: Recording) -> None:
    for container in _containers(stack).values():
        assert container["user"].split(":")[0] not in {"", "0", "root"}
        assert container["readonlyRootFilesystem"] is True
        assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
        assert not container.get("privileged")


def test_only_tmp_and_the_uploads_can_be_written(stack: Recording) -> None:
    containers = _containers(stack)
    assert [mount["containerPath"] for mount in containers["app"]["mountPoints"]] == ["/tmp", "/var/uploads"]  # noqa: S108 - a path inside the container
    assert "mountPoints" not in containers["collector"]


def test_uploads_are_mounted_encrypted_through_the_access_point_with_the_tasks_own_role(stack: Recording) -> None:
    volumes = {volume["name"]: volume for volume in stack.one(TASK, "-application").inputs["volumes"]}
    mount = volumes["uploads"]["efsVolumeConfiguration"]
    assert mount["transitEncryption"] == "ENABLED"
    assert mount["authorizationConfig"]["iam"] == "ENABLED"
    assert mount["authorizationConfig"]["accessPointId"]
    assert "rootDirectory" not in mount, "the access point says where"


def test_no_secret_stands_in_a_plain_environment(stack: Recording) -> None:
    app = _containers(stack)["app"]
    assert {"DATABASE_URL", "OPENAI_API_KEY"} <= {secret["name"] for secret in app["secrets"]}
    assert all(secret["valueFrom"].startswith("arn:aws:secretsmanager:") for secret in app["secrets"])
    assert "that-is-secret" not in stack.one(TASK, "-application").inputs["containerDefinitions"]
    assert {v["name"] for v in app["environment"]}.isdisjoint(s["name"] for s in app["secrets"])


def test_the_container_is_asked_whether_it_lives_and_not_whether_others_do(stack: Recording) -> None:
    check = " ".join(_containers(stack)["app"]["healthCheck"]["command"])
    assert "127.0.0.1:5000/live" in check
    assert "/ready" not in check
    assert "/health" not in check


def test_lines_are_lost_rather_than_requests_held_up_when_logs_are_slow(stack: Recording) -> None:
    for container in _containers(stack).values():
        assert container["logConfiguration"]["options"]["mode"] == "non-blocking"
    groups = {each["logConfiguration"]["options"]["awslogs-group"] for each in _containers(stack).values()}
    assert len(groups) == 2


def test_the_collector_is_asked_how_it_is_where_its_own_check_looks(stack: Recording) -> None:
    health = _containers(stack)["collector"]["healthCheck"]
    assert health["command"] == ["CMD", "/healthcheck"], "the image has no shell"
    assert _collector_config(stack)["extensions"]["health_check"]["endpoint"] == "127.0.0.1:13133"


def test_the_application_outlives_its_collector(stack: Recording) -> None:
    assert {name: each["essential"] for name, each in _containers(stack).items()} == {"app": True, "collector": False}
    assert _containers(stack)["collector"]["restartPolicy"]["enabled"] is True


def test_every_image_is_named_by_its_digest(stack: Recording) -> None:
    for container in _containers(stack).values():
        assert re.fullmatch(r"[^@]+@sha256:[0-9a-f]{64}", container["image"])


def test_the_collector_scrapes_the_application_and_writes_signed_to_the_workspace(stack: Recording) -> None:
    config = _collector_config(stack)
    (scrape,) = config["receivers"]["prometheus"]["config"]["scrape_configs"]
    assert (scrape["metrics_path"], scrape["static_configs"]) == ("/metrics", [{"targets": ["127.0.0.1:5000"]}])
    exporter = config["exporters"]["prometheusremotewrite"]
    assert exporter["endpoint"].endswith("/api/v1/remote_write")
    assert exporter["auth"] == {"authenticator": "sigv4auth"}
    assert config["extensions"]["sigv4auth"] == {"region": "us-east-1", "service": "aps"}


def test_the_collector_names_nothing_that_it_does_not_configure_and_limits_memory_first(stack: Recording) -> None:
    config = _collector_config(stack)
    (pipeline,) = config["service"]["pipelines"].values()
    for part in ("receivers", "processors", "exporters"):
        assert set(pipeline[part]) == set(config[part])
    assert set(config["service"]["extensions"]) == set(config["extensions"])
    limiter, memory = config["processors"]["memory_limiter"], _containers(stack)["collector"]["memory"]
    assert pipeline["processors"][0] == "memory_limiter"
    assert 0 < limiter["spike_limit_mib"] < limiter["limit_mib"] < memory, "it refuses before the kernel kills it"
    assert pipeline["processors"][-1] == "batch"


def test_the_collector_listens_inside_the_task_alone(stack: Recording) -> None:
    config = _collector_config(stack)
    endpoints = [each["endpoint"] for each in config["receivers"]["otlp"]["protocols"].values()]
    assert all(
        endpoint.startswith("127.0.0.1:") for endpoint in [*endpoints, config["extensions"]["health_check"]["endpoint"]]
    )
    assert "portMappings" not in _containers(stack)["collector"]


def test_series_of_two_tasks_differ_by_the_tasks_arn(stack: Recording) -> None:
    processors = _collector_config(stack)["processors"]
    assert "ecs" in processors["resourcedetection"]["detectors"]
    (instance,) = processors["resource"]["attributes"]
    assert (instance["key"], instance["from_attribute"]) == ("service.instance.id", "aws.ecs.task.arn")


@pytest.mark.parametrize(
    "route",
    [
        "/api/jobs/17",
        "/api/jobs/17/applications",
        "/users/6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "/reset/AbCdEfGhIjKlMnOpQrStUvWxYz0123",
    ],
)
def test_a_raw_path_in_a_route_label_makes_no_series(route: str) -> None:
    assert re.fullmatch(RAW_ROUTE, route)


@pytest.mark.parametrize("route", ["/api/jobs/:id", "/api/jobs/:id/applications", "/api/v2/jobs", "/", ""])
def test_a_routes_pattern_stays_a_series(route: str) -> None:
    assert not re.fullmatch(RAW_ROUTE, route)


def test_a_running_task_may_send_metrics_and_reach_uploads_and_nothing_else(stack: Recording) -> None:
    statements = stack.one(POLICY, f"jobr-{stack.stack}-task").document("policy")["Statement"]
    actions = {action for statement in statements for action in statement["Action"]}
    assert actions == {"aps:RemoteWrite", "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}
    assert all("*" not in statement["Resource"] for statement in statements)


def test_an_image_from_elsewhere_needs_no_right_to_pull_from_ecr() -> None:
    elsewhere = {**DEVELOPMENT, "applicationImage": f"registry.example/jobr@{DIGEST}"}
    assert "ecr:" not in record(run_program, elsewhere).one(POLICY, "-execution").inputs["policy"]


def test_a_collector_that_is_mirrored_to_ecr_can_be_pulled() -> None:
    mirror = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror/collector@{DIGEST}"
    policy = record(run_program, {**DEVELOPMENT, "collectorImage": mirror}).one(POLICY, "-execution").inputs["policy"]
    assert "repository/mirror/collector" in policy
