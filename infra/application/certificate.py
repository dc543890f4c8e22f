"""The HTTPS listener's certificate: ACM's own by ARN, or one imported from the settings."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.settings import ApplicationSettings


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """What the certificate is made from."""

    settings: ApplicationSettings


class Certificate(Component):
    """Produces the ARN of a certificate; imports one only where the settings hold it."""

    room = "application"

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        settings = args.settings
        self.arn: pulumi.Output[str]
        if settings.certificate_arn is not None:
            self.arn = pulumi.Output.from_input(settings.certificate_arn)
        else:
            private_key = settings.certificate_private_key
            imported = aws.acm.Certificate(
                self.named("imported"),
                certificate_body=settings.certificate_body,
                certificate_chain=settings.certificate_chain,
                private_key=pulumi.Output.secret(private_key.get_secret_value()) if private_key else None,
                tags=self.tags(self.named("imported")),
                opts=self.options(),
            )
            self.arn = imported.arn
        self.finish({"certificateArn": self.arn})
