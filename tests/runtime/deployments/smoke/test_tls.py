"""What is wrong with a listener's TLS, found over real TLS."""

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from runtime.common.errors import SettingsError
from runtime.deployments.smoke.suite import Suite
from runtime.deployments.smoke.tls import trusting
from runtime.deployments.verdict import Finding, Level
from tests.runtime.deployments.smoke.conftest import Certified
from tests.runtime.deployments.smoke.green import DIGEST, DOMAIN, Green, running

SUITE = Suite.load(DIGEST)


def tls(green: Green, authority: str | None, domain: str | None = None) -> dict[str, Finding]:
    runner = green.runner(authority, domain) if domain else green.runner(authority)
    return {finding.check: finding for finding in runner.run(SUITE)}


def test_old_protocols_are_refused_by_a_listener_of_today(certified: Certified) -> None:
    assert tls(certified.green(), certified.authority)["old TLS protocols"].outcome is Level.OK


def test_a_listener_that_still_speaks_old_protocols_is_found(certified: Certified) -> None:
    found = tls(certified.green(old=True), certified.authority)["old TLS protocols"]
    assert (found.outcome, found.message.split(",")[0]) == (Level.FAIL, "the listener still speaks TLSv1.1")


def test_a_certificate_for_another_name_is_not_trusted(certified: Certified) -> None:
    found = tls(certified.green(domain="other.example"), certified.authority)
    assert found["TLS"].outcome is Level.FAIL
    assert "Hostname mismatch" in found["TLS"].message


def test_without_trust_the_checks_are_not_repeated_one_by_one(certified: Certified) -> None:
    found = tls(certified.green(domain="other.example"), certified.authority)
    assert sorted(found) == ["TLS", "redirect to HTTPS"]


def test_an_authority_that_nobody_trusts_is_found_with_the_systems_own(certified: Certified) -> None:
    found = tls(certified.green(), None)
    assert "unable to get local issuer certificate" in found["TLS"].message
    assert "whole chain" in found["TLS"].mend


def test_a_self_signed_certificate_is_trusted_where_it_is_given_as_its_own_authority(tmp_path: Path) -> None:
    certificate, key = _self_signed(tmp_path)
    with running(certificate, key) as green:
        assert "self-signed certificate" in tls(green, None)["TLS"].message
        assert tls(green, certificate.read_text())["TLS"].outcome is Level.OK


def _self_signed(folder: Path) -> tuple[Path, Path]:
    """As `openssl req -x509` makes it, which is what staging imports."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    public, now = key.public_key(), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, public, 1, now - timedelta(hours=1), now + timedelta(days=90))
    for extension, critical in (
        (x509.SubjectAlternativeName([x509.DNSName(DOMAIN)]), False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False),
        (x509.BasicConstraints(ca=True, path_length=None), True),
    ):
        builder = builder.add_extension(extension, critical=critical)
    pem, private = folder / "self.pem", folder / "self.key"
    pem.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    formats = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*formats))
    return pem, private


def test_a_certificate_that_is_over_is_not_trusted(certified: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tls(certified.lasting(monkeypatch, timedelta(minutes=-10)), certified.authority)
    assert "certificate has expired" in found["TLS"].message


def test_a_certificate_that_ends_soon_is_a_warning_and_holds_nothing_back(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tls(certified.lasting(monkeypatch, timedelta(days=5)), certified.authority)
    assert found["TLS"].outcome is Level.WARN
    assert "ends in 4 days, fewer than 14" in found["TLS"].message
    assert Path(found["TLS"].mend).is_file()
    assert {finding.outcome for finding in found.values()} == {Level.OK, Level.WARN}


def test_nobody_at_the_port_points_to_the_security_group(certified: Certified) -> None:
    green = certified.green()
    green.https_port = 1
    found = tls(green, certified.authority)["TLS"]
    assert "ConnectionRefusedError" in found.message
    assert "security group" in found.mend


def test_an_authority_that_is_no_pem_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="CERTIFICATE_AUTHORITY is no PEM"):
        trusting("not a certificate", "TLSv1.2")


def test_a_client_that_cannot_speak_old_protocols_itself_says_so(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    def modern() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        return context

    monkeypatch.setattr("runtime.deployments.smoke.tls._old_client", modern)
    found = tls(certified.green(old=True), certified.authority)["old TLS protocols"]
    assert (found.outcome, found.message) == (
        Level.WARN,
        "not tried: this function cannot speak them itself (NO_CIPHERS_AVAILABLE)",
    )
