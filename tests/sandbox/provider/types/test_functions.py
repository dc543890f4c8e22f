import json
from typing import Any

from sandbox.cloud.functions import images
from sandbox.home import PROJECT
from sandbox.provider.mapping import Call
from sandbox.provider.values import ARCHIVE, ASSET, SIGNATURE, Archive
from tests.sandbox.provider.types.harness import Bench, Case, Change, Contract, Drift
from tests.sandbox.provider.types.test_identity import new_role
from tests.sandbox.provider.types.test_messaging import new_queue

FUNCTION = {"FunctionName": "{id}"}
DEAD = "arn:aws:sqs:us-east-1:123456789012:dead"
FILE_SYSTEM = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0"
OTHER_LOG = {"logFormat": "JSON", "logGroup": "/other"}
CONFIGURATION = Call("get_function", FUNCTION, at="Configuration")


def code(text: str) -> Archive:
    asset = {SIGNATURE: ASSET, "text": text, "hash": text}
    return Archive({SIGNATURE: ARCHIVE, "assets": {"main.py": Archive(asset)}, "hash": text})


def zip_function(bench: Bench) -> dict[str, Any]:
    return {
        "code": code("def handle(event, context): return 1"),
        "handler": "main.handle",
        "runtime": "python3.13",
        "role": new_role(bench)["Arn"],
        "memorySize": 512,
        "timeout": 60,
        "environment": {"variables": {"LEVEL": "info"}},
        "vpcConfig": {"subnetIds": ["subnet-0000000a", "subnet-0000000b"], "securityGroupIds": ["sg-0000000a"]},
        "loggingConfig": {"logFormat": "JSON", "logGroup": "/jobr/function"},
        "tracingConfig": {"mode": "Active"},
        "ephemeralStorage": {"size": 1024},
        "tags": {"a": "b"},
    }


def image(bench: Bench, tag: str) -> str:
    repository = "functions"
    ecr = bench.client("ecr")
    if not any(item["repositoryName"] == repository for item in ecr.describe_repositories()["repositories"]):
        ecr.create_repository(repositoryName=repository)
    images.push(ecr, repository, tag, PROJECT, tag)
    return f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{repository}:{tag}"


def image_function(bench: Bench) -> dict[str, Any]:
    image(bench, "two")
    return {
        "packageType": "Image",
        "imageUri": image(bench, "one"),
        "imageConfig": {"commands": ["runtime.backups.handler.handle"]},
        "role": new_role(bench)["Arn"],
    }


def new_function(bench: Bench) -> str:
    name = bench.unique("function")
    client = bench.client("lambda")
    client.create_function(
        FunctionName=name, Role=new_role(bench)["Arn"], PackageType="Image", Code={"ImageUri": image(bench, "one")}
    )
    return name


