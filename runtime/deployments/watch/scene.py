"""What a look at a service is made with, and how it writes down what it saw."""

from dataclasses import dataclass
from typing import Self

from runtime.common.aws import Clients
from runtime.common.clock import Clock
from runtime.common.errors import CloudError
from runtime.deployments.notices import Notices
from runtime.deployments.records import Records
from runtime.deployments.service import ServiceView
from runtime.deployments.verdict import Finding, Outcome, Verdict
from runtime.deployments.watch.deployments import Deployment, Deployments
from runtime.deployments.watch.settings import WatchSettings


@dataclass(frozen=True)
class Scene:
    """A service and everything that the watch reaches."""

    settings: WatchSettings
    clock: Clock
    deployments: Deployments
    view: ServiceView
    records: Records
    notices: Notices

    @classmethod
    def of(cls, settings: WatchSettings, clients: Clients, clock: Clock) -> Self:
        """The scene of the settings."""
        ecs, bucket, key = clients.get("ecs"), settings.artifacts_bucket, settings.artifacts_kms_key_arn
        return cls(
            settings=settings,
            clock=clock,
            deployments=Deployments(ecs, settings.cluster, settings.service),
            view=ServiceView(ecs, clients.get("elbv2"), settings.container_name),
            records=Records(clients.get("s3"), bucket, key, settings.verdicts_prefix),
            notices=Notices.of(settings, clients.get("sns")),
        )

    def recorded(self, deployment: Deployment, stage: str) -> Verdict | None:
        """What is kept about this deployment at a stage. Raises StorageError or IntegrityError."""
        kept = self.records.find(self.settings.service, deployment.revision, stage)
        return kept if kept is not None and kept.deployment == deployment.arn else None

    def digest(self, deployment: Deployment) -> str | None:
        """The image that the deployment brings; None where ECS does not tell any more, which must keep nobody from being told."""
        try:
            return self.view.read(deployment.arn, deployment.revision_arn).green.image_digest
        except CloudError:
            return None

    def stopped(
        self, deployment: Deployment, stage: str, digest: str | None, summary: str, findings: tuple[Finding, ...]
    ) -> Verdict:
        """A verdict that the release was stopped, decided now."""
        return Verdict(
            environment=self.settings.environment,
            service=self.settings.service,
            deployment=deployment.arn,
            revision=deployment.revision,
            image_digest=digest,
            stage=stage,
            outcome=Outcome.STOP,
            summary=summary,
            findings=findings,
            started=deployment.started,
            decided=self.clock.now(),
        )
