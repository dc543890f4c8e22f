"""Certificates and keys as settings: PEM, as ImportCertificate of ACM takes it."""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr, StringConstraints


def _block(kind: str) -> str:
    return rf"-----BEGIN {kind}-----\s[A-Za-z0-9+/=\s]+-----END {kind}-----\s*"


_CERTIFICATE = _block("CERTIFICATE")
# An encrypted key, which ACM refuses, has headers or a kind of its own and is none of these.
_PRIVATE_KEY = re.compile("|".join(_block(f"{kind}PRIVATE KEY") for kind in ("", "RSA ", "EC ")))


def _private_key(value: SecretStr) -> SecretStr:
    if not _PRIVATE_KEY.fullmatch(value.get_secret_value().lstrip()):
        raise ValueError("must be a private key in PEM, without a passphrase")
    return value


Certificate = Annotated[str, StringConstraints(pattern=rf"^\s*{_CERTIFICATE}$")]
CertificateChain = Annotated[str, StringConstraints(pattern=rf"^\s*({_CERTIFICATE})+$")]
PrivateKey = Annotated[SecretStr, AfterValidator(_private_key)]
