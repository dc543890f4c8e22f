from typing import Any, cast

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.provider.checks import Unknown, check
from sandbox.provider.checks.leniency import LENIENCIES
from sandbox.provider.checks.mappings import MAPPINGS
from sandbox.provider.checks.patterns import compiled, matches
from tests.sandbox.provider.checks import examples as e

# Enum members of requests that are accepted, with the way to them.
ENUMS: list[tuple[str, str, dict[str, Any], tuple[str | int, ...]]] = [
    ("ecs", "CreateService", e.SERVICE, ("launchType",)),
    ("ecs", "CreateService", e.SERVICE, ("deploymentConfiguration", "strategy")),
    ("ecs", "CreateService", e.SERVICE, ("networkConfiguration", "awsvpcConfiguration", "assignPublicIp")),
    ("ecs", "RegisterTaskDefinition", e.TASK, ("runtimePlatform", "cpuArchitecture")),
    ("lambda", "CreateFunction", e.LAMBDA, ("PackageType",)),
    ("lambda", "CreateFunction", e.LAMBDA, ("Architectures", 0)),
    ("scheduler", "CreateSchedule", e.SCHEDULE, ("FlexibleTimeWindow", "Mode")),
    ("cloudwatch", "PutMetricAlarm", e.ALARM, ("ComparisonOperator",)),
    ("stepfunctions", "CreateStateMachine", e.STATE_MACHINE, ("type",)),
]
# Patterns of AWS's model that are valid in no dialect, so that nothing can be checked with them.
INVALID_PATTERNS = {("rbin", "RuleArn")}


def replaced(tree: Any, way: tuple[str | int, ...], value: str) -> Any:
    if not way:
        return value
    copy: Any = list(tree) if isinstance(tree, list) else dict(tree)
    copy[way[0]] = replaced(copy[way[0]], way[1:], value)
    return copy


def shapes(service: str) -> dict[str, Any]:
    """A service's model as AWS publishes it."""
    model: dict[str, Any] = (
        botocore.session.get_session().get_component("data_loader").load_service_model(service, "service-2")
    )
    return cast("dict[str, Any]", model["shapes"])


def dotted(way: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way).removeprefix(".")


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(ENUMS), st.text(max_size=30))
def test_an_enum_member_replaced_by_any_other_text_is_refused(
    case: tuple[str, str, dict[str, Any], tuple[str | int, ...]], text: str
) -> None:
    service, operation, params, way = case
    known = {
        "BLUE_GREEN",
        "ROLLING",
        "LINEAR",
        "CANARY",
        "EC2",
        "FARGATE",
        "EXTERNAL",
        "MANAGED_INSTANCES",
        "Zip",
        "Image",
    }
    if text in known:
        return
    problems = check(service, operation, replaced(params, way, text))
    assert [problem.path for problem in problems if "must be one of" in problem.message] == [dotted(way)]


def test_all_problems_are_found_at_once_each_with_its_path() -> None:
    network = {"awsvpcConfiguration": {"subnets": [7], "assignPublicIp": "YES", "zone": "a"}}
    problems = check("ecs", "CreateService", {"launchType": "MOON", "networkConfiguration": network})
    assert {problem.path for problem in problems} == {
        "serviceName",
        "launchType",
        "networkConfiguration.awsvpcConfiguration.subnets[0]",
        "networkConfiguration.awsvpcConfiguration.assignPublicIp",
        "networkConfiguration.awsvpcConfiguration.zone",
    }


def test_a_map_is_checked_key_by_key_and_value_by_value() -> None:
    problems = check("lambda", "CreateFunction", e.LAMBDA | {"Environment": {"Variables": {"1BAD": "x", "GOOD": 5}}})
    assert [problem.path for problem in problems] == ["Environment.Variables.1BAD", "Environment.Variables.GOOD"]


def test_lengths_and_ranges_are_checked_at_both_ends() -> None:
    low = check("kms", "ScheduleKeyDeletion", {"KeyId": "", "PendingWindowInDays": 0})
    high = check("kms", "ScheduleKeyDeletion", {"KeyId": "k" * 2049, "PendingWindowInDays": 366})
    assert [problem.message for problem in low] == ["has 0 characters, takes at least 1", "0 must be at least 1"]
    assert [problem.message for problem in high] == [
        "has 2049 characters, takes at most 2048",
        "366 must be at most 365",
    ]


def test_true_is_no_number_and_a_number_is_no_text() -> None:
    problems = check("ecs", "CreateService", {"serviceName": 5, "desiredCount": True})
    assert [problem.message for problem in problems] == ["must be text, not int", "must be a whole number, not bool"]


def test_a_file_may_be_a_body() -> None:
    import io

    assert check("s3", "PutObject", {"Bucket": "jobr-backups", "Key": "k", "Body": io.BytesIO(b"x")}) == []


def test_an_idempotency_token_need_not_be_given() -> None:
    assert check("scheduler", "CreateSchedule", e.SCHEDULE) == []


def test_unknown_values_are_accepted_in_a_partial_check_only() -> None:
    params = {"cluster": Unknown(), "networkConfiguration": {"awsvpcConfiguration": Unknown()}, "launchType": "FARGATE"}
    assert check("ecs", "CreateService", params, partial=True) == []
    assert {problem.message for problem in check("ecs", "CreateService", params)} >= {"has no value yet", "is missing"}


def test_what_is_known_is_checked_in_a_partial_check_too() -> None:
    problems = check("ecs", "CreateService", {"cluster": Unknown(), "launchType": "MOON"}, partial=True)
    assert [problem.path for problem in problems] == ["launchType"]


def test_the_patterns_that_no_dialect_reads_are_the_listed_ones() -> None:
    unread = set()
    services = {service for service, _ in MAPPINGS} | {
        "acm",
        "application-autoscaling",
        "autoscaling",
        "dlm",
        "location",
        "rbin",
        "sts",
    }
    for service in services:
        for name, shape in shapes(service).items():
            if "pattern" in shape and compiled(shape["pattern"]) is None:
                unread.add((service, name))
    assert unread == INVALID_PATTERNS


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "text \U0001f600", "bell \x07"),
        (r"[\w+=,.@-]+", "role", "rôle"),
        (r"[\p{L}\p{N}]+", "rôle1", "a b"),
        (r"[\p{Print}&&[^|:/]]+", "a b", "a|b"),
        (r"[\x{60}a]+", "a`", "b"),
        (r"^abc$", "abc", "abc\n"),
        (r"(\p{LD}|\p{Punct}| )+", "a1 !", "\x07"),
    ],
)
def test_java_patterns_mean_what_they_mean_in_java(pattern: str, good: str, bad: str) -> None:
    assert matches(pattern, good)
    assert not matches(pattern, bad)


def test_every_leniency_names_a_shape_that_exists_and_still_lacks_what_it_grants() -> None:
    for (service, name), leniency in LENIENCIES.items():
        shape = shapes(service)[name]
        assert leniency.reason
        assert leniency.source
        assert not leniency.values & set(shape.get("enum", []))
        assert not leniency.any_pattern or "pattern" in shape


def test_a_setting_that_the_model_forgot_is_accepted() -> None:
    assert check("ecs", "PutAccountSetting", {"name": "dualStackIPv6", "value": "enabled"}) == []
