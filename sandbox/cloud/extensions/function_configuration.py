"""Lambda keeps what moto drops of a function's configuration, at its creation and when it changes.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
"""

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import ImageConfig, LambdaFunction

from sandbox.cloud.patching import replace
from sandbox.home import Home

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
RESERVED = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
}


def install(home: Home) -> None:
    """Keep logging, dead letters, file systems and SnapStart, take changes of tracing, storage, key and image, refuse reserved variables."""
    del home

    def initialize(self: Any, account_id: str, spec: dict[str, Any], region: str, version: Any = 1) -> None:
        _refuse_reserved(spec)
        original_initialize(self, account_id, spec, region, version)
        self.logging_config = _logging(self, spec.get("LoggingConfig"))
        self.dead_letter_config = spec.get("DeadLetterConfig")
        self.file_system_configs = spec.get("FileSystemConfigs")
        self.snap_start = spec.get("SnapStart")

    def update(self: Any, changes: dict[str, Any]) -> dict[str, Any]:
        _refuse_reserved(changes)
        original_update(self, changes)
        _update(self, changes)
        return self.get_configuration()  # type: ignore[no-any-return]  # moto's function is Any here

    def configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = original_configuration(self, on_create)
        answer["LoggingConfig"] = self.logging_config
        if (self.dead_letter_config or {}).get("TargetArn"):
            answer["DeadLetterConfig"] = self.dead_letter_config
        if self.file_system_configs:
            answer["FileSystemConfigs"] = self.file_system_configs
        answer["SnapStart"] = _snap_start(self)
        _show_image(answer)
        return answer

    original_initialize = replace(LambdaFunction, "__init__", initialize)
    original_update = replace(LambdaFunction, "update_configuration", update)
    original_configuration = replace(LambdaFunction, "get_configuration", configuration)


def _update(function: Any, changes: dict[str, Any]) -> None:
    for member, attribute in {
        "DeadLetterConfig": "dead_letter_config",
        "FileSystemConfigs": "file_system_configs",
        "SnapStart": "snap_start",
        "TracingConfig": "tracing_config",
    }.items():
        if member in changes:
            setattr(function, attribute, changes[member])
    if "LoggingConfig" in changes:
        function.logging_config = _logging(function, changes["LoggingConfig"])
    if "EphemeralStorage" in changes:
        function.ephemeral_storage = changes["EphemeralStorage"]["Size"]
    if "KMSKeyArn" in changes:
        function.kms_key_arn = changes["KMSKeyArn"] or None
    if "ImageConfig" in changes:
        function.image_config = ImageConfig(changes["ImageConfig"])


def _logging(function: Any, declared: dict[str, Any] | None) -> dict[str, Any]:
    """What is declared, and AWS's defaults for the rest."""
    chosen = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}", **(declared or {})}
    if chosen["LogFormat"] == "JSON":
        chosen = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **chosen}
    return chosen


def _snap_start(function: Any) -> dict[str, str]:
    """Published versions are optimized, $LATEST never is."""
    applied = (function.snap_start or {}).get("ApplyOn", "None")
    optimized = applied == "PublishedVersions" and str(function.version).isdecimal()
    return {"ApplyOn": applied, "OptimizationStatus": "On" if optimized else "Off"}


def _show_image(answer: dict[str, Any]) -> None:
    """Only what overrides the image is described."""
    overrides = answer.pop("ImageConfigResponse", {}).get("ImageConfig", {})
    declared = {member: value for member, value in overrides.items() if value}
    if declared:
        answer["ImageConfigResponse"] = {"ImageConfig": declared}


def _refuse_reserved(spec: dict[str, Any]) -> None:
    reserved = RESERVED & set((spec.get("Environment") or {}).get("Variables") or {})
    if reserved:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            f"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: "
            f"{', '.join(sorted(reserved))}"
        )
