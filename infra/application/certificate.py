"""The HTTPS listeners' certificate: by its ARN, requested from ACM and proved in the domain's zone, or imported from the settings."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.settings import ApplicationSettings

VALIDATION_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """What the certificate is made from."""

    settings: ApplicationSettings


class Certificate(Component):
    """Produces the ARN of a certificate, known once it may be used.

    The first that the settings have of: `certificateArn`; `certificateBody`, which is imported; `hostedZoneId`, where ACM
    validates the certificate that it issues, and renews it as long as the records stand.
    """

    room = "application"

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._settings = settings = args.settings
        self.arn: pulumi.Output[str]
        if settings.certificate_arn is not None:
            self.arn = pulumi.Output.from_input(settings.certificate_arn)
        elif settings.certificate_body is not None:
            self.arn = self._imported()
        elif settings.domain is not None and settings.hosted_zone_id is not None:
            self.arn = self._validated(settings.domain, settings.hosted_zone_id)
        else:
            raise ValueError("there is no certificate: the settings' rules let nobody come here without one")
        self.finish({"certificateArn": self.arn})

    def _imported(self) -> pulumi.Output[str]:
        settings, name = self._settings, self.named("imported")
        private_key = settings.certificate_private_key
        return aws.acm.Certificate(
            name,
            certificate_body=settings.certificate_body,
            certificate_chain=settings.certificate_chain,
            private_key=pulumi.Output.secret(private_key.get_secret_value()) if private_key else None,
            tags=self.tags(name),
            opts=self.options(),
        ).arn

    def _validated(self, domain: str, zone_id: str) -> pulumi.Output[str]:
        name = self.named("issued")
        certificate = aws.acm.Certificate(
            name,
            domain_name=domain,
            subject_alternative_names=list(self._settings.domain_aliases),
            validation_method="DNS",
            key_algorithm="EC_prime256v1",
            tags=self.tags(name),
            opts=self.options(),
        )
        names = (domain, *self._settings.domain_aliases)
        records = [self._proof(certificate, zone_id, proved) for proved in names]
        return aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            opts=self.options(),
        ).certificate_arn

    def _proof(self, certificate: aws.acm.Certificate, zone_id: str, domain: str) -> aws.route53.Record:
        """The record by which ACM sees that the name is ours; by name, because ACM tells the records in any order."""
        option = certificate.domain_validation_options.apply(
            lambda options: next(option for option in options if option.domain_name == domain)
        )
        return aws.route53.Record(
            self.named("proof", domain),
            zone_id=zone_id,
            name=option.apply(lambda found: str(found.resource_record_name)),
            type=option.apply(lambda found: str(found.resource_record_type)),
            records=[option.apply(lambda found: str(found.resource_record_value))],
            ttl=VALIDATION_TTL_SECONDS,
            opts=self.options(),
        )
