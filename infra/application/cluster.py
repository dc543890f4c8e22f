"""The ECS cluster, and the place in it that the application's service takes."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.settings import StackSettings


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """What the cluster is made from."""

    stack: StackSettings


class Cluster(Component):
    """Produces the cluster.

    `service_name` and `service_arn` are those of the application's service: known before it is there, because what judges its
    deployments comes before it. So the service has a name that Pulumi does not choose.
    """

    room = "application"

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        cluster_name = self.named("cluster")
        cluster = aws.ecs.Cluster(
            cluster_name,
            settings=[aws.ecs.ClusterSettingArgs(name="containerInsights", value="enabled")],
            tags=self.tags(cluster_name),
            opts=self.options(),
        )
        self.name = cluster.name
        self.arn = cluster.arn
        self.service_name = self.named("application")
        place = f"arn:aws:ecs:{args.stack.region}:{args.stack.account_id}:service/"
        self.service_arn = pulumi.Output.concat(place, cluster.name, "/", self.service_name)
        self.finish({"clusterArn": self.arn})
