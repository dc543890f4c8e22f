"""Where the application's metrics are kept: a workspace of Amazon Managed Service for Prometheus."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component


@dataclass(frozen=True, kw_only=True)
class MetricsArgs:
    """What the workspace is made from."""

    key_arn: pulumi.Input[str]
    disposable: bool


class Metrics(Component):
    """Produces a workspace that is encrypted under the stack's key and keeps metrics for 150 days (AMP's own period).

    `workspace_id` and `workspace_arn` name it, `remote_write_url` is where collectors send.
    """

    room = "application"

    def __init__(self, name: str, args: MetricsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        workspace_name = self.named("metrics")
        workspace = aws.amp.Workspace(
            workspace_name,
            alias=workspace_name,
            kms_key_arn=args.key_arn,
            tags=self.tags(workspace_name),
            opts=self.options(protect=not args.disposable),
        )
        self.workspace_id: pulumi.Output[str] = workspace.id
        self.workspace_arn = workspace.arn
        # The endpoint ends in a slash.
        self.remote_write_url = pulumi.Output.concat(workspace.prometheus_endpoint, "api/v1/remote_write")
        self.finish({"workspaceId": self.workspace_id})
