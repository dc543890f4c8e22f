import json

import pytest

from infra.iam.endpoints import own_principals, s3_gateway
from infra.settings import SettingsError
from tests.infra.recording import ACCOUNT, DEVELOPMENT, PRODUCTION, REGION, Recorded, Recording, record, run_program

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def _interfaces(stack: Recording) -> dict[str, Recorded]:
    found = [e for e in stack.all(ENDPOINT) if e.inputs["vpcEndpointType"] == "Interface"]
    return {e.inputs["serviceName"].removeprefix(f"com.amazonaws.{REGION}."): e for e in found}


def test_production_reaches_secrets_keys_images_and_logs_at_private_addresses(production: Recording) -> None:
    assert set(_interfaces(production)) == {"secretsmanager", "kms", "ecr.api", "ecr.dkr", "logs"}


def test_development_pays_for_no_interface_endpoint(development: Recording) -> None:
    assert _interfaces(development) == {}


def test_an_interface_stands_in_every_private_subnet_under_the_services_own_name(production: Recording) -> None:
    subnets = {f"{s.name}-id" for s in production.all("aws:ec2/subnet:Subnet") if s.inputs["tags"]["Tier"] == "private"}
    for endpoint in _interfaces(production).values():
        assert set(endpoint.inputs["subnetIds"]) == subnets
        assert endpoint.inputs["privateDnsEnabled"] is True
        assert endpoint.inputs["securityGroupIds"] == ["jobr-production-endpoints-id"]


def test_no_endpoint_lets_the_principals_of_another_account_through(stack: Recording) -> None:
    # Whoever brings stolen data out needs credentials of an account of their own for it.
    for endpoint in stack.all(ENDPOINT):
        for statement in endpoint.document("policy")["Statement"]:
            limited = statement.get("Condition") == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
            assert limited or statement["Sid"] == "ImageLayers"


def test_the_layers_of_images_are_read_from_ecrs_bucket_and_nothing_is_written_there() -> None:
    layers = json.loads(s3_gateway(ACCOUNT, REGION))["Statement"][1]
    assert layers["Action"] == ["s3:GetObject"]
    assert layers["Resource"] == [f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*"]


def test_an_endpoint_policy_is_small_enough_for_ec2() -> None:
    # PrivateLink guide, "Control access to VPC endpoints using endpoint policies": 20,480 characters.
    assert len(own_principals(ACCOUNT)) < len(s3_gateway(ACCOUNT, REGION)) < 20_480


@pytest.mark.parametrize(
    ("value", "said"), [("kms,banana", "number 2 of the list"), ("kms,kms", "twice"), ("s3", "number 1 of the list")]
)
def test_a_service_without_such_an_endpoint_is_refused(value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        record(run_program, {**DEVELOPMENT, "interfaceEndpoints": value})


def test_production_without_the_endpoints_of_secrets_and_images_is_refused() -> None:
    with pytest.raises(SettingsError, match="interfaceEndpoints"):
        record(run_program, {**PRODUCTION, "interfaceEndpoints": "logs"})
