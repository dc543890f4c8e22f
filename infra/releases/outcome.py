"""What became of a deployment: a function, called by the deployment itself once the service is updated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.data.buckets import VERDICTS_PREFIX
from infra.iam.document import rendered_statements
from infra.iam.releases import read_verdicts
from infra.operations.functions import Function, FunctionFailure, FunctionNetwork
from infra.operations.severity import Severity
from infra.releases.base import ReleaseBase, ReleaseFunctionArgs, release_function, together
from runtime.deployments.outcome.settings import OutcomeSettings

HANDLER = "runtime.deployments.outcome.handler.handle"
RUNBOOK = "deployment-rolled-back"
# Pulumi has waited for the deployment already; this is for what ECS does after the provider was content.
TIMEOUT = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class OutcomeArgs:
    """What the outcome is made from. `declared` is how releases are deployed: a change of it is looked at, too."""

    base: ReleaseBase
    network: FunctionNetwork
    service: pulumi.Resource
    task_definition_arn: pulumi.Input[str]
    declared: Mapping[str, str]


class Outcome(Component):
    """Produces the function, and calls it after the service; the deployment fails where ECS went back, and shows the verdict."""

    room = "releases"

    def __init__(self, name: str, args: OutcomeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.function = self._function()
        aws.lambda_.Invocation(
            name,
            function_name=self.function.name,
            input=pulumi.Output.json_dumps({"taskDefinition": args.task_definition_arn}),
            triggers=dict(args.declared),
            opts=self.options(depends_on=[self.function, args.service]),
        )
        self.finish({"functionName": self.function.name})

    def _function(self) -> Function:
        base = self._args.base
        environment = OutcomeSettings.render(
            environment=base.platform.stack.environment.value,
            service_arn=base.service_arn,
            artifacts_bucket=base.artifacts.bucket_name,
            artifacts_kms_key_arn=base.artifacts.key_arn,
            verdicts_prefix=VERDICTS_PREFIX,
        )
        reading = rendered_statements(
            read_verdicts,
            bucket_arn=base.artifacts.bucket_arn,
            prefix=VERDICTS_PREFIX,
            storage_key_arn=base.artifacts.key_arn,
        )
        return release_function(
            self.component_name,
            base,
            ReleaseFunctionArgs(
                description="Says what became of the newest deployment",
                command=HANDLER,
                environment=environment,
                statements=together(base.following(), reading),
                network=self._args.network,
                timeout=TIMEOUT,
                failure=FunctionFailure(
                    means="pulumi up failed because its deployment was rolled back or is not over",
                    severity=Severity.INFORMATION,
                    runbook=RUNBOOK,
                ),
            ),
            self.options(),
        )
