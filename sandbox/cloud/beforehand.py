"""What an account has before its first stack: the certificate and the DNS zone that stack files name and no stack declares.

On AWS people make both by hand, once. Their identifiers are fixed, so that sandbox/engine/overlay.yaml can name them.
"""

from moto.acm.models import CertBundle, acm_backends
from moto.route53.models import route53_backends

from sandbox.cloud.certificates import issue
from sandbox.home import ACCOUNT_ID, REGION, Home

CERTIFICATE_ARN = f"arn:aws:acm:{REGION}:{ACCOUNT_ID}:certificate/5a4db0c5-0000-4000-8000-000000000001"
ZONE_ID = "Z0123456789SANDBOX00"
# The domain that the example settings use (RFC 2606 keeps it free for that).
DOMAIN = "example.com"


def prepare(home: Home) -> None:
    """Put both into the empty account."""
    certificate, key = issue(home, "beforehand", dns_names=[DOMAIN, f"*.{DOMAIN}", f"*.jobr.{DOMAIN}"])
    acm = acm_backends[ACCOUNT_ID][REGION]
    acm._certificates[CERTIFICATE_ARN] = CertBundle(  # noqa: SLF001 - moto chooses the ARN of an import itself
        ACCOUNT_ID, certificate.read_bytes(), key.read_bytes(), region=REGION, arn=CERTIFICATE_ARN
    )
    dns = route53_backends[ACCOUNT_ID]["aws"]
    zone = dns.create_hosted_zone(DOMAIN, private_zone=False)
    dns.zones[ZONE_ID] = dns.zones.pop(zone.resource_id)
    zone.resource_id = ZONE_ID
