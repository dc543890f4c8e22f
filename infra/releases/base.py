"""What all functions around a release share: where verdicts are kept, who is told, and which service is judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import pulumi

from infra.application.container import CONTAINER_NAME
from infra.data.buckets import VERDICTS_PREFIX
from infra.iam.document import Statement, rendered_statements
from infra.iam.releases import follow_deployments, keep_verdicts
from infra.operations.functions import (
    Function,
    FunctionArgs,
    FunctionFailure,
    FunctionLimits,
    FunctionNetwork,
    FunctionPlatform,
)
from infra.operations.severity import Severity
from infra.releases.migrations import Artifacts

Statements = pulumi.Output[tuple[Statement, ...]]
HOOK_RUNBOOK = "deployment-hook-failed"
# With the memory comes the CPU that a cold start needs.
MEMORY_MIB = 512


@dataclass(frozen=True, kw_only=True)
class ReleaseBase:
    """What all of them are made from. `service_arn` is the service's, which need not be there yet."""

    platform: FunctionPlatform
    artifacts: Artifacts
    service_arn: pulumi.Input[str]

    def environment(self) -> dict[str, Any]:
        """The values of runtime.deployments.settings.HookSettings."""
        topics = self.platform.topics
        return {
            "environment": self.platform.stack.environment.value,
            "artifacts_bucket": self.artifacts.bucket_name,
            "artifacts_kms_key_arn": self.artifacts.key_arn,
            "verdicts_prefix": VERDICTS_PREFIX,
            "critical_topic_arn": topics[Severity.CRITICAL],
            "warning_topic_arn": topics[Severity.WARNING],
            "information_topic_arn": topics[Severity.INFORMATION],
            "container_name": CONTAINER_NAME,
        }

    def statements(self) -> Statements:
        """Following the service's deployments, keeping verdicts and telling people."""
        artifacts, platform = self.artifacts, self.platform
        return together(
            self.following(),
            rendered_statements(
                keep_verdicts,
                bucket_arn=artifacts.bucket_arn,
                prefix=VERDICTS_PREFIX,
                storage_key_arn=artifacts.key_arn,
                topic_arns=list(platform.topics.values()),
                messages_key_arn=platform.messages_key_arn,
            ),
        )

    def following(self) -> Statements:
        """Following the service's deployments."""
        return rendered_statements(follow_deployments, service_arn=self.service_arn)


@dataclass(frozen=True, kw_only=True)
class ReleaseFunctionArgs:
    """What one of the functions has of its own."""

    description: str
    command: str
    environment: dict[str, pulumi.Input[str]]
    statements: Statements
    network: FunctionNetwork
    timeout: timedelta
    failure: FunctionFailure


def release_function(name: str, base: ReleaseBase, args: ReleaseFunctionArgs, opts: pulumi.ResourceOptions) -> Function:
    """One of the functions. What fails is asked again by whoever asked, so Lambda tries nothing twice by itself."""
    return Function(
        name,
        FunctionArgs(
            platform=base.platform,
            description=args.description,
            command=args.command,
            environment=args.environment,
            statements=args.statements,
            network=args.network,
            limits=FunctionLimits(timeout=args.timeout, memory_mib=MEMORY_MIB, attempts=0),
            failure=args.failure,
        ),
        opts,
    )


def hook_failure(means: str) -> FunctionFailure:
    """The failure of a function that ECS asks: it ended in an error or ran out of time, which rolls a deployment back."""
    return FunctionFailure(means=means, severity=Severity.WARNING, runbook=HOOK_RUNBOOK)


def together(*parts: pulumi.Input[Sequence[Statement]]) -> Statements:
    """The statements of all parts."""
    return pulumi.Output.all(*parts).apply(lambda known: tuple(chain.from_iterable(known)))


def seconds(duration: timedelta) -> str:
    """As an environment variable."""
    return str(int(duration.total_seconds()))


def minutes(duration: timedelta) -> str:
    """As an environment variable."""
    return str(duration // timedelta(minutes=1))
