"""What a hook decided, with the evidence: one document for machines, one text for a person who was asleep."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue, ValidationError

from runtime.common.errors import IntegrityError
from runtime.common.logging import Redactor
from runtime.deployments.hook import HookStatus
from runtime.deployments.stages import Stage

SCHEMA = 1
# The value of `shift` in what is recorded at a stage on the way back.
WAY_BACK = "back"

PLACES = {
    Stage.RECONCILE_SERVICE: "before anything was changed",
    Stage.PRE_SCALE_UP: "before green started",
    Stage.SCALE_UP: "while green started",
    Stage.POST_SCALE_UP: "after green started",
    Stage.TEST_TRAFFIC_SHIFT: "while test traffic moved",
    Stage.POST_TEST_TRAFFIC_SHIFT: "on test traffic",
    Stage.PRE_PRODUCTION_TRAFFIC_SHIFT: "before production traffic moved",
    Stage.PRODUCTION_TRAFFIC_SHIFT: "while production traffic moved",
    Stage.POST_PRODUCTION_TRAFFIC_SHIFT: "on production traffic",
    Stage.BAKE_TIME: "while green baked",
    Stage.CLEAN_UP: "while blue was removed",
}


class Level(StrEnum):
    """What one check found."""

    OK = "OK"
    WARN = "WARN"
    WAIT = "WAIT"
    FAIL = "FAIL"


class Outcome(StrEnum):
    """What all findings come to."""

    GO = "GO"
    STOP = "STOP"
    INCONCLUSIVE = "INCONCLUSIVE"
    WAIT = "WAIT"


class Finding(BaseModel):
    """One thing that was looked at: what is the matter, and the command or the setting that mends it."""

    # Built at its first use: nobody waits for that while a function starts.
    model_config = ConfigDict(frozen=True, defer_build=True)

    check: str
    outcome: Level
    message: str
    mend: str = ""

    def text(self) -> str:
        """A line, and a second one with what mends it."""
        mend = f"\n      To mend it: {self.mend}" if self.mend else ""
        return f"{self.outcome:<4}  {self.check}: {self.message}{mend}"


class Verdict(BaseModel):
    """The decision of one hook at one stage of one deployment.

    `service` is the service's name, `revision` the last part of the revision's ARN, `deployment` the service deployment's ARN. `shift` is
    green's percent at a stage that is walked once for each shift, and WAY_BACK on a rollback. `tolerated` lets the deployment go on although
    the verdict is inconclusive. `blames_image` says that the image itself is at fault, so that it is refused until it is asked for again.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    environment: str
    service: str
    deployment: str
    revision: str
    image_digest: str | None
    stage: str
    shift: str = ""
    outcome: Outcome
    tolerated: bool = False
    blames_image: bool = False
    summary: str
    findings: tuple[Finding, ...] = ()
    numbers: dict[str, JsonValue] = {}
    started: AwareDatetime
    decided: AwareDatetime

    @classmethod
    def parse(cls, document: object) -> Self:
        """The verdict in a document. Raises IntegrityError when it is none, or of a later form."""
        form = document.get("schema") if isinstance(document, Mapping) else None
        if form != SCHEMA:
            raise IntegrityError(
                f"This is no verdict of a deployment that can be read here: its schema is {form!r}, not {SCHEMA}."
            )
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            wrong = ", ".join(sorted({".".join(map(str, problem["loc"])) for problem in error.errors()}))
        raise IntegrityError(f"This is no verdict of a deployment; wrong in it: {wrong}.")

    def document(self) -> dict[str, Any]:
        """The verdict as JSON."""
        return {"schema": SCHEMA, **self.model_dump(mode="json")}

    def masked(self, redactor: Redactor) -> Self:
        """The same verdict without the secrets that the redactor knows."""
        return self.parse(redactor.tree(self.document()))

    @property
    def final(self) -> bool:
        """Whether anything is decided."""
        return self.outcome is not Outcome.WAIT

    @property
    def answer(self) -> HookStatus:
        """What it means for ECS."""
        if self.outcome is Outcome.WAIT:
            return HookStatus.IN_PROGRESS
        goes_on = self.outcome is Outcome.GO or (self.outcome is Outcome.INCONCLUSIVE and self.tolerated)
        return HookStatus.SUCCEEDED if goes_on else HookStatus.FAILED

    @property
    def title(self) -> str:
        """A line that says how it stands, such as `STOP before green started: jobr in production`."""
        place = PLACES[Stage(self.stage)] if self.stage in set(Stage) else self.stage
        return f"{self.outcome} {place}: {self.service} in {self.environment}"

    def text(self) -> str:
        """What to tell a person: what happened, what to do, and what was looked at, worst first."""
        order = [Level.FAIL, Level.WAIT, Level.WARN, Level.OK]
        findings = sorted(self.findings, key=lambda finding: order.index(finding.outcome))
        parts = [self.title, "", self.summary, *(["", *(finding.text() for finding in findings)] if findings else [])]
        parts += ["", *(f"{name}: {value}" for name, value in self.numbers.items())] if self.numbers else []
        shift = f" ({self.shift} %)" if self.shift and self.shift != WAY_BACK else ""
        parts += [
            "",
            f"Stage: {self.stage}{shift}",
            f"Deployment: {self.deployment}",
            f"Revision: {self.revision}",
            f"Image: {self.image_digest or 'not known by a digest'}",
            f"Begun {self.started.isoformat()}, decided {self.decided.isoformat()}",
        ]
        return "\n".join(parts)
