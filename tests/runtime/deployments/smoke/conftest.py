"""Certificates of an authority of the test's own."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest

from sandbox.cloud import certificates
from sandbox.home import Home
from tests.runtime.deployments.smoke.green import DOMAIN, Green, running


@dataclass
class Certified:
    """Greens with certificates of one authority, whose PEM text is `authority`."""

    home: Home
    stack: ExitStack

    @property
    def authority(self) -> str:
        return certificates.ensure_authority(self.home).read_text()

    def green(self, *, domain: str = DOMAIN, old: bool = False) -> Green:
        certificate, key = certificates.issue(self.home, "green", dns_names=[domain])
        return self.stack.enter_context(running(certificate, key, old=old))

    def lasting(self, patch: pytest.MonkeyPatch, lifetime: timedelta) -> Green:
        """A green whose certificate was issued for so long: a negative time is over already."""
        patch.setattr(certificates, "LIFETIME", lifetime)
        return self.green()


@pytest.fixture
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    with ExitStack() as stack:
        yield Certified(Home(tmp_path_factory.mktemp("authority")), stack)
