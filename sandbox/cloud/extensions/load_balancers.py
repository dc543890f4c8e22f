"""A protected load balancer cannot be deleted; moto deletes it.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#deletion-protection
"""

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend

from sandbox.cloud.patching import replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Refuse the deletion with AWS's error."""
    del home

    def delete_load_balancer(self: ELBv2Backend, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        original(self, arn)

    original = replace(ELBv2Backend, "delete_load_balancer", delete_load_balancer)
