"""Whether ECR's scan of the image found something critical."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from runtime.common.aws import cloud_errors
from runtime.deployments.gate.check import Result, level, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.gate.settings import Need
from runtime.deployments.verdict import Level

CHECK = "image scan"
REPOSITORY = re.compile(
    r"(?P<registry>\d{12})\.dkr(?:\.ecr|-ecr)[a-z.-]*\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)/(?P<name>[a-z0-9][a-z0-9._/-]*?)"
    r"(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?"
)
FINISHED = frozenset({"COMPLETE", "ACTIVE"})
RUNNING = frozenset({"IN_PROGRESS", "PENDING"})
NAMED = 10


@dataclass(frozen=True)
class Repository:
    """A repository of ECR."""

    registry: str
    region: str
    name: str


def repository(image: str) -> Repository | None:
    """The repository of an image's address; None where it is not ECR's."""
    match = REPOSITORY.fullmatch(image)
    return Repository(**match.groupdict()) if match else None


def check(scene: Scene) -> Result:
    """What the scan of the image's digest says."""
    need, digest = scene.settings.image_scan, scene.state.green.image_digest
    if need is Need.OFF:
        return one(CHECK, Level.OK, "Not looked at, by the stack's settings.")
    where = repository(scene.image)
    if where is None:
        message = f"The image {scene.image} does not come from ECR, which alone scans images here."
        return one(CHECK, Level.WARN, message, "push it to the stack's own repository")
    if digest is None:
        return one(
            CHECK,
            level(need),
            f"The image {scene.image} has no digest by which its scan could be found.",
            "name it by its digest in `applicationImage`",
        )
    scan = _scan(scene, where, digest)
    return scan if isinstance(scan, Result) else _judged(scene, where, digest, scan)


def _scan(scene: Scene, where: Repository, digest: str) -> Mapping[str, Any] | Result:
    """ECR's answer, or what it means that there is none."""
    with cloud_errors(f"describe the scan of {scene.image}"):
        try:
            found: Mapping[str, Any] = scene.client("ecr", where.region).describe_image_scan_findings(
                registryId=where.registry, repositoryName=where.name, imageId={"imageDigest": digest}
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code == "ScanNotFoundException":
                return one(
                    CHECK, level(scene.settings.image_scan), f"{digest} was never scanned.", _start(where, digest)
                )
            if code in {"ImageNotFoundException", "RepositoryNotFoundException"}:
                message = f"{scene.image} is not in ECR, so no task could start."
                return one(
                    CHECK,
                    Level.FAIL,
                    message,
                    "push the image, or mend `applicationImage`, and run `pulumi up --refresh`",
                )
            raise
    return found


def _judged(scene: Scene, where: Repository, digest: str, scan: Mapping[str, Any]) -> Result:
    status = scan.get("imageScanStatus", {}).get("status", "unknown")
    if status in RUNNING:
        return _running(scene)
    if status not in FINISHED:
        reason = scan.get("imageScanStatus", {}).get("description", "no reason given")
        return one(
            CHECK,
            level(scene.settings.image_scan),
            f"The scan of {digest} is {status}: {reason}",
            _start(where, digest),
        )
    findings = scan.get("imageScanFindings", {})
    counts = {str(severity): int(number) for severity, number in findings.get("findingSeverityCounts", {}).items()}
    numbers = {f"findings of severity {severity}": number for severity, number in counts.items()}
    if not counts.get("CRITICAL"):
        return Result(one(CHECK, Level.OK, f"The scan of {digest} found nothing critical.").findings, numbers)
    message = f"The scan of {digest} found {counts['CRITICAL']} of critical severity: {_names(findings)}."
    mend = f"build the image anew on mended packages; all of them: {_command('describe-image-scan-findings', where, digest)}"
    return Result(one(CHECK, Level.FAIL, message, mend).findings, numbers)


def _running(scene: Scene) -> Result:
    """A scan that takes too long counts as none."""
    patience = scene.settings.image_scan_patience_seconds
    waited = (scene.hearing.clock.now() - scene.hearing.started).total_seconds()
    if waited < patience:
        return one(
            CHECK,
            Level.WAIT,
            f"The scan runs; it is waited for {patience} seconds at most, of which {waited:.0f} are over.",
        )
    message = f"The scan has not ended in {patience} seconds."
    return one(CHECK, level(scene.settings.image_scan), message, "ask for the deployment again when it has ended")


def _names(findings: Mapping[str, Any]) -> str:
    """The names of what is critical, of either kind of scan; the answer's first page has the most severe."""
    basic = [one["name"] for one in findings.get("findings", []) if one.get("severity") == "CRITICAL" and "name" in one]
    enhanced = [
        one["title"]
        for one in findings.get("enhancedFindings", [])
        if one.get("severity") == "CRITICAL" and "title" in one
    ]
    return ", ".join(sorted({*basic, *enhanced})[:NAMED]) or "ECR names none of them on its first page"


def _start(where: Repository, digest: str) -> str:
    return f"{_command('start-image-scan', where, digest)}; then ask for the deployment again"


def _command(operation: str, where: Repository, digest: str) -> str:
    return (
        f"`aws ecr {operation} --registry-id {where.registry} --region {where.region}"
        f" --repository-name {where.name} --image-id imageDigest={digest}`"
    )
