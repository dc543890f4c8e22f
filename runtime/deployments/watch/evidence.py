"""What the hooks decided about a deployment, out of the records."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Protocol

from runtime.common.s3 import storage_errors
from runtime.deployments.hook import HookStatus
from runtime.deployments.records import Records
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Verdict


class Deployed(Protocol):
    """What is asked of a deployment: its ARN, and the id of the revision that it brings."""

    @property
    def arn(self) -> str:
        """The service deployment's ARN."""
        ...

    @property
    def revision(self) -> str:
        """The last part of the revision's ARN."""
        ...


def stopping_verdict(records: Records, service: str, deployment: Deployed) -> Verdict | None:
    """The last verdict that stopped the deployment, if one did. Raises StorageError or IntegrityError."""
    found = [verdict for verdict in _verdicts(records, service, deployment) if verdict.answer is HookStatus.FAILED]
    return max(found, key=lambda verdict: verdict.decided, default=None)


def _verdicts(records: Records, service: str, deployment: Deployed) -> Iterator[Verdict]:
    """Everything that was decided at a stage of this deployment; what was announced of it has a status in the place of a stage."""
    for name in _names(records, f"{records.prefix}{service}/{deployment.revision}/"):
        stage, _, shift = name.partition("-")
        verdict = records.find(service, deployment.revision, stage, shift) if stage in set(Stage) else None
        if verdict is not None and verdict.deployment == deployment.arn:
            yield verdict


def _names(records: Records, folder: str) -> list[str]:
    # A revision has a record for each stage and shift: far fewer than the thousand keys of a page.
    with storage_errors(f"list s3://{records.bucket}/{folder}"):
        answer = records.s3.list_objects_v2(Bucket=records.bucket, Prefix=folder)
    return [PurePosixPath(item["Key"]).name.removesuffix(".json") for item in answer.get("Contents", [])]
