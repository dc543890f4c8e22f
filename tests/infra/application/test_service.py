from typing import Any

from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

SERVICE = "aws:ecs/service:Service"


def test_ecs_itself_deploys_blue_green_over_the_production_rule(stack: Recording) -> None:
    service = stack.one(SERVICE, "-application").inputs
    assert service["deploymentController"] == {"type": "ECS"}
    assert service["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    (balancer,) = service["loadBalancers"]
    assert balancer["targetGroupArn"].endswith("-blue")
    assert balancer["advancedConfiguration"]["alternateTargetGroupArn"].endswith("-green")
    assert balancer["advancedConfiguration"]["productionListenerRule"].endswith("-production")
    assert balancer["advancedConfiguration"]["testListenerRule"].endswith("-test")
    assert balancer["advancedConfiguration"]["roleArn"].endswith("-infrastructure")


def _deployed(**settings: str) -> dict[str, Any]:
    return record(run_program, {**DEVELOPMENT, **settings}).one(SERVICE, "-application").inputs


def test_the_bake_time_is_minutes_as_text_as_ecs_wants_it() -> None:
    assert _deployed(deploymentBakeTime="1h")["deploymentConfiguration"]["bakeTimeInMinutes"] == "60"


def test_a_canary_takes_its_part_for_its_time() -> None:
    canary = _deployed(deploymentStrategy="CANARY", canaryPercent="2.5", canaryBakeTime="20m")[
        "deploymentConfiguration"
    ]
    assert canary["canaryConfiguration"] == {"canaryPercent": 2.5, "canaryBakeTimeInMinutes": "20"}
    assert "linearConfiguration" not in canary


def test_linear_steps_are_as_large_and_as_long_as_the_settings_say() -> None:
    linear = _deployed(deploymentStrategy="LINEAR", linearStepPercent="25", linearStepBakeTime="3m")
    assert linear["deploymentConfiguration"]["linearConfiguration"] == {
        "stepPercent": 25.0,
        "stepBakeTimeInMinutes": "3",
    }


def test_a_rolling_deployment_starts_one_task_before_it_stops_one() -> None:
    rolling = _deployed(deploymentStrategy="ROLLING", applicationTasks="4")
    assert rolling["deploymentConfiguration"] == {"strategy": "ROLLING"}
    assert (rolling["deploymentMinimumHealthyPercent"], rolling["deploymentMaximumPercent"]) == (100, 125)


def test_the_number_of_tasks_belongs_to_scaling_after_the_first_time(stack: Recording) -> None:
    service = stack.one(SERVICE, "-application")
    assert service.ignore_changes == ("desiredCount",)
    assert service.inputs["desiredCount"] == 2


def test_the_role_that_moves_traffic_is_there_before_the_service_and_goes_after_it(stack: Recording) -> None:
    kinds = {
        dependency.split("::")[2].rpartition("$")[2] for dependency in stack.one(SERVICE, "-application").dependencies
    }
    assert {"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:lb/listenerRule:ListenerRule"} <= kinds
    assert {"aws:iam/rolePolicy:RolePolicy", "aws:efs/mountTarget:MountTarget"} <= kinds, (
        "what its tasks cannot do without"
    )
    attachment = stack.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "-infrastructure").inputs
    assert attachment["policyArn"] == "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"


def test_a_release_goes_back_when_its_tasks_do_not_start_and_pulumi_waits_for_the_end(stack: Recording) -> None:
    service = stack.one(SERVICE, "-application").inputs
    assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["waitForSteadyState"] is True


def test_tasks_run_on_fargates_latest_platform_in_the_private_subnets(stack: Recording) -> None:
    service = stack.one(SERVICE, "-application").inputs
    private = {f"{s.name}-id" for s in stack.all("aws:ec2/subnet:Subnet") if s.inputs["tags"]["Tier"] == "private"}
    assert (service["launchType"], service["platformVersion"]) == ("FARGATE", "LATEST")
    assert set(service["networkConfiguration"]["subnets"]) == private
    assert stack.one("aws:ecs/taskDefinition:TaskDefinition", "-application").inputs["requiresCompatibilities"] == [
        "FARGATE"
    ]


def test_tasks_have_no_public_address_and_no_shell(stack: Recording) -> None:
    service = stack.one(SERVICE, "-application").inputs
    assert service["networkConfiguration"]["assignPublicIp"] is False
    assert service["enableExecuteCommand"] is False


def test_the_service_has_a_name_that_is_known_before_it_is_there(stack: Recording) -> None:
    service = stack.one(SERVICE, "-application")
    assert service.inputs["name"] == service.name, "what judges its deployments is declared before it, and names it"
    assert len(stack.all("aws:ecs/cluster:Cluster")) == 1
