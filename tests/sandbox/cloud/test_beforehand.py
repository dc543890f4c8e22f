"""What people make by hand before the first stack exists in the embedded account, under the identifiers that the overlay names."""

from collections.abc import Callable
from typing import Any

import yaml

from sandbox.cloud.beforehand import CERTIFICATE_ARN, DOMAIN, ZONE_ID
from sandbox.engine.settings import OVERLAY

Clients = Callable[[str], Any]


def test_the_certificate_is_issued_and_a_listener_can_use_it(aws: Clients) -> None:
    described = aws("acm").describe_certificate(CertificateArn=CERTIFICATE_ARN)["Certificate"]
    assert described["CertificateArn"] == CERTIFICATE_ARN
    assert described["Status"] == "ISSUED"


def test_the_zone_takes_records(aws: Clients) -> None:
    dns = aws("route53")
    assert dns.get_hosted_zone(Id=ZONE_ID)["HostedZone"]["Name"].rstrip(".") == DOMAIN
    record = {"Name": f"a.{DOMAIN}", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "b.example.org"}]}
    dns.change_resource_record_sets(
        HostedZoneId=ZONE_ID, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )
    names = [
        found["Name"].rstrip(".") for found in dns.list_resource_record_sets(HostedZoneId=ZONE_ID)["ResourceRecordSets"]
    ]
    assert f"a.{DOMAIN}" in names


def test_the_overlay_names_what_exists() -> None:
    overlay = yaml.safe_load(OVERLAY.read_text())
    assert overlay["jobr:certificateArn"]["value"] == CERTIFICATE_ARN
    assert overlay["jobr:hostedZoneId"]["value"] == ZONE_ID
