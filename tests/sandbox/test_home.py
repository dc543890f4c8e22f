"""Every embedded cloud has loopback addresses of its own, and an environment that leads nowhere else."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.home import DATABASES, Home


@given(st.text(alphabet="abcdefgh/", min_size=1, max_size=30), st.integers(0, DATABASES - 1))
def test_all_addresses_are_loopback_and_differ(folder: str, index: int) -> None:
    home = Home(Path("/") / folder)
    found = {home.address, home.database_address(index)}
    assert len(found) == 2
    assert all(ip_address(address).is_loopback for address in found)


def test_folders_share_their_addresses_rarely() -> None:
    subnets = {Home(Path(f"/home/{number}")).subnet for number in range(100)}
    assert len(subnets) > 95


def test_a_database_beyond_the_last_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="200 databases"):
        Home(Path("/home")).database_address(DATABASES)


def test_the_environment_holds_dummies_and_no_way_to_real_credentials(tmp_path: Path) -> None:
    environment = Home(tmp_path).environment()
    assert environment["AWS_ACCESS_KEY_ID"] == environment["AWS_SECRET_ACCESS_KEY"] == "sandbox"
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == environment["AWS_CONFIG_FILE"] == "/dev/null"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"
    assert ip_address(environment["AWS_ENDPOINT_URL"].split("//")[1].split(":")[0]).is_loopback
