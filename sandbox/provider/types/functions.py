"""Lambda: functions, the permissions to invoke them and what feeds them."""

from typing import Any

from sandbox.provider.archives import zipped
from sandbox.provider.mapping import At, Call, Convert, Name, Part, Resource, Text

_FUNCTION = {"FunctionName": "{id}"}
_CONFIGURATION = (
    *(
        "deadLetterConfig",
        "description",
        "environment",
        "ephemeralStorage",
        "fileSystemConfig",
        "handler",
        "imageConfig",
    ),
    *(
        "kmsKeyArn",
        "layers",
        "loggingConfig",
        "memorySize",
        "role",
        "runtime",
        "snapStart",
        "timeout",
        "tracingConfig",
        "vpcConfig",
    ),
)
_CODE = ("code", "imageUri", "s3Bucket", "s3Key", "s3ObjectVersion", "architectures")

FUNCTION = Resource(
    token="aws:lambda/function:Function",
    service="lambda",
    create=Call(
        "create_function",
        carries=("name", "packageType", "publish", *_CONFIGURATION, *_CODE),
        rename={
            "code": Convert("Code.ZipFile", zipped, str),
            **{name: f"Code.{name[:1].upper()}{name[1:]}" for name in _CODE[1:5]},
        },
    ),
    id=Text("{name}"),
    read=Call(
        "get_function",
        _FUNCTION,
        at="merge(Configuration, {ImageUri: Code.ImageUri, ImageConfig: Configuration.ImageConfigResponse.ImageConfig})",
        rename={
            "imageUri": "ImageUri",
            "layers": Convert("Layers", list, lambda found: [layer["Arn"] for layer in found]),
        },
    ),
    update=Call("update_function_configuration", _FUNCTION, carries=_CONFIGURATION),
    delete=Call("delete_function", _FUNCTION, when="!skipDestroy"),
    parts=(
        Part(
            (*_CODE, "sourceCodeHash"),
            put=Call(
                "update_function_code",
                {**_FUNCTION, "Publish": "{publish}"},
                carries=_CODE,
                rename={"code": Convert("ZipFile", zipped, str), "imageUri": "ImageUri"},
            ),
        ),
        Part(("publish",), put=Call("publish_version", _FUNCTION, when="publish", carries=())),
        Part(
            ("reservedConcurrentExecutions",),
            put=Call(
                "put_function_concurrency",
                {**_FUNCTION, "ReservedConcurrentExecutions": "{reservedConcurrentExecutions}"},
                when="reservedConcurrentExecutions >= `0`",
            ),
            read=Call(
                "get_function_concurrency",
                _FUNCTION,
                at="{reservedConcurrentExecutions: ReservedConcurrentExecutions || `-1`}",
            ),
            clear=Call("delete_function_concurrency", _FUNCTION),
        ),
    ),
    rename={
        "name": "FunctionName",
        "fileSystemConfig": "FileSystemConfigs",
        "imageConfig.commands": "Command",
        "imageConfig.entryPoints": "EntryPoint",
    },
    outputs={
        "arn": At("FunctionArn"),
        "invokeArn": Text("arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"),
        "qualifiedArn": Text("{arn}:{version}"),
        "qualifiedInvokeArn": Text(
            "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{qualifiedArn}/invocations"
        ),
        "responseStreamingInvokeArn": Text(
            "arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/{arn}/response-streaming-invocations"
        ),
        "sourceCodeHash": At("CodeSha256"),
        "sourceCodeSize": At("CodeSize"),
        "version": At("Version"),
    },
    replace=("name", "packageType"),
    name=Name(limit=64),
    defaults={
        "memorySize": 128,
        "packageType": "Zip",
        "publish": False,
        "reservedConcurrentExecutions": -1,
        "skipDestroy": False,
        "timeout": 3,
    },
    computed=("architectures", "ephemeralStorage", "loggingConfig", "sourceCodeHash", "tracingConfig"),
    unordered=("vpcConfig.securityGroupIds", "vpcConfig.subnetIds"),
    local=("skipDestroy",),
    fixed=("code", "publish", "s3Bucket", "s3Key", "s3ObjectVersion", "sourceCodeHash"),
    gone=("ResourceNotFoundException",),
    unserved={
        "codeSigningConfigArn": "no code signing",
        "signingJobArn": "no code signing",
        "signingProfileVersionArn": "no code signing",
    },
)

