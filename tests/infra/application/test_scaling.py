import pytest

from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

TARGET, POLICY = "aws:appautoscaling/target:Target", "aws:appautoscaling/policy:Policy"
ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction"
SCHEDULE = "cron(0 7 ? * MON-FRI *)=3-4; cron(0 20 ? * MON-FRI *)=2-4"


def test_scaling_stays_between_the_settings_limits(stack: Recording) -> None:
    target = stack.one(TARGET)
    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (2, 4)
    assert target.inputs["resourceId"].startswith("service/")
    assert target.ignore_changes == ()


def test_the_load_is_the_sum_of_both_colours_so_that_a_release_does_not_change_it(stack: Recording) -> None:
    configuration = stack.one(POLICY).inputs["targetTrackingScalingPolicyConfiguration"]
    blue, green, total = configuration["customizedMetricSpecification"]["metrics"]
    assert total == {
        "id": "requests",
        # Filled each by itself: one colour is without requests most of the time, and both are in a quiet night.
        "expression": "SUM([FILL(blue, 0), FILL(green, 0)])",
        "label": "Requests per task and minute",
        "returnData": True,
    }
    for colour in (blue, green):
        metric = colour["metricStat"]["metric"]
        assert (metric["namespace"], metric["metricName"]) == ("AWS/ApplicationELB", "RequestCountPerTarget")
        assert colour["metricStat"]["stat"] == "Sum"
        dimensions = {each["name"]: each["value"] for each in metric["dimensions"]}
        assert dimensions["LoadBalancer"].endswith("-alb/suffix")
        assert dimensions["TargetGroup"].endswith(f"-{colour['id']}/suffix")
    assert configuration["targetValue"] == 600.0


def test_nothing_scales_by_cpu_which_a_release_halves(stack: Recording) -> None:
    assert len(stack.all(POLICY)) == 1
    assert "predefinedMetricSpecification" not in stack.one(POLICY).inputs["targetTrackingScalingPolicyConfiguration"]


def test_a_schedule_sets_the_limits_by_the_clock_and_pulumi_leaves_them_to_it() -> None:
    recorded = record(run_program, {**DEVELOPMENT, "scalingSchedule": SCHEDULE, "scalingTimezone": "Europe/Berlin"})
    morning, evening = (action.inputs for action in recorded.all(ACTION))
    assert (morning["schedule"], morning["timezone"]) == ("cron(0 7 ? * MON-FRI *)", "Europe/Berlin")
    assert morning["scalableTargetAction"] == {"minCapacity": 3, "maxCapacity": 4}
    assert evening["scalableTargetAction"] == {"minCapacity": 2, "maxCapacity": 4}
    assert recorded.one(TARGET).ignore_changes == ("minCapacity", "maxCapacity")


def test_without_a_schedule_nothing_moves_by_the_clock(stack: Recording) -> None:
    assert stack.all(ACTION) == []


@pytest.mark.parametrize("part", ["roleArn", "suspendedState"])
def test_the_service_linked_role_is_aws_own_to_make(stack: Recording, part: str) -> None:
    assert part not in stack.one(TARGET).inputs
