"""ModifyEventSubscription, which moto lacks: what is sent is what is described from now on.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyEventSubscription.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import EventSubscription, RDSBackend
from moto.rds.responses import RDSResponse

from sandbox.cloud.patching import add, replace
from sandbox.home import Home

_MEMBERS = {
    "SnsTopicArn": "sns_topic_arn",
    "SourceType": "source_type",
    "EventCategories": "event_categories",
    "Enabled": "enabled",
}


def install(home: Home) -> None:
    """Add the call, and AWS's default of a new subscription: it is on."""
    del home

    def modify(response: RDSResponse) -> ActionResult:
        (subscription,) = response.backend.describe_event_subscriptions(response.params["SubscriptionName"])
        for member, name in _MEMBERS.items():
            if response.params.get(member) is not None:
                setattr(subscription, name, response.params[member])
        return ActionResult({"EventSubscription": subscription})

    def create(backend: RDSBackend, sent: Any) -> EventSubscription:
        subscription: EventSubscription = original(backend, sent)
        if sent.get("Enabled") is None:
            subscription.enabled = True
        return subscription

    add(RDSResponse, "modify_event_subscription", modify)
    original = replace(RDSBackend, "create_event_subscription", create)
