"""What the test listener's TLS is: the chain to an authority that is trusted, the name, the end, the protocols."""

import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runtime.common.errors import SettingsError
from runtime.deployments.smoke.requests import Target, open_tls, reason
from runtime.deployments.smoke.suite import Tls
from runtime.deployments.verdict import Finding, Level

TRUST, OLD = "TLS", "old TLS protocols"
VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
# What OpenSSL says when it is the client that cannot speak what was asked of it.
UNSPEAKABLE = frozenset({"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "INTERNAL_ERROR"})
POLICY = "look at the listener's ssl_policy (infra/application/listeners.py)"


@dataclass(frozen=True)
class Handshake:
    """The verified connection: its protocol, such as TLSv1.3, and the end of the certificate."""

    protocol: str
    certificate_ends: datetime


def trusting(authority: str | None, minimum: str) -> ssl.SSLContext:
    """A context that trusts the system's authorities, or only `authority` (PEM). Raises SettingsError for a PEM that is none."""
    try:
        context = ssl.create_default_context(cadata=authority)
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError(
            "The function's environment variables are wrong", [f"CERTIFICATE_AUTHORITY is no PEM: {error}"]
        ) from None
    context.minimum_version = VERSIONS[minimum]
    return context


def tls_findings(target: Target, context: ssl.SSLContext, rules: Tls, now: datetime, seconds: float) -> list[Finding]:
    """What one verified handshake shows, and whether an old protocol is refused."""
    try:
        handshake = shake_hands(target, context, seconds)
    except OSError as error:
        return [_untrusted(target, error)]
    return [_trusted(target, handshake, rules, now), _old_protocols(target, seconds)]


def shake_hands(target: Target, context: ssl.SSLContext, seconds: float) -> Handshake:
    """Connect with everything verified. Raises OSError."""
    with open_tls(target, context, seconds) as connection:
        end = ssl.cert_time_to_seconds(str((connection.getpeercert() or {})["notAfter"]))
        return Handshake(connection.version() or "none", datetime.fromtimestamp(end, UTC))


def _trusted(target: Target, handshake: Handshake, rules: Tls, now: datetime) -> Finding:
    left = handshake.certificate_ends - now
    said = f"{handshake.protocol}, the certificate is for {target.domain} and ends in {left.days} days"
    if left >= timedelta(days=rules.certificate_days):
        return Finding(check=TRUST, outcome=Level.OK, message=said)
    # It was so before the release, and blue has the same certificate: no reason to hold the release back.
    return Finding(
        check=TRUST,
        outcome=Level.WARN,
        message=f"{said}, fewer than {rules.certificate_days}",
        mend="docs/runbooks/certificate-expires.md",
    )


def _untrusted(target: Target, error: OSError) -> Finding:
    mend = (
        f"let {target.domain}'s certificate, with its whole chain, be the listener's (docs/runbooks/certificate-expires.md)"
        if isinstance(error, ssl.SSLCertVerificationError)
        else f"see that the function may reach {target.https_port} (the test listener's security group), and {POLICY}"
    )
    said = f"no verified connection to {target.host}:{target.https_port} as {target.domain}: {reason(error)}"
    return Finding(check=TRUST, outcome=Level.FAIL, message=said, mend=mend)


def _old_protocols(target: Target, seconds: float) -> Finding:
    try:
        with open_tls(target, _old_client(), seconds) as connection:
            said = f"the listener still speaks {connection.version()}, which has been broken for years"
        return Finding(check=OLD, outcome=Level.FAIL, message=said, mend=POLICY)
    except ssl.SSLError as error:
        if error.reason in UNSPEAKABLE:
            said = f"not tried: this function cannot speak them itself ({error.reason})"
            return Finding(check=OLD, outcome=Level.WARN, message=said, mend=POLICY)
    except OSError:
        pass  # Hanging up is a refusal, too; the verified handshake before has shown that the listener is there.
    return Finding(check=OLD, outcome=Level.OK, message="TLS 1.0 and 1.1 are refused")


def _old_client() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    # Without this OpenSSL 3 refuses old protocols on its own, and the listener would never be asked.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    return context
