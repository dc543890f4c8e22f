"""Snapshots of the primary: one before each migration, named after the revision, and the oldest of them deleted again."""

import contextlib
from datetime import timedelta
from typing import Any

from runtime.common.aws import cloud_errors
from runtime.deployments.migrations.errors import SnapshotError
from runtime.deployments.migrations.progress import Progress, Snapshot, Status
from runtime.deployments.migrations.tools import Tools

# The first snapshot of a large volume takes long, later ones hold only what changed since.
LIMIT = timedelta(hours=1)
# RDS allows 100 manual snapshots in a region by default, and each of them costs what changed since.
KEPT = 10


def take(progress: Progress, tools: Tools) -> Progress:
    """Begin a snapshot of the primary; a repeated step begins no second one. Raises CloudError."""
    identifier = _identifier(progress, tools.settings.snapshot_prefix)
    there = tools.aws.get("rds").exceptions.DBSnapshotAlreadyExistsFault
    with cloud_errors("take a snapshot of the database"), contextlib.suppress(there):
        tools.aws.get("rds").create_db_snapshot(
            DBSnapshotIdentifier=identifier,
            DBInstanceIdentifier=tools.settings.database_instance,
            Tags=[{"Key": "Revision", "Value": progress.revision}],
        )
    return progress.but(snapshot=Snapshot(identifier=identifier, requested=tools.clock.now()), status=Status.WAIT)


def look(progress: Progress, snapshot: Snapshot, tools: Tools) -> Progress:
    """WAIT until the snapshot is available. Raises SnapshotError when it failed or takes too long, or CloudError."""
    with cloud_errors("describe the snapshot"):
        try:
            answer = tools.aws.get("rds").describe_db_snapshots(DBSnapshotIdentifier=snapshot.identifier)
        except tools.aws.get("rds").exceptions.DBSnapshotNotFoundFault:
            raise SnapshotError(f"The snapshot {snapshot.identifier} is gone: somebody deleted it.") from None
    status = answer["DBSnapshots"][0]["Status"]
    if status == "available":
        return progress.but(status=Status.DONE)
    if status == "failed":
        raise SnapshotError(f"RDS could not make the snapshot {snapshot.identifier}: look at the instance's events.")
    if tools.clock.now() - snapshot.requested > LIMIT:
        minutes = int(LIMIT.total_seconds() // 60)
        raise SnapshotError(f"The snapshot {snapshot.identifier} is {status} for more than {minutes} minutes.")
    return progress.but(status=Status.WAIT)


def delete_old(tools: Tools) -> None:
    """Keep the newest snapshots of earlier migrations, and delete the others. Raises CloudError."""
    rds, settings = tools.aws.get("rds"), tools.settings
    with cloud_errors("delete old snapshots"):
        pages = rds.get_paginator("describe_db_snapshots").paginate(
            DBInstanceIdentifier=settings.database_instance, SnapshotType="manual"
        )
        found: list[dict[str, Any]] = [snapshot for page in pages for snapshot in page["DBSnapshots"]]
        ours = [s for s in found if s["DBSnapshotIdentifier"].startswith(f"{settings.snapshot_prefix}-")]
        finished = [s for s in ours if s["Status"] == "available"]
        for old in sorted(finished, key=lambda s: s["SnapshotCreateTime"], reverse=True)[KEPT:]:
            rds.delete_db_snapshot(DBSnapshotIdentifier=old["DBSnapshotIdentifier"])


def _identifier(progress: Progress, prefix: str) -> str:
    """Another one for each execution, since each registers a task definition. Letters, digits and single hyphens."""
    number = (progress.one_off_definition or "").rpartition(":")[2]
    words = f"{prefix}-{progress.phase}-{progress.revision}-{number}".lower().replace("_", "-").split("-")
    return "-".join(filter(None, words))
