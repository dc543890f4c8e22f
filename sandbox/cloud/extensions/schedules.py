"""Schedules run: EventBridge Scheduler's and those of EventBridge rules, in real time. moto only keeps them, and takes any.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
"""

import json
import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from moto.events.models import events_backends
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import Schedule, scheduler_backends

from sandbox.cloud import clients
from sandbox.cloud.functions import queue
from sandbox.cloud.functions.delivery import find
from sandbox.cloud.patching import replace
from sandbox.cloud.schedule_expressions import ExpressionError, parse
from sandbox.cloud.schedule_expressions import Schedule as Expression
from sandbox.home import ACCOUNT_ID, REGION, Home

LOG = logging.getLogger(__name__)
INTERVAL = 0.25
# A schedule that was created this recently has not missed a turn yet.
RECENT = timedelta(seconds=5)
_ended = threading.Event()


@dataclass
class _Due:
    """When a schedule is due next, and the declaration for which that was worked out."""

    declared: tuple[Any, ...]
    expression: Expression
    at: datetime | None


def install(home: Home) -> None:
    """Refuse expressions that AWS refuses, and start the clock."""

    def checked_initialize(self: Any, *arguments: Any, **named: Any) -> None:
        initialize(self, *arguments, **named)
        _check(self)

    def checked_update(self: Any, *arguments: Any, **named: Any) -> None:
        draft: Any = Schedule.__new__(Schedule)
        draft.__dict__.update(self.__dict__)
        update(draft, *arguments, **named)
        # An update replaces all: what it leaves out has its default again, not moto's None.
        draft.state = draft.state or "ENABLED"
        _check(draft)
        self.__dict__.update(draft.__dict__)

    initialize = replace(Schedule, "__init__", checked_initialize)
    update = replace(Schedule, "update", checked_update)
    threading.Thread(target=_run, args=(home,), daemon=True, name="schedules").start()


def shut_down() -> None:
    """Stop the clock."""
    _ended.set()


def _check(schedule: Schedule) -> None:
    try:
        parse(schedule.schedule_expression, schedule.schedule_expression_timezone)
    except ExpressionError as error:
        raise ValidationException(f"Invalid Schedule Expression {schedule.schedule_expression}. {error}") from error


def _run(home: Home) -> None:
    due: dict[str, _Due] = {}
    while not _ended.wait(INTERVAL):
        try:
            _tick(home, due, datetime.now(UTC))
        except Exception:
            LOG.exception("the schedules missed a turn")


def _tick(home: Home, due: dict[str, _Due], now: datetime) -> None:
    found: set[str] = set()
    groups = scheduler_backends[ACCOUNT_ID][REGION].schedule_groups
    for schedule in [schedule for group in list(groups.values()) for schedule in list(group.schedules.values())]:
        found.add(schedule.arn)
        if _is_due(due, schedule.arn, _scheduler_declaration(schedule), now) and _is_within(schedule, now):
            _invoke(home, schedule, now)
    for rule in list(events_backends[ACCOUNT_ID][REGION].event_buses["default"].rules.values()):
        if rule.scheduled_expression and rule.state == "ENABLED":
            found.add(rule.arn)
            # A rule counts from its creation; its schedule is in UTC.
            if _is_due(due, rule.arn, (rule.scheduled_expression, "UTC", None), now):
                rule.send_to_targets(_event("aws.events", rule.arn, now, {}))
    for gone in due.keys() - found:
        del due[gone]


def _scheduler_declaration(schedule: Schedule) -> tuple[str, str, datetime | None]:
    """A rate without a start date begins at once; that is what AWS does, too."""
    start = float(schedule.start_date or schedule.creation_date)
    return schedule.schedule_expression, schedule.schedule_expression_timezone, datetime.fromtimestamp(start, UTC)


def _is_due(due: dict[str, _Due], arn: str, declared: tuple[Any, ...], now: datetime) -> bool:
    """Whether the schedule is due now; if so, the next time is noted."""
    expression, timezone, first = declared
    state = due.get(arn)
    if state is None or state.declared != declared:
        parsed = parse(expression, timezone, first or now)
        # Whatever was due between the creation and the first look of this clock is still due.
        recent = first is not None and first > now - RECENT
        since = first - timedelta(microseconds=1) if first is not None and recent else now
        state = due[arn] = _Due(declared, parsed, parsed.next_after(since))
    if state.at is None or state.at > now:
        return False
    state.at = state.expression.next_after(now)
    return True


def _is_within(schedule: Schedule, now: datetime) -> bool:
    begun = not schedule.start_date or float(schedule.start_date) <= now.timestamp()
    over = schedule.end_date and float(schedule.end_date) < now.timestamp()
    return schedule.state == "ENABLED" and begun and not over


def _event(source: str, arn: str, now: datetime, detail: Any) -> Any:
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": ACCOUNT_ID,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [arn],
        "detail": detail,
    }


def _invoke(home: Home, schedule: Schedule, now: datetime) -> None:
    """Hand the schedule's input to its target, in the ways that the templated targets are called."""
    target = schedule.target
    text = target.get("Input") or json.dumps(_event("aws.scheduler", schedule.arn, now, "{}"))
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    context = {
        "<aws.scheduler.schedule-arn>": schedule.arn,
        "<aws.scheduler.scheduled-time>": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "<aws.scheduler.execution-id>": uuid4().hex[:16],
        "<aws.scheduler.attempt-number>": "1",
    }
    for name, value in context.items():
        text = text.replace(name, value)
    try:
        _hand_over(home, target["Arn"], text)
    except Exception:
        LOG.exception("%s could not reach %s", schedule.arn, target["Arn"])
    if schedule.schedule_expression.startswith("at(") and schedule.action_after_completion == "DELETE":
        group = scheduler_backends[ACCOUNT_ID][REGION].schedule_groups[schedule.group_name]
        group.schedules.pop(schedule.name, None)


def _hand_over(home: Home, arn: str, text: str) -> None:
    service = arn.split(":")[2]
    if service == "lambda":
        function = find(arn)
        if function is None:
            raise LookupError(f"there is no function {arn}")
        queue.submit(home, function, text.encode())
    elif service == "states":
        clients.client("stepfunctions").start_execution(stateMachineArn=arn, input=text)
    elif service == "sqs":
        url = clients.client("sqs").get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"]
        clients.client("sqs").send_message(QueueUrl=url, MessageBody=text)
    elif service == "sns":
        clients.client("sns").publish(TopicArn=arn, Message=text)
    else:
        raise NotImplementedError(f"the embedded cloud's schedules do not reach {service}")
