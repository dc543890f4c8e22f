"""Events of other services reach functions: asynchronously, and only where the function's own policy lets the service in."""

import json
import logging
from fnmatch import fnmatchcase
from typing import Any

from moto.awslambda.utils import get_backend

from sandbox.cloud.functions import queue
from sandbox.home import Home

LOG = logging.getLogger(__name__)


def deliver(home: Home, function_arn: str, event: Any, service: str, source_arn: str) -> bool:
    """Queue an invocation of the function for a service ("sns.amazonaws.com"); whether it was accepted.

    AWS drops the event when the function's resource policy does not let the service and this source in:
    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    function = find(function_arn)
    if function is None:
        LOG.warning("%s: the function %s does not exist; its event is lost", source_arn, function_arn)
        return False
    if not any(
        _admits(statement, service, source_arn, function.account_id) for statement in function.policy.statements
    ):
        LOG.warning("%s may not invoke %s: no permission for %s", source_arn, function_arn, service)
        return False
    queue.submit(home, function, json.dumps(event).encode())
    return True


def find(function_arn: str) -> Any:
    """The function (moto's object), or None. The ARN may end with a version or an alias."""
    _, _, _, region, account, _, name, *qualifier = function_arn.split(":")
    try:
        return get_backend(account, region).get_function(name, qualifier[0] if qualifier else None)
    except Exception as error:  # noqa: BLE001 - moto raises several kinds
        LOG.info("no function %s: %s", function_arn, error)
        return None


def _admits(statement: dict[str, Any], service: str, source_arn: str, account: str) -> bool:
    principal = statement.get("Principal")
    named = principal.get("Service") if isinstance(principal, dict) else principal
    if named not in (service, "*") or statement.get("Action") not in ("lambda:InvokeFunction", "lambda:*", "*"):
        return False
    condition = statement.get("Condition", {})
    pattern = condition.get("ArnLike", {}).get("AWS:SourceArn")
    source_account = condition.get("StringEquals", {}).get("AWS:SourceAccount")
    return (pattern is None or fnmatchcase(source_arn, pattern)) and source_account in (None, account)
