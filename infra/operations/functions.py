"""The one way a function is declared: image, role, log group, network, dead letters, alarms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import Statement, document, rendered
from infra.iam.functions import function_base, function_network
from infra.iam.queues import queue_policy
from infra.iam.trust import lambda_trust
from infra.operations.alarms.component import Alarms, AlarmsArgs
from infra.operations.alarms.functions import function_alarms
from infra.operations.image import RuntimeImage
from infra.operations.severity import Severity
from infra.settings import Architecture, StackSettings

PROCESSORS = {Architecture.ARM64: "arm64", Architecture.X86_64: "x86_64"}
# SQS keeps a message for 14 days at most: long enough for a holiday.
DEAD_LETTER_RETENTION = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class FunctionPlatform:
    """What all functions of a stack share."""

    stack: StackSettings
    image: RuntimeImage
    architecture: Architecture
    logs_key_arn: pulumi.Input[str]
    messages_key_arn: pulumi.Input[str]
    topics: Mapping[Severity, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class FunctionNetwork:
    """Where in the VPC a function stands."""

    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class FunctionLimits:
    """How much a function may use. With `reserved_concurrency` it never runs more often at a time, and always that often.

    `attempts` beyond the first (0 to 2) and `maximum_age` (1 minute to 6 hours) are for asynchronous events.
    """

    timeout: timedelta
    memory_mib: int
    temporary_mib: int = 512
    reserved_concurrency: int | None = None
    attempts: int = 2
    maximum_age: timedelta = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class FunctionFailure:
    """What it means when the function fails; `runbook` is a file's name in docs/runbooks without its ending."""

    means: str
    runbook: str
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What a function is made from. `statements` is what it may do beyond its own log, traces, dead letters and interfaces."""

    platform: FunctionPlatform
    description: str
    command: str
    environment: Mapping[str, pulumi.Input[str]]
    statements: pulumi.Input[Sequence[Statement]]
    network: FunctionNetwork
    limits: FunctionLimits
    failure: FunctionFailure


class Function(Component):
    """Produces a function in the VPC with a role, a log group, a dead-letter queue and alarms of its own.

    Its variables are names and ARNs, never secrets; Lambda encrypts them with its own key. `alarms` is what watches it,
    `queue_arn` where events go that failed at every attempt; a schedule keeps there what it could not hand over.
    """

    room = "operations"

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.log_group = self._log_group()
        self.queue = self._queue()
        role = aws.iam.Role(name, assume_role_policy=lambda_trust(), tags=self.tags(name), opts=self.options())
        permissions = aws.iam.RolePolicy(name, role=role.name, policy=self._policy(), opts=self.options())
        self.function = self._function(role, permissions)
        self._asynchronous_events()
        self.alarms = self._alarms()
        self.arn = self.function.arn
        self.name = self.function.name
        self.queue_arn = self.queue.arn
        self.finish({"functionArn": self.arn, "functionName": self.name})

    def _log_group(self) -> aws.cloudwatch.LogGroup:
        platform, name = self._args.platform, self.component_name
        return aws.cloudwatch.LogGroup(
            name,
            retention_in_days=platform.stack.log_retention.days,
            kms_key_id=platform.logs_key_arn,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _queue(self) -> aws.sqs.Queue:
        name = self.named("dead-letters")
        queue = aws.sqs.Queue(
            name,
            kms_master_key_id=self._args.platform.messages_key_arn,
            message_retention_seconds=int(DEAD_LETTER_RETENTION.total_seconds()),
            tags=self.tags(name),
            opts=self.options(),
        )
        aws.sqs.QueuePolicy(
            name, queue_url=queue.url, policy=rendered(queue_policy, queue_arn=queue.arn), opts=self.options()
        )
        return queue

    def _policy(self) -> pulumi.Output[str]:
        stack = self._args.platform.stack
        pattern = f"arn:aws:lambda:{stack.region}:{stack.account_id}:function:{self.component_name}-*"

        def policy(log_group_arn: str, queue_arn: str, messages_key_arn: str, statements: Sequence[Statement]) -> str:
            base = function_base(log_group_arn=log_group_arn, queue_arn=queue_arn, messages_key_arn=messages_key_arn)
            return document(*base, *function_network(function_arn_pattern=pattern), *statements)

        return rendered(
            policy,
            log_group_arn=self.log_group.arn,
            queue_arn=self.queue.arn,
            messages_key_arn=self._args.platform.messages_key_arn,
            statements=self._args.statements,
        )

    def _function(self, role: aws.iam.Role, permissions: aws.iam.RolePolicy) -> aws.lambda_.Function:
        args, limits, name = self._args, self._args.limits, self.component_name
        return aws.lambda_.Function(
            name,
            description=args.description,
            package_type="Image",
            image_uri=args.platform.image.uri,
            image_config=aws.lambda_.FunctionImageConfigArgs(commands=[args.command]),
            architectures=[PROCESSORS[args.platform.architecture]],
            role=role.arn,
            timeout=int(limits.timeout.total_seconds()),
            memory_size=limits.memory_mib,
            ephemeral_storage=aws.lambda_.FunctionEphemeralStorageArgs(size=limits.temporary_mib),
            reserved_concurrent_executions=limits.reserved_concurrency,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables=dict(args.environment)),
            vpc_config=aws.lambda_.FunctionVpcConfigArgs(
                subnet_ids=args.network.subnet_ids, security_group_ids=[args.network.security_group_id]
            ),
            dead_letter_config=aws.lambda_.FunctionDeadLetterConfigArgs(target_arn=self.queue.arn),
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
            # Text is passed on as it is written, and the runtime writes JSON itself.
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(log_format="Text", log_group=self.log_group.name),
            tags=self.tags(name),
            # Lambda tries the role's permissions on network and queue while it creates the function.
            opts=self.options(depends_on=[permissions]),
        )

    def _asynchronous_events(self) -> None:
        aws.lambda_.FunctionEventInvokeConfig(
            self.component_name,
            function_name=self.function.name,
            maximum_event_age_in_seconds=int(self._args.limits.maximum_age.total_seconds()),
            maximum_retry_attempts=self._args.limits.attempts,
            opts=self.options(),
        )

    def _alarms(self) -> Alarms:
        failure = self._args.failure
        alarms = function_alarms(
            failure.means,
            function_name=self.function.name,
            queue_name=self.queue.name,
            severity=failure.severity,
            runbook=failure.runbook,
        )
        args = AlarmsArgs(alarms=alarms, topics=self._args.platform.topics)
        return Alarms(self.component_name, args, self.options())
