"""A judgement in words, for a person who was asleep: what was seen against which limit, and what to do."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from pydantic import JsonValue

from runtime.deployments.traffic.judge import Judgement, Reason, Totals
from runtime.deployments.traffic.limits import Limits
from runtime.deployments.traffic.window import Window
from runtime.deployments.verdict import Finding, Level, Outcome

ERRORS, LATENCY, REQUESTS = "errors", "latency", "requests"
_FAILED: Final = frozenset({Reason.CERTAIN_ERRORS, Reason.ERRORS})
_BACK = "ECS moves all traffic back to blue, which still runs."
_LOG = "read green's log in the group of the application"


def findings(judgement: Judgement, window: Window, limits: Limits) -> tuple[Finding, ...]:
    """Errors, latency and the number of requests, each against its limit."""
    return (
        _errors(judgement, window, limits),
        _latency(judgement, window, limits),
        _requests(judgement, limits),
    )


def summary(judgement: Judgement, window: Window, limits: Limits, *, tolerated: bool) -> str:
    """What was decided and why, in one or two sentences."""
    green, span = judgement.green, _span(window.start, window.end)
    seen = f"{_percent(green)} of {_count(green.requests)} requests to green failed in {_minutes(green.minutes)} from {_time(window.start)}"
    match judgement.reason:
        case Reason.CERTAIN_ERRORS:
            return f"{seen}; the limit is {_limit(limits)}, and that it is kept in truth is less probable than {limits.doubt}. {_BACK}"
        case Reason.ERRORS:
            return f"{seen}; the limit is {_limit(limits)}. {_BACK}"
        case Reason.SLOW:
            return (
                f"Green is slow: in {_minutes(judgement.slow_minutes)} its p95 was above {_milliseconds(judgement.latency_limit)}; "
                f"blue's was {_milliseconds(judgement.blue.p95)} before the shift. {_BACK}"
            )
        case Reason.FEW_REQUESTS:
            then = (
                "The deployment goes on by setting (WHEN_INCONCLUSIVE)."
                if tolerated
                else f"By setting it ends here: {_BACK}"
            )
            return f"Too few people asked: {_count(green.requests)} requests in {span}, and a judgement takes {limits.minimum_requests}. {then}"
        case Reason.WINDOW_OPEN:
            return f"Green is watched until {_time(window.end)}; so far {_percent(green)} of {_count(green.requests)} requests failed."
        case Reason.GOOD:
            return f"Green is good: {_percent(green)} of {_count(green.requests)} requests failed in {span}; the limit is {_limit(limits)}."


def numbers(judgement: Judgement, window: Window, limits: Limits) -> dict[str, JsonValue]:
    """What the decision rests on."""
    return {
        "window_start": window.start.isoformat(),
        "window_end": window.end.isoformat(),
        "error_limit_percent": float(limits.error_limit * 100),
        "latency_limit_seconds": _number(judgement.latency_limit),
        "slow_minutes": judgement.slow_minutes,
        **{f"green_{name}": value for name, value in _totals(judgement.green).items()},
        **{f"blue_{name}": value for name, value in _totals(judgement.blue).items()},
    }


def blames_image(judgement: Judgement, limits: Limits) -> bool:
    """Whether the image is at fault: not where blue failed as much before the shift."""
    stops = judgement.outcome is Outcome.STOP
    return stops and (judgement.reason is Reason.SLOW or not _blue_was_bad(judgement, limits))


def _errors(judgement: Judgement, window: Window, limits: Limits) -> Finding:
    green, blue = judgement.green, judgement.blue
    by_whom = f"{_count(green.target_errors)} by the application, {_count(green.balancer_errors)} by the load balancer"
    before = f"blue before the shift: {_percent(blue)} of {_count(blue.requests)}"
    message = f"{_count(green.errors)} of {_count(green.requests)} failed, {_percent(green)} (limit {_limit(limits)}): {by_whom}; {before}"
    if judgement.reason not in _FAILED:
        return Finding(check=ERRORS, outcome=_while_open(judgement), message=message)
    mend = f"{_LOG} from {_span(window.start, window.end)} for the 5xx, mend them and deploy a new image"
    if _blue_was_bad(judgement, limits):
        mend = "blue failed as much before the shift, so look outside the release first: database, third parties (docs/runbooks/error-ratio-high.md)"
    elif green.balancer_errors > green.target_errors:
        mend = f"the load balancer made most of them: green's tasks died, closed connections or took too long; {_LOG} and the service's events"
    return Finding(check=ERRORS, outcome=Level.FAIL, message=message, mend=mend)


def _latency(judgement: Judgement, window: Window, limits: Limits) -> Finding:
    green, blue = _milliseconds(judgement.green.p95), _milliseconds(judgement.blue.p95)
    if judgement.latency_limit is None:
        return Finding(
            check=LATENCY,
            outcome=Level.WARN,
            message=f"not compared: blue had fewer than {limits.minimum_requests} requests before the shift; green's p95 is {green}",
        )
    message = f"p95 {green}, in {_minutes(judgement.slow_minutes)} above {_milliseconds(judgement.latency_limit)} ({limits.slow_minutes} fail); blue's was {blue}"
    if judgement.reason is not Reason.SLOW:
        return Finding(check=LATENCY, outcome=_while_open(judgement), message=message)
    mend = f"{_LOG} and the database's slow statements from {_span(window.start, window.end)} (docs/runbooks/latency-high.md)"
    return Finding(check=LATENCY, outcome=Level.FAIL, message=message, mend=mend)


def _requests(judgement: Judgement, limits: Limits) -> Finding:
    message = f"{_count(judgement.green.requests)} in {_minutes(judgement.green.minutes)}; a judgement takes {limits.minimum_requests}"
    if judgement.green.requests >= limits.minimum_requests:
        return Finding(check=REQUESTS, outcome=Level.OK, message=message)
    if judgement.outcome is not Outcome.INCONCLUSIVE:
        return Finding(check=REQUESTS, outcome=_while_open(judgement), message=message)
    mend = "deploy when people are about, or set MINIMUM_REQUESTS and WHEN_INCONCLUSIVE to what this environment has"
    return Finding(check=REQUESTS, outcome=Level.WARN, message=message, mend=mend)


def _while_open(judgement: Judgement) -> Level:
    return Level.WAIT if judgement.outcome is Outcome.WAIT else Level.OK


def _blue_was_bad(judgement: Judgement, limits: Limits) -> bool:
    return judgement.blue.ratio is not None and judgement.blue.ratio > limits.error_limit


def _totals(totals: Totals) -> dict[str, JsonValue]:
    return {
        "requests": float(totals.requests),
        "target_errors": float(totals.target_errors),
        "balancer_errors": float(totals.balancer_errors),
        "error_ratio": _number(totals.ratio),
        "p95_seconds": _number(totals.p95),
        "minutes": totals.minutes,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(round(value, 6))


def _count(value: Decimal) -> str:
    # Charged errors may be fractions.
    return f"{round(value, 1):,f}".removesuffix(".0")


def _minutes(number: int) -> str:
    return "1 minute" if number == 1 else f"{number} minutes"


def _percent(totals: Totals) -> str:
    return "none" if totals.ratio is None else f"{round(totals.ratio * 100, 2).normalize():f} %"


def _limit(limits: Limits) -> str:
    return f"{(limits.error_limit * 100).normalize():f} %"


def _milliseconds(seconds: Decimal | None) -> str:
    return "not known" if seconds is None else f"{int(seconds * 1000):,} ms"


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M} UTC"


def _span(start: datetime, end: datetime) -> str:
    return f"{start:%H:%M} to {_time(end)}"
