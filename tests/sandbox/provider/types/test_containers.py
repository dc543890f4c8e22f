"""Clusters and task definitions."""

import json
from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from sandbox.provider.types.containers import TASK_DEFINITION
from tests.sandbox.provider.types.container_parts import containers, retagged, tag_changes
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import ROLE, WholeContract

TAGS = {"Name": "a case"}
_CLUSTERS = Call(
    "describe_clusters", {"clusters": ["{id}"], "include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]}, at="clusters[0]"
)
_DEFINITIONS = Call("describe_task_definition", {"taskDefinition": "{arn}"}, at="taskDefinition")
_TAGS_OF_ID = Call("list_tags_for_resource", {"resourceArn": "{id}"}, at="tags")
_TAGS_OF_ARN = Call("list_tags_for_resource", {"resourceArn": "{arn}"}, at="tags")


def _definition(bench: Bench) -> dict[str, Any]:
    return {
        "family": bench.unique("family"),
        "containerDefinitions": containers(),
        "cpu": "1024",
        "memory": "2048",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": ROLE,
        "taskRoleArn": ROLE,
        "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        "tags": TAGS,
    }


class TestContainers(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:ecs/cluster:Cluster",
            lambda bench: {
                "name": bench.unique("cluster"),
                "settings": [{"name": "containerInsights", "value": "enabled"}],
                "tags": TAGS,
            },
            _CLUSTERS,
            {
                "clusterName": "{name}",
                "settings": [{"name": "containerInsights", "value": "enabled"}],
                "status": "ACTIVE",
            },
            outputs={"arn": "{id}"},
            changes=(
                Change(
                    "settings", [{"name": "containerInsights", "value": "disabled"}], {"settings[0].value": "disabled"}
                ),
                Change(
                    "configuration",
                    {"executeCommandConfiguration": {"logging": "DEFAULT"}},
                    {"configuration.executeCommandConfiguration.logging": "DEFAULT"},
                ),
                *tag_changes(_TAGS_OF_ID),
            ),
            replaces={"name": "another"},
            drift=(
                Drift(
                    Call(
                        "update_cluster",
                        {"cluster": "{id}", "settings": [{"name": "containerInsights", "value": "disabled"}]},
                    ),
                    "settings",
                    [{"name": "containerInsights", "value": "disabled"}],
                ),
                retagged("{id}"),
            ),
            vanish=Call("delete_cluster", {"cluster": "{id}"}),
            remains="status == 'INACTIVE'",
        ),
        Case(
            "aws:ecs/taskDefinition:TaskDefinition",
            _definition,
            _DEFINITIONS,
            {
                "family": "{family}",
                "cpu": "1024",
                "memory": "2048",
                "networkMode": "awsvpc",
                "containerDefinitions[0].image": "app@sha256:" + "0" * 64,
                "runtimePlatform.cpuArchitecture": "ARM64",
                "executionRoleArn": ROLE,
            },
            outputs={
                "arn": "arn:aws:ecs:us-east-1:123456789012:task-definition/{family}:1",
                "arnWithoutRevision": "arn:aws:ecs:us-east-1:123456789012:task-definition/{family}",
                "revision": 1,
                "skipDestroy": False,
                "trackLatest": False,
            },
            changes=tag_changes(_TAGS_OF_ARN),
            replaces={
                "family": "another",
                "containerDefinitions": containers("other@sha256:" + "1" * 64),
                "cpu": "2048",
                "memory": "4096",
                "executionRoleArn": ROLE + "-else",
                "taskRoleArn": ROLE + "-else",
                "runtimePlatform": {"cpuArchitecture": "X86_64"},
                "ephemeralStorage": {"sizeInGib": 30},
                "volumes": [{"name": "scratch"}],
            },
            drift=(retagged("{arn}"),),
            vanish=Call("deregister_task_definition", {"taskDefinition": "{arn}"}),
            remains="status == 'INACTIVE'",
        ),
    )

    def test_a_task_definition_is_imported_by_its_arn(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, TASK_DEFINITION)
        made = bench.create(_definition(bench))
        found = bench.lifecycle.read(made.outputs["arn"], {}, {})
        assert found is not None
        assert found.outputs["revision"] == 1
        for name in ("family", "cpu", "memory", "networkMode", "requiresCompatibilities", "executionRoleArn", "tags"):
            assert found.inputs[name] == made.inputs[name], name
        assert json.loads(found.inputs["containerDefinitions"])[0]["image"] == "app@sha256:" + "0" * 64
        bench.clean()

    def test_a_task_definition_that_shall_outlive_its_resource_stays_active(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, TASK_DEFINITION)
        state = bench.create({**_definition(bench), "skipDestroy": True})
        bench.delete(state)
        assert bench.call(_DEFINITIONS, state)["status"] == "ACTIVE"