class TestFunctions(Contract):
    CASES = (
        Case(
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            given=lambda bench: {
                "functionName": new_function(bench),
                "maximumEventAgeInSeconds": 3600,
                "maximumRetryAttempts": 1,
            },
            look=Call("get_function_event_invoke_config", {"FunctionName": "{functionName}"}),
            shown={"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 1},
            changes=(
                Change("maximumRetryAttempts", 0, {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 3600}),
                Change("maximumEventAgeInSeconds", 60, {"MaximumEventAgeInSeconds": 60}),
            ),
            replaces={"functionName": "other"},
            drift=(
                Drift(
                    Call(
                        "put_function_event_invoke_config",
                        {"FunctionName": "{functionName}", "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600},
                    ),
                    "maximumRetryAttempts",
                    2,
                ),
            ),
            vanish=Call("delete_function_event_invoke_config", {"FunctionName": "{functionName}"}),
        ),
        Case(
            "aws:lambda/function:Function",
            given=zip_function,
            look=CONFIGURATION,
            shown={
                "Handler": "main.handle",
                "MemorySize": 512,
                "Environment.Variables": {"LEVEL": "info"},
                "VpcConfig.SubnetIds": ["subnet-0000000a", "subnet-0000000b"],
                "TracingConfig.Mode": "Active",
                "EphemeralStorage.Size": 1024,
                "LoggingConfig.LogFormat": "JSON",
                "LoggingConfig.LogGroup": "/jobr/function",
            },
            outputs={
                "arn": "arn:aws:lambda:us-east-1:123456789012:function:{name}",
                "qualifiedArn": "arn:aws:lambda:us-east-1:123456789012:function:{name}:$LATEST",
                "invokeArn": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
                "version": "$LATEST",
            },
            changes=(
                Change("memorySize", 1024, {"MemorySize": 1024}),
                Change("timeout", 900, {"Timeout": 900}),
                Change("description", "d", {"Description": "d"}),
                Change("description", None, {"Description": ""}),
                Change("environment", {"variables": {"LEVEL": "debug"}}, {"Environment.Variables": {"LEVEL": "debug"}}),
                Change("handler", "main.other", {"Handler": "main.other"}),
                Change("loggingConfig", {"logFormat": "Text"}, {"LoggingConfig.LogFormat": "Text"}),
                Change("tracingConfig", {"mode": "PassThrough"}, {"TracingConfig.Mode": "PassThrough"}),
                Change("ephemeralStorage", {"size": 2048}, {"EphemeralStorage.Size": 2048}),
                Change("deadLetterConfig", {"targetArn": DEAD}, {"DeadLetterConfig.TargetArn": DEAD}),
                Change("deadLetterConfig", None, {"DeadLetterConfig": None}),
                Change("snapStart", {"applyOn": "PublishedVersions"}, {"SnapStart.ApplyOn": "PublishedVersions"}),
                Change("snapStart", None, {"SnapStart.ApplyOn": "None"}),
                Change(
                    "fileSystemConfig",
                    {"arn": FILE_SYSTEM, "localMountPath": "/mnt/a"},
                    {"FileSystemConfigs": [{"Arn": FILE_SYSTEM, "LocalMountPath": "/mnt/a"}]},
                ),
                Change("fileSystemConfig", None, {"FileSystemConfigs": None}),
                Change(
                    "vpcConfig",
                    {"subnetIds": ["subnet-0000000a"], "securityGroupIds": ["sg-0000000a"]},
                    {"VpcConfig.SubnetIds": ["subnet-0000000a"]},
                ),
                Change(
                    "reservedConcurrentExecutions",
                    0,
                    {"ReservedConcurrentExecutions": 0},
                    look=Call("get_function_concurrency", FUNCTION),
                ),
                Change(
                    "reservedConcurrentExecutions",
                    None,
                    {"ReservedConcurrentExecutions": None},
                    look=Call("get_function_concurrency", FUNCTION),
                ),
                Change("architectures", ["arm64"], {"Architectures": ["arm64"]}),
                Change("tags", {"a": "c"}, {"Tags": {"a": "c"}}, look=Call("list_tags", {"Resource": "{arn}"})),
            ),
            replaces={"name": "other", "packageType": "Image"},
            drift=(
                Drift(Call("update_function_configuration", {**FUNCTION, "MemorySize": 256}), "memorySize", 256),
                Drift(
                    Call("update_function_configuration", {**FUNCTION, "Environment": {"Variables": {"LEVEL": "x"}}}),
                    "environment",
                    {"variables": {"LEVEL": "x"}},
                ),
                *(
                    Drift(Call("update_function_configuration", {**FUNCTION, **by}), name, value)
                    for name, by, value in (
                        ("loggingConfig", {"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/other"}}, OTHER_LOG),
                        ("tracingConfig", {"TracingConfig": {"Mode": "PassThrough"}}, {"mode": "PassThrough"}),
                        ("ephemeralStorage", {"EphemeralStorage": {"Size": 512}}, {"size": 512}),
                    )
                ),
            ),
            vanish=Call("delete_function", FUNCTION),
        ),
        Case(
            "aws:lambda/function:Function",
            name="a function from an image",
            given=image_function,
            look=Call("get_function", FUNCTION),
            shown={
                "Code.ImageUri": "{imageUri}",
                "Configuration.ImageConfigResponse.ImageConfig.Command": ["runtime.backups.handler.handle"],
            },
            changes=(
                Change(
                    "imageUri",
                    "123456789012.dkr.ecr.us-east-1.amazonaws.com/functions:two",
                    {"Code.ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/functions:two"},
                ),
                Change(
                    "imageConfig",
                    {"commands": ["a.b"], "entryPoints": ["/entry"], "workingDirectory": "/task"},
                    {"Configuration.ImageConfigResponse.ImageConfig.[Command,EntryPoint]": [["a.b"], ["/entry"]]},
                ),
                Change("imageConfig", None, {"Configuration.ImageConfigResponse": None}),
            ),
            drift=(
                Drift(
                    Call("update_function_configuration", {**FUNCTION, "ImageConfig": {"Command": ["x.y"]}}),
                    "imageConfig",
                    {"commands": ["x.y"]},
                ),
                Drift(
                    Call(
                        "update_function_code",
                        {**FUNCTION, "ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/functions:two"},
                    ),
                    "imageUri",
                    "123456789012.dkr.ecr.us-east-1.amazonaws.com/functions:two",
                ),
            ),
        ),
        Case(
            "aws:lambda/permission:Permission",
            given=lambda bench: {
                "action": "lambda:InvokeFunction",
                "function": new_function(bench),
                "principal": "events.amazonaws.com",
                "sourceArn": "arn:aws:events:us-east-1:123456789012:rule/nightly",
                "sourceAccount": "123456789012",
            },
            look=Call("get_policy", {"FunctionName": "{function}"}),
            shown={"contains(Policy, 'rule/nightly')": True, "contains(Policy, 'events.amazonaws.com')": True},
            replaces={
                "action": "lambda:GetFunction",
                "principal": "s3.amazonaws.com",
                "sourceArn": "arn:aws:s3:::bucket",
                "statementId": "x",
            },
            vanish=Call("remove_permission", {"FunctionName": "{function}", "StatementId": "{id}"}),
        ),
        Case(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            given=lambda bench: {
                "eventSourceArn": new_queue(bench),
                "functionName": new_function(bench),
                "batchSize": 5,
                "functionResponseTypes": ["ReportBatchItemFailures"],
                "filterCriteria": {"filters": [{"pattern": json.dumps({"body": {"kind": ["a"]}})}]},
                "tags": {"a": "b"},
            },
            look=Call("get_event_source_mapping", {"UUID": "{id}"}),
            shown={"BatchSize": 5, "State": "Enabled", "FunctionResponseTypes": ["ReportBatchItemFailures"]},
            outputs={"uuid": "{id}", "arn": "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:{id}"},
            changes=(
                Change("batchSize", 7, {"BatchSize": 7}),
                Change("enabled", False, {"State": "Disabled"}),
                Change("scalingConfig", {"maximumConcurrency": 5}, {"ScalingConfig.MaximumConcurrency": 5}),
                Change("tags", {"a": "c"}, {"Tags": {"a": "c"}}, look=Call("list_tags", {"Resource": "{arn}"})),
            ),
            replaces={"eventSourceArn": "arn:aws:sqs:us-east-1:123456789012:other"},
            drift=(
                Drift(Call("update_event_source_mapping", {"UUID": "{id}", "BatchSize": 9}), "batchSize", 9),
                Drift(Call("update_event_source_mapping", {"UUID": "{id}", "Enabled": False}), "enabled", False),
            ),
            vanish=Call("delete_event_source_mapping", {"UUID": "{id}"}),
        ),
    )

    def test_changed_code_is_an_update_that_the_function_then_has(self, bench_of: Any) -> None:
        bench = bench_of("aws:lambda/function:Function")
        inputs = zip_function(bench)
        state = bench.create(inputs)
        changed = {**inputs, "code": code("def handle(event, context): return 2")}
        assert bench.diff(state, changed).changed == {"code"}
        after = bench.update(state, changed)
        assert after.outputs["codeSha256"] != state.outputs["codeSha256"]
        assert bench.diff(after, changed).changed == set()

    def test_subnets_in_the_apis_own_order_are_no_drift(self, bench_of: Any) -> None:
        bench = bench_of("aws:lambda/function:Function")
        state = bench.create(zip_function(bench))
        there = {"SubnetIds": ["subnet-0000000b", "subnet-0000000a"], "SecurityGroupIds": ["sg-0000000a"]}
        bench.client("lambda").update_function_configuration(FunctionName=state.id, VpcConfig=there)
        assert bench.read(state).inputs == state.inputs
