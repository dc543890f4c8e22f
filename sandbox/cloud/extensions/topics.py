"""SNS delivers to functions with the topic's own data, and to nothing outside this machine.

moto's event carries made-up ARNs, and it posts to http and https subscriptions wherever they are.
https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

import logging
from datetime import UTC, datetime
from typing import Any

from moto.sns.models import Subscription

from sandbox.cloud.functions.delivery import deliver
from sandbox.cloud.patching import replace
from sandbox.home import Home

LOG = logging.getLogger(__name__)


def install(home: Home) -> None:
    """Replace the delivery to functions and URLs."""
    original = Subscription.publish

    def publish(  # noqa: PLR0913, PLR0917 - moto's signature
        self: Subscription,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        if self.protocol not in {"lambda", "http", "https"}:
            original(
                self, message, message_id, subject, message_attributes, group_id, deduplication_id, message_structure
            )
            return
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        if self.protocol != "lambda":
            LOG.warning("%s: a message for %s stays here", self.topic.arn, self.endpoint)
            return
        if message_structure == "json":
            message = self._parse_message_structure(message, self.protocol)
        event = _event(self, message, message_id, subject, message_attributes or {})
        deliver(home, self.endpoint, event, "sns.amazonaws.com", self.topic.arn)

    replace(Subscription, "publish", publish)


def _event(
    subscription: Subscription, message: str, message_id: str, subject: str | None, attributes: dict[str, Any]
) -> dict[str, Any]:
    region = subscription.topic.sns_backend.region_name
    notification = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": subscription.topic.arn,
        "Subject": subject,
        "Message": message,
        "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": "1",
        "Signature": "",
        "SigningCertUrl": f"https://sns.{region}.amazonaws.com/sandbox.pem",
        "UnsubscribeUrl": f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription.arn}",
        "MessageAttributes": {
            name: {"Type": value["Type"], "Value": value["Value"]} for name, value in attributes.items()
        },
    }
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "EventSource": "aws:sns",
        "Sns": notification,
    }
    return {"Records": [record]}
