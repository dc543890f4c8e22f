"""`pulumi preview --json | python -m policy.plan`: refuses a plan that would replace or delete what holds data.

CrossGuard shows a policy the resources as they are to be, and never what becomes of them, so this is judged from the plan.
Exit status 0 when the plan may go ahead, 1 when it may not, 2 when what came in is no plan.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from policy import waivers
from policy.model import Finding, Resource, house

KEPT = house(
    "what-holds-data-stays",
    "A deployment neither replaces nor deletes what holds data",
    "a replacement begins empty: the data goes with the old resource, and a key takes all that it encrypted along",
)
# The stack's share of the types that cfn-lint's StatefulResources lists, and the two that it leaves out: images and metrics.
STATEFUL: Mapping[str, str] = {
    "aws:amp/workspace:Workspace": "its metrics",
    "aws:cloudwatch/logGroup:LogGroup": "its logs",
    "aws:ecr/repository:Repository": "its images",
    "aws:efs/fileSystem:FileSystem": "its files",
    "aws:kms/key:Key": "the way to read what it encrypted",
    "aws:rds/cluster:Cluster": "its data",
    "aws:rds/instance:Instance": "its data",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:s3/bucketV2:BucketV2": "its objects",
    "aws:secretsmanager/secret:Secret": "its value and its ARN",
    "aws:sqs/queue:Queue": "its messages",
}
# Pulumi's operations that end a resource; the parts of a replacement come with it and say the same.
ENDS = {"replace": "replaced", "delete-replaced": "replaced", "create-replacement": "replaced", "delete": "deleted"}


class NoPlanError(Exception):
    """What came in is not what `pulumi preview --json` prints."""


@dataclass(frozen=True)
class Change:
    """What a plan does to one resource: "replaced" or "deleted", and anything else that is of no interest here."""

    urn: str
    word: str


def check(changes: Iterable[Change]) -> Iterator[Finding]:
    """A finding for everything that holds data and would be lost."""
    for change in dict.fromkeys(changes):
        # urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>
        *_, types, name = change.urn.split("::", 3)
        kind = types.rpartition("$")[2]
        if kind in STATEFUL and change.word in ENDS.values():
            problem = f"would be {change.word}, and {STATEFUL[kind]} with it"
            mend = (
                "Undo what forces it, or keep the resource with an alias or retain_on_delete; "
                f"where it is meant, name it in policy/{waivers.FILE.name}"
            )
            yield Finding(KEPT, Resource(kind, name, change.urn), problem, mend)


def refused(changes: Iterable[Change]) -> list[Finding]:
    """The findings that no current waiver covers."""
    return list(waivers.in_force(check(changes), waivers.read(), datetime.now(UTC).date()))


def of_preview(text: str) -> list[Change]:
    """The changes in what `pulumi preview --json` prints.

    Raises:
        NoPlanError: it is something else.
    """
    try:
        plan = json.loads(text)
        return [Change(step["urn"], ENDS[step["op"]]) for step in plan["steps"] if step["op"] in ENDS]
    except (ValueError, KeyError, TypeError) as error:
        raise NoPlanError(f"this is no plan of `pulumi preview --json`: {error!r}") from error


def is_disposable(text: str) -> bool:
    """Whether the plan is of a stack whose data nobody misses, as its setting `disposable` says."""
    config: Any = json.loads(text).get("config") or {}
    return str(config.get("jobr:disposable")).lower() == "true"


def main(plan: TextIO = sys.stdin, told: TextIO = sys.stderr) -> int:
    """Judge one plan."""
    text = plan.read()
    try:
        findings = refused(of_preview(text))
    except (NoPlanError, waivers.WaiverError) as error:
        told.write(f"{error}\n")
        return 2
    told.writelines(f"{finding}\n" for finding in findings)
    if findings and is_disposable(text):
        told.write("The stack is disposable, so the plan may go ahead.\n")
        return 0
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
