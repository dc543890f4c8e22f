"""A restore beside the database, prepared and never started: what to run, in words and as commands.

A restore in place would drop what was written since; so a second instance is made, and people carry over what they need.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.common.aws import cloud_errors
from runtime.deployments.migrations.tools import Tools

# RDS: an instance's name has at most 63 characters.
_LONGEST_NAME = 63
CAUTION = (
    "Nothing was restored, and the database goes on with what the migration left in it. A restore into a second instance loses "
    "nothing: what was written since stays in this one, and is carried over by hand where it is needed."
)


@dataclass(frozen=True)
class Plan:
    """How to get the database as it was at `moment` (UTC), beside the one that runs."""

    moment: datetime
    instance: str
    target: str
    snapshot: str | None
    check: str
    restore: str
    from_snapshot: str | None

    def document(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {**vars(self), "moment": _utc(self.moment)}

    def text(self) -> str:
        """What a person reads who has to decide."""
        steps = [
            f"1. RDS is some minutes behind. Wait until this shows {_utc(self.moment)} or later:\n   {self.check}",
            f"2. Make {self.target}, the database as it was before the migration:\n   {self.restore}",
        ]
        if self.from_snapshot:
            steps.append(f"   or, where that moment is no longer kept, from the snapshot:\n   {self.from_snapshot}")
        steps.append(f"3. Compare {self.target} with {self.instance}, carry over what is needed, and delete it.")
        return "\n".join(["To look at the database as it was:", *steps])


def prepare(moment: datetime, revision: str, snapshot: str | None, tools: Tools) -> Plan:
    """The plan for the primary as it is configured now. Reads, and changes nothing. Raises CloudError."""
    instance = tools.settings.database_instance
    with cloud_errors("describe the database"):
        found = tools.aws.get("rds").describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"][0]
    suffix = f"-before-{revision.lower().replace('_', '-')[:12].strip('-')}"
    target = instance[: _LONGEST_NAME - len(suffix)].rstrip("-") + suffix
    like = _like(found)
    return Plan(
        moment=moment,
        instance=instance,
        target=target,
        snapshot=snapshot,
        check=_command(
            "describe-db-instances",
            [
                "--db-instance-identifier",
                instance,
                "--query",
                "DBInstances[0].LatestRestorableTime",
                "--output",
                "text",
            ],
        ),
        restore=_command(
            "restore-db-instance-to-point-in-time",
            [
                *("--source-db-instance-identifier", instance),
                *("--target-db-instance-identifier", target),
                *("--restore-time", _utc(moment)),
                *like,
            ],
        ),
        from_snapshot=_command(
            "restore-db-instance-from-db-snapshot",
            ["--db-instance-identifier", target, "--db-snapshot-identifier", snapshot, *like],
        )
        if snapshot
        else None,
    )


def _like(found: Mapping[str, Any]) -> list[str]:
    """What RDS would set to the region's defaults, unless it is told: network, groups, protection, logs."""
    groups = [group["VpcSecurityGroupId"] for group in found["VpcSecurityGroups"]]
    words = ["--db-instance-class", found["DBInstanceClass"]]
    words += ["--db-subnet-group-name", found["DBSubnetGroup"]["DBSubnetGroupName"]]
    words += ["--db-parameter-group-name", found["DBParameterGroups"][0]["DBParameterGroupName"]]
    words += ["--vpc-security-group-ids", *groups]
    words += ["--no-publicly-accessible", "--no-multi-az", "--copy-tags-to-snapshot", "--deletion-protection"]
    if found.get("IAMDatabaseAuthenticationEnabled"):
        words.append("--enable-iam-database-authentication")
    if logs := found.get("EnabledCloudwatchLogsExports"):
        words += ["--enable-cloudwatch-logs-exports", *logs]
    return words


def _command(operation: str, words: list[str]) -> str:
    return shlex.join(["aws", "rds", operation, *words])


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
