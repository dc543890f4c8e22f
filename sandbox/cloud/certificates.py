"""The sandbox's own certificate authority. Its certificates are good for loopback addresses and nothing else."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.cloud.errors import explained
from sandbox.home import Home

AUTHORITY_LIFETIME = timedelta(days=3650)
LIFETIME = timedelta(days=365)
# Renewed this long before the end, so that nothing expires while a cloud runs.
MARGIN = timedelta(days=14)


def ensure_authority(home: Home) -> Path:
    """The PEM file of the authority's certificate; made when missing, unreadable or about to expire."""
    with _locked(home):
        _authority(home)
    return home.certificate_authority


def issue(home: Home, name: str, addresses: Sequence[str] = (), dns_names: Sequence[str] = ()) -> tuple[Path, Path]:
    """The PEM files of a server's certificate and of its private key (mode 0600), for these addresses and DNS names.

    The same files come back until they are about to expire, the names change or the authority was renewed.
    """
    if not addresses and not dns_names:
        raise ValueError(f"the certificate {name!r} needs at least one address or DNS name")
    alternatives: list[x509.GeneralName] = [x509.IPAddress(ip_address(a)) for a in addresses]
    alternatives += [x509.DNSName(d) for d in dns_names]
    certificate_path, key_path = _folder(home) / f"{name}.pem", _folder(home) / f"{name}.key"
    with _locked(home):
        authority, authority_key = _authority(home)
        if not _is_good(certificate_path, key_path, authority, alternatives):
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = _leaf(name, key, alternatives, authority, authority_key)
            _write(certificate_path, key_path, certificate, key)
    return certificate_path, key_path


def _folder(home: Home) -> Path:
    return home.certificate_authority.parent


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    folder = _folder(home)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _authority(home: Home) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate_path = home.certificate_authority
    key_path = certificate_path.with_suffix(".key")
    pair = _load(certificate_path, key_path)
    if pair and _lasts(pair[0]):
        return pair
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(f"Embedded cloud authority ({home.root})"[:64], key)
    _write(certificate_path, key_path, certificate, key)
    return certificate, key


def _self_signed(name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        _builder(subject, subject, key, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    alternatives: list[x509.GeneralName],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    return (
        _builder(subject, authority.subject, key, LIFETIME)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_good(certificate: Path, key: Path, authority: x509.Certificate, alternatives: list[x509.GeneralName]) -> bool:
    pair = _load(certificate, key)
    if pair is None or not _lasts(pair[0]):
        return False
    try:
        pair[0].verify_directly_issued_by(authority)
        names = pair[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, ValueError, x509.ExtensionNotFound):
        return False
    return list(names) == alternatives


def _lasts(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc - MARGIN > datetime.now(UTC)


def _load(certificate_path: Path, key_path: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """The pair, or None when it is missing, damaged or does not belong together."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return certificate, key


def _write(
    certificate_path: Path, key_path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _replace(key_path, private, 0o600)
    _replace(certificate_path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Write the whole file or nothing, never readable by more people than `mode` allows."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.chmod(mode)
    draft.replace(path)
