"""The gate before a release: the function, and the windows in which it lets nothing pass.

ECS asks it before green starts. A rolling deployment asks nobody, so there the deployment itself asks, before it updates the service.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered_statements
from infra.iam.releases import deployment_gate
from infra.operations.functions import Function, FunctionNetwork
from infra.releases.base import (
    ReleaseBase,
    ReleaseFunctionArgs,
    hook_failure,
    release_function,
    seconds,
    together,
)
from infra.settings import VerdictSettings
from runtime.deployments.gate.settings import TIMEOUT_SECONDS, GateSettings
from runtime.deployments.rolling.settings import RollingSettings

HANDLER = "runtime.deployments.gate.handler.handle"
ROLLING_HANDLER = "runtime.deployments.rolling.handler.handle"
# Lambda's longest: it waits for the migrations itself.
ROLLING_TIMEOUT = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class GateArgs:
    """What the gate is made from.

    `rolling` says that the deployment asks, and not ECS; `tasks` is how many a first one starts. `secret_arns` are those that the application's variables refer to,
    `repository_arns` where its image lies in ECR; without `state_machine_arn` nothing is migrated.
    """

    base: ReleaseBase
    settings: VerdictSettings
    rolling: bool
    tasks: int
    network: FunctionNetwork
    database_proxied: bool
    secret_arns: Sequence[pulumi.Input[str]]
    secrets_key_arn: pulumi.Input[str]
    repository_arns: Sequence[str]
    state_machine_arn: pulumi.Input[str] | None


class Gate(Component):
    """Produces the function, and the SSM parameter with the windows, whose value is people's: Pulumi leaves it alone."""

    room = "releases"

    def __init__(self, name: str, args: GateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.windows = self._windows()
        self.function = self._function()
        self.finish({"functionArn": self.function.arn, "windowsParameter": self.windows.name})

    def asked_before(
        self, task_definition_arn: pulumi.Input[str], ready: Sequence[pulumi.Resource]
    ) -> list[pulumi.Resource]:
        """What a rolling deployment waits for: the gate's answer for this task definition. Nothing where ECS asks itself.

        The gate is asked once `ready` stands.
        """
        if not self._args.rolling:
            return []
        return [
            aws.lambda_.Invocation(
                self.component_name,
                function_name=self.function.name,
                input=pulumi.Output.json_dumps({"taskDefinition": task_definition_arn}),
                opts=self.options(depends_on=[self.function, *ready]),
            )
        ]

    def _windows(self) -> aws.ssm.Parameter:
        name = self.named("windows")
        return aws.ssm.Parameter(
            name,
            type="String",
            description="Freeze and maintenance windows, in which nothing is deployed (docs/deployments.md)",
            insecure_value=json.dumps([]),
            tags=self.tags(name),
            opts=self.options(ignore_changes=["insecureValue"]),
        )

    def _function(self) -> Function:
        args = self._args
        return release_function(
            self.component_name,
            args.base,
            ReleaseFunctionArgs(
                description="Decides whether a release may start",
                command=ROLLING_HANDLER if args.rolling else HANDLER,
                environment=self._environment(),
                statements=together(
                    args.base.statements(),
                    rendered_statements(
                        deployment_gate,
                        secret_arns=list(args.secret_arns),
                        secrets_key_arn=args.secrets_key_arn,
                        windows_parameter_arn=self.windows.arn,
                        repository_arns=list(args.repository_arns),
                        state_machine_arn=args.state_machine_arn,
                    ),
                ),
                network=args.network,
                timeout=ROLLING_TIMEOUT if args.rolling else timedelta(seconds=TIMEOUT_SECONDS),
                failure=hook_failure(
                    "The gate refused a release, or failed itself: the service was not updated"
                    if args.rolling
                    else "The gate before a release failed itself: the deployment goes back before green starts"
                ),
            ),
            self.options(),
        )

    def _environment(self) -> dict[str, pulumi.Input[str]]:
        args, settings = self._args, self._args.settings
        values: dict[str, pulumi.Input[str]] = {
            **args.base.environment(),
            "database_proxied": str(args.database_proxied).lower(),
            "openai": settings.openai.value,
            "stripe": settings.stripe.value,
            "sendgrid": settings.sendgrid.value,
            "image_scan": settings.image_scan.value,
            "image_scan_patience_seconds": seconds(settings.image_scan_patience),
            "windows_parameter": self.windows.name,
            "patience_seconds": seconds(settings.gate_patience),
        }
        if args.state_machine_arn is not None:
            values["migrations_state_machine_arn"] = args.state_machine_arn
        if args.rolling:
            return RollingSettings.render(**values, service_arn=args.base.service_arn, tasks=str(args.tasks))
        return GateSettings.render(**values)