_PERMISSION = {"FunctionName": "{function}", "Qualifier": "{qualifier}"}


def _of_principal(found: Any) -> Any:
    return found if isinstance(found, str) else next(iter(found.values()))


PERMISSION = Resource(
    token="aws:lambda/permission:Permission",
    service="lambda",
    create=Call("add_permission"),
    id=Text("{statementId}"),
    read=Call(
        "get_policy",
        _PERMISSION,
        at="from_json(Policy).Statement[?Sid=='{statementId}'] | [0]",
        rename={
            "principal": Convert("Principal", str, _of_principal),
            "principalOrgId": "Condition.StringEquals.aws:PrincipalOrgID",
            "sourceAccount": "Condition.StringEquals.AWS:SourceAccount",
            "sourceArn": "Condition.ArnLike.AWS:SourceArn",
        },
    ),
    delete=Call("remove_permission", {**_PERMISSION, "StatementId": "{id}"}),
    rename={"function": "FunctionName"},
    replace=(
        *("action", "eventSourceToken", "function", "functionUrlAuthType", "invokedViaFunctionUrl", "principal"),
        *("principalOrgId", "qualifier", "sourceAccount", "sourceArn", "statementId"),
    ),
    fixed=("eventSourceToken", "function", "functionUrlAuthType", "invokedViaFunctionUrl", "qualifier"),
    name=Name("statementId", limit=100),
    gone=("ResourceNotFoundException",),
    taggable=False,
)

_ENABLED = ("Creating", "Enabled", "Enabling", "Updating")

EVENT_SOURCE = Resource(
    token="aws:lambda/eventSourceMapping:EventSourceMapping",
    service="lambda",
    create=Call("create_event_source_mapping"),
    id=At("UUID"),
    read=Call(
        "get_event_source_mapping",
        {"UUID": "{id}"},
        rename={"enabled": Convert("State", str, lambda state: state in _ENABLED)},
    ),
    update=Call("update_event_source_mapping", {"UUID": "{id}"}),
    delete=Call("delete_event_source_mapping", {"UUID": "{id}"}),
    rename={"destinationConfig.onFailure.destinationArn": "Destination"},
    outputs={"arn": At("EventSourceMappingArn")},
    replace=(
        "eventSourceArn",
        "queues",
        "selfManagedEventSource",
        "startingPosition",
        "startingPositionTimestamp",
        "topics",
    ),
    defaults={"enabled": True},
    computed=("batchSize",),
    fixed=("functionName",),  # the API answers the ARN, whichever form was given
    gone=("ResourceNotFoundException",),
)

_INVOKED = {"FunctionName": "{functionName}", "Qualifier": "{qualifier}"}

EVENT_INVOKE_CONFIG = Resource(
    token="aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    service="lambda",
    create=Call("put_function_event_invoke_config", _INVOKED),
    id=Text("{functionName}"),
    read=Call("get_function_event_invoke_config", _INVOKED),
    # Put replaces the whole configuration.
    update=Call("put_function_event_invoke_config", _INVOKED),
    update_all=True,
    delete=Call("delete_function_event_invoke_config", _INVOKED),
    replace=("functionName", "qualifier"),
    fixed=("functionName", "qualifier"),
    defaults={"maximumRetryAttempts": 2},
    gone=("ResourceNotFoundException",),
    taggable=False,
)

RESOURCES = (FUNCTION, PERMISSION, EVENT_SOURCE, EVENT_INVOKE_CONFIG)
