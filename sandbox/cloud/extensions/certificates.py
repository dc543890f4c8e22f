"""An imported certificate keeps its tags, options and users when it is imported again, and a requested one its changed options.

https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html and
https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html. Moto makes a new object in the place of
the old one, has no UpdateCertificateOptions, and issues without proof (dns-validation.html of that guide).
"""

from typing import Any

from moto.acm.exceptions import AWSValidationException
from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.acm.responses import AWSCertificateManagerResponse
from moto.core.exceptions import AWSError
from moto.core.responses import EmptyResult
from moto.route53.models import route53_backends

from sandbox.cloud.patching import add, replace
from sandbox.home import Home

KEPT = ("tags", "cert_options", "in_use_by")


class InvalidStateError(AWSError):
    """The certificate is of a kind that the operation does not take."""

    TYPE = "InvalidStateException"


def install(home: Home) -> None:
    """Carry over what belongs to the ARN, and take new options."""
    del home

    def import_certificate(  # noqa: PLR0913, PLR0917 - moto's signature
        self: Any, certificate: bytes, private_key: bytes, chain: bytes | None, arn: str | None, tags: Any
    ) -> str:
        # Each import replaces the object, so the first one's is taken before.
        before = self.get_certificate(arn) if arn else None
        if before is not None and tags:
            raise AWSValidationException("Tagging is not permitted on re-import.")
        imported: str = original(self, certificate, private_key, chain, arn, tags)
        if before is not None:
            after = self.get_certificate(imported)
            for attribute in KEPT:
                setattr(after, attribute, getattr(before, attribute))
        return imported

    original = replace(AWSCertificateManagerBackend, "import_certificate", import_certificate)
    _CHECK.append(replace(CertBundle, "check", _prove))
    add(AWSCertificateManagerResponse, "update_certificate_options", update_certificate_options)


_CHECK: list[Any] = []


def _prove(self: Any) -> None:
    """A requested certificate is issued once every record that proves it stands in a zone; moto issues it after a minute."""
    if self.type != "AMAZON_ISSUED" or self.status != "PENDING_VALIDATION":
        _CHECK[0](self)
        return
    options = self.describe()["Certificate"]["DomainValidationOptions"]
    wanted = {(_dotted(o["ResourceRecord"]["Name"]), _value(o["ResourceRecord"])) for o in options}
    zones = route53_backends[self.arn.split(":")[4]]["aws"].zones.values()
    there = {(_dotted(rr.name), _value(record)) for zone in zones for rr in zone.rrsets for record in rr.records or ()}
    if wanted <= there:
        self.status = "ISSUED"


def _value(record: Any) -> str:
    """A record's value; moto keeps it bare or as it came."""
    return _dotted(record["Value"] if isinstance(record, dict) else record)


def _dotted(name: str) -> str:
    return f"{name.removesuffix('.')}."


def update_certificate_options(self: Any) -> EmptyResult:
    """UpdateCertificateOptions; only public certificates that were requested have options to update."""
    certificate = self.acm_backend.get_certificate(self._get_param("CertificateArn"))
    if certificate.type != "AMAZON_ISSUED":
        kind = str(certificate.type).lower()
        raise InvalidStateError(f"The UpdateCertificateOptions command is not permitted for {kind} certificates")
    certificate.cert_options = {**certificate.cert_options, **self._get_param("Options")}
    return EmptyResult()
