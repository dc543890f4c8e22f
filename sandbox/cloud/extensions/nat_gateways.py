"""A deleted NAT gateway gives back its network interface and its elastic address.

AWS: "Deleting a NAT gateway disassociates its Elastic IP address", and its requester-managed interface goes with it:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html. Moto keeps both for ever.
"""

from typing import Any

from moto.ec2.models.nat_gateways import NatGatewayBackend

from sandbox.cloud.patching import replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Patch moto's deletion."""
    del home

    def delete(self: Any, nat_gateway_id: str) -> Any:
        gateway = original(self, nat_gateway_id)
        interface = gateway._eni  # noqa: SLF001 - moto has no other way to it
        if interface.id in self.enis:
            for address in [found for found in self.describe_addresses() if found.eni is interface]:
                self.disassociate_address(association_id=address.association_id)
            self.delete_network_interface(interface.id)
        return gateway

    original = replace(NatGatewayBackend, "delete_nat_gateway", delete)
