from tests.infra.recording import PRODUCTION, Recording, record, run_program

CERTIFICATE, RECORD = "aws:acm/certificate:Certificate", "aws:route53/record:Record"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
ZONE = "Z0123456789SANDBOX00"


def _with_a_zone(**more: str) -> Recording:
    settings = {key: value for key, value in PRODUCTION.items() if key != "certificateArn"}
    return record(run_program, {**settings, "hostedZoneId": ZONE, "domainAliases": "www.jobr.example.com", **more})


def test_a_zone_is_enough_for_a_certificate_of_every_name_that_its_records_prove() -> None:
    recorded = _with_a_zone()
    certificate = recorded.one(CERTIFICATE).inputs
    assert (certificate["domainName"], certificate["validationMethod"]) == ("jobr.example.com", "DNS")
    assert certificate["subjectAlternativeNames"] == ["www.jobr.example.com"]
    proofs = {each.inputs["name"]: each.inputs for each in recorded.all(RECORD) if each.inputs["type"] == "CNAME"}
    assert set(proofs) == {"_proof.jobr.example.com.", "_proof.www.jobr.example.com."}
    assert {proof["zoneId"] for proof in proofs.values()} == {ZONE}


def test_the_listeners_wait_until_the_certificate_is_proved() -> None:
    recorded = _with_a_zone()
    listener = recorded.one("aws:lb/listener:Listener", "-https")
    assert any(recorded.one(VALIDATION).name in dependency for dependency in listener.dependencies)


def test_each_name_leads_to_the_load_balancer() -> None:
    aliases = {each.inputs["name"]: each.inputs for each in _with_a_zone().all(RECORD) if each.inputs["type"] == "A"}
    assert set(aliases) == {"jobr.example.com", "www.jobr.example.com"}
    for each in aliases.values():
        (alias,) = each["aliases"]
        assert alias["name"].endswith("-alb.example")
        assert alias["zoneId"] == "Z0BALANCER"


def test_a_certificate_by_its_arn_is_used_also_where_there_is_a_zone() -> None:
    recorded = _with_a_zone(certificateArn=PRODUCTION["certificateArn"])
    assert recorded.all(CERTIFICATE) == []
    assert {each.inputs["type"] for each in recorded.all(RECORD)} == {"A"}


def test_without_a_zone_no_record_is_made(stack: Recording) -> None:
    assert stack.all(RECORD) == []
