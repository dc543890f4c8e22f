from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Case, Change, Contract, Drift

CERTIFICATE = {"CertificateArn": "{id}"}


def pair(name: str) -> dict[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=30)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return {
        "certificateBody": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "privateKey": private.decode(),
    }


FIRST, SECOND = pair("jobr.example.com"), pair("www.jobr.example.com")


class TestCertificates(Contract):
    CASES = (
        Case(
            "aws:acm/certificate:Certificate",
            name="an imported certificate",
            given=lambda _: {**FIRST, "tags": {"a": "b"}},
            look=Call("describe_certificate", CERTIFICATE, at="Certificate"),
            shown={"DomainName": "jobr.example.com", "Type": "IMPORTED", "Status": "ISSUED"},
            outputs={"arn": "{id}", "domainName": "jobr.example.com", "status": "ISSUED", "validationMethod": "NONE"},
            changes=(
                Change(
                    "certificateBody",
                    SECOND["certificateBody"],
                    {"Certificate": SECOND["certificateBody"]},
                    look=Call("get_certificate", CERTIFICATE),
                    beside={"privateKey": SECOND["privateKey"]},
                ),
                Change(
                    "tags",
                    {"a": "c"},
                    {"Tags": [{"Key": "a", "Value": "c"}]},
                    look=Call("list_tags_for_certificate", CERTIFICATE),
                ),
            ),
            vanish=Call("delete_certificate", CERTIFICATE),
        ),
        Case(
            "aws:acm/certificate:Certificate",
            name="a requested certificate",
            given=lambda _: {
                "domainName": "jobr.example.com",
                "subjectAlternativeNames": ["www.jobr.example.com"],
                "validationMethod": "DNS",
                "options": {"certificateTransparencyLoggingPreference": "DISABLED"},
            },
            look=Call("describe_certificate", CERTIFICATE, at="Certificate"),
            shown={"DomainName": "jobr.example.com", "DomainValidationOptions[0].ValidationMethod": "DNS"},
            outputs={"validationMethod": "DNS"},
            changes=(
                Change(
                    "options",
                    {"certificateTransparencyLoggingPreference": "ENABLED"},
                    {"Options.CertificateTransparencyLoggingPreference": "ENABLED"},
                ),
            ),
            drift=(
                Drift(
                    Call(
                        "update_certificate_options",
                        {**CERTIFICATE, "Options": {"CertificateTransparencyLoggingPreference": "ENABLED"}},
                    ),
                    "options",
                    {"certificateTransparencyLoggingPreference": "ENABLED"},
                ),
            ),
            replaces={
                "domainName": "other.example.com",
                "subjectAlternativeNames": ["other.example.com"],
                "validationMethod": "EMAIL",
                "keyAlgorithm": "EC_prime256v1",
            },
            vanish=Call("delete_certificate", CERTIFICATE),
        ),
    )

    def test_a_requested_certificate_says_which_records_prove_it(self, bench_of: Any) -> None:
        bench = bench_of("aws:acm/certificate:Certificate")
        state = bench.create({"domainName": "jobr.example.com", "validationMethod": "DNS"})
        record = state.outputs["domainValidationOptions"][0]
        assert record["domainName"] == "jobr.example.com"
        assert record["resourceRecordType"] == "CNAME"
        assert record["resourceRecordName"].endswith("jobr.example.com.")
