"""What is told of a migration that failed: one document in the artifacts bucket, one notice, one cause for the state machine."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime.common.s3 import Encryption, storage_errors
from runtime.deployments.migrations.progress import Caught, Progress
from runtime.deployments.migrations.restore import CAUTION, Plan
from runtime.deployments.migrations.settings import FOLDER
from runtime.deployments.migrations.tools import Tools
from runtime.deployments.notices import Notices

SCHEMA_VERSION = 1
# A state machine's cause has at most 32,768 characters.
_CAUSE = 30_000


@dataclass(frozen=True)
class Failure:
    """Why a migration failed; `plan` is there when something may have been changed and the restore could be prepared."""

    progress: Progress
    error: str
    message: str
    plan: Plan | None
    also: Sequence[str]

    def text(self) -> str:
        """What a person reads who was asleep."""
        phase, revision = self.progress.phase, self.progress.revision
        changed = (
            f"The database may have been changed since {self.progress.before:%Y-%m-%d %H:%M:%S} UTC. {CAUTION}"
            if self.progress.before
            else "It had not begun: nothing in the database was changed."
        )
        parts = [f"The migration ({phase}) of revision {revision} failed. {changed}", self.message, *self.also]
        return "\n\n".join([*parts, *([self.plan.text()] if self.plan else [])])

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "schemaVersion": SCHEMA_VERSION,
            "outcome": "STOP",
            "error": self.error,
            "message": self.message,
            "also": list(self.also),
            "restore": self.plan.document() if self.plan else None,
            "progress": self.progress.document(),
        }


def caught(progress: Progress, tools: Tools) -> tuple[str, str]:
    """The error's name and message in what the state machine caught, without secrets."""
    found = progress.error or Caught(Error="UnexpectedError", Cause="The state machine says no reason.")
    try:
        message = json.loads(found.Cause)["errorMessage"]
    except (ValueError, KeyError, TypeError):
        message = found.Cause or "The step ended without a word: look at the function's log."
    return found.Error, tools.redactor.text(str(message))


def keep(failure: Failure, tools: Tools) -> str:
    """Write the document; returns its address. Raises StorageError."""
    settings, progress = tools.settings, failure.progress
    key = f"{FOLDER}{progress.revision}/{progress.phase}.json"
    body = json.dumps(tools.redactor.tree(failure.document()), indent=2).encode()
    address = f"s3://{settings.artifacts_bucket}/{key}"
    with storage_errors(f"write {address}"):
        tools.aws.get("s3").put_object(
            Bucket=settings.artifacts_bucket,
            Key=key,
            Body=body,
            ContentType="application/json",
            **Encryption(settings.artifacts_kms_key_arn).arguments(),
        )
    return address


def tell(failure: Failure, address: str | None, tools: Tools) -> None:
    """Tell the topic of its severity. Raises CloudError."""
    settings, progress = tools.settings, failure.progress
    subject = f"[jobr {settings.environment}] migration failed ({progress.phase}): revision {progress.revision}"
    kept = f"\n\nAll of it: {address}" if address else ""
    notices = Notices(tools.aws.get("sns"), {})
    topic = settings.critical_topic_arn if progress.before else settings.warning_topic_arn
    notices.say(topic, subject, tools.redactor.text(failure.text()) + kept)


def cause(failure: Failure, tools: Tools) -> str:
    """What the execution of the state machine shows."""
    return tools.redactor.text(failure.text())[:_CAUSE]
