import json

from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

SERVICE, TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"


def test_ecs_itself_deploys_blue_green_over_the_production_rule(stack: Recording) -> None:
    service = stack.one(SERVICE).inputs
    assert service["deploymentController"] == {"type": "ECS"}
    assert service["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    (balancer,) = service["loadBalancers"]
    assert balancer["targetGroupArn"].endswith("-blue")
    assert balancer["advancedConfiguration"]["alternateTargetGroupArn"].endswith("-green")
    assert balancer["advancedConfiguration"]["productionListenerRule"].endswith("-production")
    assert balancer["advancedConfiguration"]["roleArn"].endswith("-infrastructure")


def test_the_bake_time_is_minutes_as_text_as_ecs_wants_it() -> None:
    service = record(run_program, {**DEVELOPMENT, "deploymentBakeTime": "1h"}).one(SERVICE).inputs
    assert service["deploymentConfiguration"]["bakeTimeInMinutes"] == "60"


def test_the_number_of_tasks_belongs_to_scaling_after_the_first_time(stack: Recording) -> None:
    service = stack.one(SERVICE)
    assert service.ignore_changes == ("desiredCount",)
    assert service.inputs["desiredCount"] == 2


def test_the_role_that_moves_traffic_is_there_before_the_service_and_goes_after_it(stack: Recording) -> None:
    kinds = {dependency.split("::")[2].rpartition("$")[2] for dependency in stack.one(SERVICE).dependencies}
    assert {"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:lb/listenerRule:ListenerRule"} <= kinds
    attachment = stack.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs
    assert attachment["policyArn"] == "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"


def test_tasks_have_no_public_address_and_no_shell(stack: Recording) -> None:
    service = stack.one(SERVICE).inputs
    assert service["networkConfiguration"]["assignPublicIp"] is False
    assert service["enableExecuteCommand"] is False


def test_the_container_fits_its_task_and_the_task_is_one_that_fargate_has(stack: Recording) -> None:
    task = stack.one(TASK).inputs
    (container,) = json.loads(task["containerDefinitions"])
    assert (task["cpu"], task["memory"]) == ("1024", "2048")
    assert (container["cpu"], container["memory"]) == (1000, 1024)


def test_the_container_runs_unprivileged_on_a_read_only_disk(stack: Recording) -> None:
    (container,) = json.loads(stack.one(TASK).inputs["containerDefinitions"])
    assert container["user"] == "1000:1000"
    assert container["readonlyRootFilesystem"] is True
    assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}


def test_the_container_gets_its_secrets_by_reference_and_none_in_its_environment(stack: Recording) -> None:
    (container,) = json.loads(stack.one(TASK).inputs["containerDefinitions"])
    assert {secret["name"] for secret in container["secrets"]} == {
        "DATABASE_URL",
        "DATABASE_USERNAME",
        "DATABASE_PASSWORD",
        "OPENAI_API_KEY",
    }
    assert all(secret["valueFrom"].startswith("arn:aws:secretsmanager:") for secret in container["secrets"])
    assert {variable["name"] for variable in container["environment"]} == {
        "NODE_ENV",
        "PORT",
        "BASE_URL",
        "MEMORY_LIMIT",
        "CPU_LIMIT",
    }


def test_an_image_from_elsewhere_needs_no_right_to_pull_from_ecr() -> None:
    elsewhere = {**DEVELOPMENT, "applicationImage": "registry.example/jobr@sha256:" + "0" * 64}
    policy = record(run_program, elsewhere).one("aws:iam/rolePolicy:RolePolicy", "-execution").inputs["policy"]
    assert "ecr:" not in policy
