"""The one way a function is declared: image, role, log group, network, alarm on its errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import Statement, document, rendered
from infra.iam.functions import function_base
from infra.iam.trust import lambda_trust
from infra.operations.image import RuntimeImage
from infra.settings import Architecture, StackSettings

PROCESSORS = {Architecture.ARM64: "arm64", Architecture.X86_64: "x86_64"}


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What a function is made from. `statements` is the JSON of what it may do beyond its own log and network interfaces."""

    stack: StackSettings
    description: str
    command: str
    image: RuntimeImage
    architecture: Architecture
    environment: Mapping[str, pulumi.Input[str]]
    statements: pulumi.Input[Sequence[Statement]]
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    timeout: timedelta
    memory_mib: int
    temporary_mib: int
    reserved_concurrency: int | None = None


class Function(Component):
    """Produces a function in the VPC with a role and a log group of its own."""

    room = "operations"

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.log_group = aws.cloudwatch.LogGroup(
            name,
            retention_in_days=args.stack.log_retention.days,
            kms_key_id=args.key_arn,
            tags=self.tags(name),
            opts=self.options(),
        )
        role = aws.iam.Role(name, assume_role_policy=lambda_trust(), tags=self.tags(name), opts=self.options())
        permissions = aws.iam.RolePolicy(name, role=role.name, policy=self._policy(), opts=self.options())
        self.function = self._function(role, permissions)
        self.arn = self.function.arn
        self.name = self.function.name
        self.finish({"functionArn": self.arn, "functionName": self.name})

    def _policy(self) -> pulumi.Output[str]:
        stack = self._args.stack
        pattern = f"arn:aws:lambda:{stack.region}:{stack.account_id}:function:{self.component_name}-*"

        def policy(log_group_arn: str, statements: Sequence[Statement]) -> str:
            return document(*function_base(log_group_arn=log_group_arn, function_arn_pattern=pattern), *statements)

        return rendered(policy, log_group_arn=self.log_group.arn, statements=self._args.statements)

    def _function(self, role: aws.iam.Role, permissions: aws.iam.RolePolicy) -> aws.lambda_.Function:
        args, name = self._args, self.component_name
        return aws.lambda_.Function(
            name,
            description=args.description,
            package_type="Image",
            image_uri=args.image.uri,
            image_config=aws.lambda_.FunctionImageConfigArgs(commands=[args.command]),
            architectures=[PROCESSORS[args.architecture]],
            role=role.arn,
            timeout=int(args.timeout.total_seconds()),
            memory_size=args.memory_mib,
            ephemeral_storage=aws.lambda_.FunctionEphemeralStorageArgs(size=args.temporary_mib),
            reserved_concurrent_executions=args.reserved_concurrency,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables=dict(args.environment)),
            vpc_config=aws.lambda_.FunctionVpcConfigArgs(
                subnet_ids=args.subnet_ids, security_group_ids=[args.security_group_id]
            ),
            # Text is passed on as it is written, and the runtime writes JSON itself.
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(log_format="Text", log_group=self.log_group.name),
            tags=self.tags(name),
            # Lambda tries the role's network permissions while it creates the function.
            opts=self.options(depends_on=[permissions]),
        )
