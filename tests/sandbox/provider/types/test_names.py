"""Records, and certificates that they prove. A record's calls are written by hand, so its tests are, too."""

from typing import Any

import pytest

from sandbox.cloud.beforehand import ZONE_ID
from sandbox.provider.api import CloudError
from sandbox.provider.types.certificates import CERTIFICATE
from sandbox.provider.types.names import VALIDATION, RecordType
from tests.sandbox.provider.types.harness import Bench, RecordingCloud

VALUES = {"zoneId": ZONE_ID, "type": "CNAME", "ttl": 300, "records": ["there.example.org"]}


def _record(name: str, **more: Any) -> dict[str, Any]:
    return {**VALUES, "name": f"{name}.example.com", **more}


def test_a_record_lives_is_changed_drifts_and_goes(cloud: RecordingCloud) -> None:
    records = RecordType(cloud)
    state = records.create("", _record("life"), 0)
    assert state.outputs["fqdn"] == "life.example.com"
    assert records.read(state.id, state.inputs, state.outputs) == state
    state = records.update(state, _record("life", ttl=60), {"ttl"}, 0)
    again = records.read(state.id, {}, {})
    assert again is not None
    assert again.inputs == _record("life", ttl=60), "an import by its id finds the same"
    cloud.call(
        "route53",
        "change_resource_record_sets",
        {
            "HostedZoneId": ZONE_ID,
            "ChangeBatch": {
                "Changes": [
                    {
                        "Action": "UPSERT",
                        "ResourceRecordSet": {
                            "Name": "life.example.com",
                            "Type": "CNAME",
                            "TTL": 60,
                            "ResourceRecords": [{"Value": "by.hand"}],
                        },
                    }
                ]
            },
        },
    )
    drifted = records.read(state.id, state.inputs, state.outputs)
    assert drifted is not None
    assert records.diff(drifted.inputs, state.inputs, {}).changed == {"records"}
    records.delete(state, 0)
    assert records.read(state.id, state.inputs, state.outputs) is None
    records.delete(state, 0)


def test_an_alias_is_read_back_without_a_difference(cloud: RecordingCloud) -> None:
    records = RecordType(cloud)
    alias = {"name": "lb.elb.amazonaws.com", "zoneId": "Z35SXDOTRQ7X7K", "evaluateTargetHealth": False}
    given = {"zoneId": ZONE_ID, "type": "A", "name": "alias.example.com", "aliases": [alias]}
    state = records.create("", given, 0)
    assert records.read(state.id, state.inputs, state.outputs) == state
    records.delete(state, 0)


def test_a_record_that_is_there_already_is_an_error(cloud: RecordingCloud) -> None:
    records = RecordType(cloud)
    state = records.create("", _record("twice"), 0)
    with pytest.raises(CloudError, match="already exists"):
        records.create("", _record("twice"), 0)
    records.delete(state, 0)


def test_another_name_is_another_record(cloud: RecordingCloud) -> None:
    assert RecordType(cloud).diff(_record("one"), _record("two"), {}).replaces == {"name"}


def test_a_record_with_values_and_an_alias_is_refused(cloud: RecordingCloud) -> None:
    _, failures = RecordType(cloud).check("x", b"", {}, _record("both", aliases=[{}], bananaCount=7), {})
    assert [failure.property for failure in failures] == ["bananaCount", "records"]


def test_a_certificate_is_issued_when_its_records_stand_and_not_before(cloud: RecordingCloud) -> None:
    bench = Bench(cloud, CERTIFICATE)
    state = bench.create({"domainName": "proved.example.com", "validationMethod": "DNS"})
    look = {"CertificateArn": state.id}
    assert cloud.call("acm", "describe_certificate", look)["Certificate"]["Status"] == "PENDING_VALIDATION"
    (option,) = state.outputs["domainValidationOptions"]
    records = RecordType(cloud)
    proof = records.create(
        "",
        {
            "zoneId": ZONE_ID,
            "name": option["resourceRecordName"],
            "type": "CNAME",
            "ttl": 300,
            "records": [option["resourceRecordValue"]],
        },
        0,
    )
    waiting = Bench(cloud, VALIDATION)
    validation = waiting.create({"certificateArn": state.id, "validationRecordFqdns": [proof.outputs["fqdn"]]})
    assert validation.outputs["certificateArn"] == state.id
    assert cloud.call("acm", "describe_certificate", look)["Certificate"]["Status"] == "ISSUED"
    assert waiting.read(validation) is not None
    records.delete(proof, 0)
    bench.clean()
