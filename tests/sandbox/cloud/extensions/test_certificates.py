"""A certificate that is imported again stays the certificate that others know."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.provider.types.test_certificates import FIRST, SECOND


def material(pair: dict[str, str]) -> dict[str, bytes]:
    return {"Certificate": pair["certificateBody"].encode(), "PrivateKey": pair["privateKey"].encode()}


@pytest.fixture
def acm(aws: Callable[[str], Any]) -> Any:
    return aws("acm")


def test_a_certificate_imported_again_has_new_material_and_its_old_tags(acm: Any) -> None:
    tags = [{"Key": "Owner", "Value": "us"}]
    arn = acm.import_certificate(**material(FIRST), Tags=tags)["CertificateArn"]
    assert acm.import_certificate(CertificateArn=arn, **material(SECOND))["CertificateArn"] == arn
    assert acm.get_certificate(CertificateArn=arn)["Certificate"] == SECOND["certificateBody"]
    assert acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == tags


def test_a_certificate_imported_again_is_still_in_use(acm: Any, aws: Callable[[str], Any]) -> None:
    subnets = [subnet["SubnetId"] for subnet in aws("ec2").describe_subnets()["Subnets"]][:2]
    elb = aws("elbv2")
    arn = acm.import_certificate(**material(FIRST))["CertificateArn"]
    name = f"n-{uuid4().hex[:8]}"
    balancer = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[action],
    )
    users = acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"]
    assert users
    acm.import_certificate(CertificateArn=arn, **material(SECOND))
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"] == users


def test_tags_are_refused_when_a_certificate_is_imported_again(acm: Any) -> None:
    arn = acm.import_certificate(**material(FIRST))["CertificateArn"]
    with pytest.raises(ClientError, match=r"ValidationException.*re-import"):
        acm.import_certificate(CertificateArn=arn, **material(SECOND), Tags=[{"Key": "a", "Value": "b"}])
    assert acm.get_certificate(CertificateArn=arn)["Certificate"] == FIRST["certificateBody"]


def test_the_options_of_a_requested_certificate_change_one_by_one(acm: Any) -> None:
    arn = acm.request_certificate(DomainName="jobr.example.com", ValidationMethod="DNS")["CertificateArn"]
    before = acm.describe_certificate(CertificateArn=arn)["Certificate"]["Options"]
    change = {"CertificateTransparencyLoggingPreference": "DISABLED"}
    acm.update_certificate_options(CertificateArn=arn, Options=change)
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Options"] == {**before, **change}
    assert before != {**before, **change}


def test_an_imported_certificate_has_no_options_to_update(acm: Any) -> None:
    arn = acm.import_certificate(**material(FIRST))["CertificateArn"]
    with pytest.raises(ClientError, match="InvalidStateException"):
        acm.update_certificate_options(
            CertificateArn=arn, Options={"CertificateTransparencyLoggingPreference": "DISABLED"}
        )
