"""An invented slow burn, for the tests of its report and picture: blue, then a green that fails, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.deployments.verdict import Finding, Level, Outcome, Verdict
from sandbox.rehearsal.report.document import Told

BEGUN = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
ZERO = 5000.0
STAGES = (
    (0.0, "PRE_SCALE_UP", 0.0, "PRE_SCALE_UP begins"),
    (31.0, "SCALE_UP", 0.0, "SCALE_UP begins"),
    (60.0, "PRODUCTION_TRAFFIC_SHIFT", 0.0, "PRODUCTION_TRAFFIC_SHIFT begins"),
    (62.0, "PRODUCTION_TRAFFIC_SHIFT", 100.0, "green has 100 % of production traffic"),
    (130.5, "POST_PRODUCTION_TRAFFIC_SHIFT", 100.0, "the watch says FAILED"),
    (131.0, "POST_PRODUCTION_TRAFFIC_SHIFT", 0.0, "goes back: a hook failed"),
    (160.0, "ROLLBACK_SUCCESSFUL", 0.0, "ROLLBACK_SUCCESSFUL: a hook failed"),
)


@dataclass(frozen=True)
class Request:
    sent: float
    status: int = 200
    version: str = "1"
    seconds: float = 0.01
    upload: bool = False

    @property
    def failed(self) -> bool:
        return self.status != 200


@dataclass(frozen=True)
class Entry:
    at: datetime
    stage: str
    share: float
    what: str


def entries() -> list[Entry]:
    blue = Entry(BEGUN - timedelta(seconds=200), "SUCCESSFUL", 100.0, "blue was deployed")
    return [blue, *(Entry(BEGUN + timedelta(seconds=at), stage, share, what) for at, stage, share, what in STAGES)]


def requests() -> list[Request]:
    """Ten a second from 60 s before to 200 s after; green fails each 50th, and one is answered by nobody."""
    found = []
    for index in range(2600):
        second = -60 + index / 10
        green = 62 <= second < 131
        status = 0 if index == 2000 else 500 if green and index % 50 == 0 else 200
        version = "" if status == 0 else "2" if green else "1"
        seconds = 0.01 + (index % 97) / 5000 + (0.08 if green else 0)
        found.append(Request(ZERO + second, status, version, seconds, upload=index % 49 == 0))
    return found


def verdict(summary: str = "Green failed 14 of 690 requests: 2 % where 1 % is the limit.") -> dict[str, Any]:
    return Verdict(
        environment="development",
        service="jobr",
        deployment="arn:aws:ecs:us-east-1:000000000000:service-deployment/c/s/d",
        revision="1",
        image_digest="sha256:" + "0" * 64,
        stage="POST_PRODUCTION_TRAFFIC_SHIFT",
        outcome=Outcome.STOP,
        summary=summary,
        findings=(
            Finding(check="errors", outcome=Level.FAIL, message="2 % of green's requests failed", mend="read the log"),
        ),
        numbers={"green error ratio": 0.02},
        started=BEGUN,
        decided=BEGUN + timedelta(seconds=130),
    ).document()


def told(**changes: Any) -> Told:
    members: dict[str, Any] = {
        "name": "slow-burn",
        "what": "Green passes the smoke tests and then fails 2 % of the requests.",
        "status": "ROLLBACK_SUCCESSFUL",
        "reason": "a hook failed",
        "expected": "ROLLBACK_SUCCESSFUL",
        "misses": (),
        "begun": BEGUN,
        "zero": ZERO,
        "green": "2",
        "entries": entries(),
        "requests": requests(),
        "rate": 10.0,
        "speed": 12.0,
        "late": 3,
        "verdicts": [verdict()],
        "measures": {
            "seconds from green's first production request to the verdict": 68.5,
            "requests failed in between": 14,
            "p99 before the shift": 0.0291,
            "p99 during the shift": None,
        },
        "notices": ["STOP on production traffic: jobr in development"],
    }
    return Told(**{**members, **changes})


def quiet(requests: Sequence[Request] = ()) -> Told:
    """A scenario that did as it should, with these requests."""
    return told(name="good", status="SUCCESSFUL", expected="SUCCESSFUL", requests=requests, verdicts=[], notices=[])
