"""ACM's certificates: imported, or requested."""

from sandbox.provider.mapping import At, Call, Convert, Part, Resource

_CERTIFICATE = {"CertificateArn": "{id}"}
_IMPORTED = ("certificateBody", "certificateChain", "privateKey")

CERTIFICATE = Resource(
    token="aws:acm/certificate:Certificate",
    service="acm",
    create=Call(
        "request_certificate",
        carries=(
            *("certificateAuthorityArn", "domainName", "keyAlgorithm", "options"),
            *("subjectAlternativeNames", "validationMethod", "validationOptions"),
        ),
    ),
    alternatives={"privateKey": Call("import_certificate", carries=_IMPORTED)},
    id=At("CertificateArn"),
    read=Call("describe_certificate", _CERTIFICATE, at="Certificate"),
    delete=Call("delete_certificate", _CERTIFICATE),
    parts=(
        Part(
            _IMPORTED,
            put=Call("import_certificate", _CERTIFICATE, carries=_IMPORTED),
            read=Call("get_certificate", _CERTIFICATE, rename={"certificateBody": "Certificate"}),
        ),
        Part(("options",), put=Call("update_certificate_options", _CERTIFICATE, carries=("options",))),
    ),
    rename={
        "certificateBody": "Certificate",
        # the description spells it with hyphens, the request with underscores
        "keyAlgorithm": Convert("KeyAlgorithm", str, lambda found: found.replace("-", "_")),
        "validationOptions": "DomainValidationOptions",
    },
    outputs={
        "arn": At("CertificateArn"),
        "domainValidationOptions": At(
            "DomainValidationOptions[].{domainName: DomainName, resourceRecordName: ResourceRecord.Name,"
            " resourceRecordType: ResourceRecord.Type, resourceRecordValue: ResourceRecord.Value} || `[]`"
        ),
        "pendingRenewal": At("`false`"),
        "validationEmails": At("DomainValidationOptions[].ValidationEmails[] || `[]`"),
        "validationMethod": At("DomainValidationOptions[0].ValidationMethod || 'NONE'"),
    },
    replace=(
        *("certificateAuthorityArn", "domainName", "keyAlgorithm"),
        *("subjectAlternativeNames", "validationMethod", "validationOptions"),
    ),
    computed=("domainName", "keyAlgorithm", "options", "subjectAlternativeNames", "validationMethod"),
    unordered=("subjectAlternativeNames", "validationOptions"),
    fixed=("certificateAuthorityArn", "privateKey", "subjectAlternativeNames", "validationMethod", "validationOptions"),
    secret_outputs=("privateKey",),
    gone=("ResourceNotFoundException",),
    gaps={"keyAlgorithm": "the embedded ACM makes RSA_2048 keys, whatever is asked for"},
    unserved={"renewalSummaries": "no managed renewal"},
)

RESOURCES = (CERTIFICATE,)
