"""EventBridge rules reach functions and state machines; moto raises NotImplementedError for both, and runs disabled rules.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

import copy
import json
import logging
from datetime import UTC, datetime
from typing import Any

from jsonpath_ng.ext.parser import parse as parse_path
from moto.events.models import Rule
from moto.events.utils import EventTemplateParser

from sandbox.cloud import clients
from sandbox.cloud.functions.delivery import deliver
from sandbox.cloud.patching import replace
from sandbox.home import Home

LOG = logging.getLogger(__name__)
SERVICE = "events.amazonaws.com"


def install(home: Home) -> None:
    """Replace how a rule sends an event to its targets."""
    original = Rule.send_to_targets

    def send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        others = copy.copy(self)
        others.targets = [target for target in self.targets if not _is_ours(target["Arn"])]
        original(others, original_event, transform_input)
        for target in self.targets:
            if _is_ours(target["Arn"]):
                _send(home, self, target, original_event)

    replace(Rule, "send_to_targets", send_to_targets)


def _is_ours(arn: str) -> bool:
    return ":lambda:" in arn or ":states:" in arn


def _send(home: Home, rule: Rule, target: dict[str, Any], original_event: Any) -> None:
    event = _input(target, original_event)
    if ":lambda:" in target["Arn"]:
        deliver(home, target["Arn"], event, SERVICE, rule.arn)
        return
    try:
        clients.client("stepfunctions").start_execution(stateMachineArn=target["Arn"], input=json.dumps(event))
    except Exception:
        LOG.exception("%s could not start %s", rule.arn, target["Arn"])


def _input(target: dict[str, Any], original_event: Any) -> Any:
    """What the target gets: its constant input, a part of the event, a template filled in, or the whole event."""
    event = {name: value for name, value in original_event.items() if name != "ingestion-time"}
    if not isinstance(event["time"], str):
        event["time"] = datetime.fromtimestamp(float(event["time"]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if target.get("Input"):
        return json.loads(target["Input"])
    if target.get("InputPath"):
        found = parse_path(target["InputPath"]).find(event)
        return found[0].value if found else None
    if transformer := target.get("InputTransformer"):
        full: Any = event | {"ingestion-time": original_event.get("ingestion-time", event["time"])}
        return EventTemplateParser.parse(transformer["InputTemplate"], transformer.get("InputPathsMap", {}), full)
    return event
