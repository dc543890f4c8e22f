"""A changed DB subnet group stays; moto takes it out of its list when it modifies it.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html
"""

from typing import Any

from moto.rds.models import RDSBackend

from sandbox.cloud.patching import replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Put the group back under its name."""
    del home

    def modify(self: Any, subnet_name: str, *arguments: Any, **named: Any) -> Any:
        self.describe_db_subnet_groups(subnet_name)  # AWS's own error where there is none
        group = original(self, subnet_name, *arguments, **named)
        self.subnet_groups[subnet_name] = group
        return group

    original = replace(RDSBackend, "modify_db_subnet_group", modify)
