"""Route 53's records, and ACM's wait until they prove a certificate."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.provider.api import Cloud, CloudError
from sandbox.provider.checks import Unknown
from sandbox.provider.mapping import At, Call, Resource, Text, Until
from sandbox.provider.planning import Difference, Failure
from sandbox.provider.registry import LocalType
from sandbox.provider.state import State
from sandbox.provider.values import UNKNOWN

_GONE = ("NoSuchHostedZone",)

VALIDATION = Resource(
    token="aws:acm/certificateValidation:CertificateValidation",
    service="acm",
    create=Call("describe_certificate", carries=("certificateArn",)),
    id=Text("{certificateArn}"),
    read=Call("describe_certificate", {"CertificateArn": "{id}"}, at="Certificate"),
    delete=None,  # it is a wait and no thing
    replace=("certificateArn", "validationRecordFqdns"),
    fixed=("validationRecordFqdns",),
    local=("validationRecordFqdns",),
    ready=Until("Status", ("ISSUED",), ("FAILED", "VALIDATION_TIMED_OUT"), seconds=120),
    outputs={"certificateArn": At("CertificateArn")},
    gone=("ResourceNotFoundException",),
    taggable=False,
)


class RecordType:
    """aws:route53/record:Record: a set of one name and type. Written by hand because its call wraps it in a batch of changes."""

    token = "aws:route53/record:Record"
    gaps: ClassVar[Mapping[str, str]] = {"allowOverwrite": "a record that is there already is always an error"}
    unserved: ClassVar[Mapping[str, str]] = {}
    place = ("zoneId", "name", "type")
    known = frozenset({*place, "ttl", "records", "aliases", "allowOverwrite"})

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def check(
        self, name: str, seed: bytes, old: Mapping[str, Any], new: Mapping[str, Any], default_tags: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[Failure]]:
        """The inputs, with what no record has, or has not both ways."""
        del name, seed, old, default_tags
        inputs = {key: value for key, value in new.items() if value is not None and not key.startswith("__")}
        failures = [Failure(key, f"route53.Record has no property {key}") for key in sorted(inputs.keys() - self.known)]
        if ("aliases" in inputs) == ("records" in inputs):
            failures.append(Failure("records", "a record has either records with a ttl, or an alias"))
        return inputs, failures

    def diff(self, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> Difference:
        """Another zone, name or type is another record."""
        del outputs
        changed = {key for key in old.keys() | new.keys() if _plain(old.get(key)) != _plain(new.get(key))}
        return Difference(changed, changed & set(self.place), delete_first=False)

    def planned(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What a preview knows."""
        return {"fqdn": inputs.get("name", UNKNOWN), **inputs}

    def create(self, token: str, inputs: Mapping[str, Any], seconds: float) -> State:
        """Adds the record.

        Raises:
            CloudError: there is no such zone, or the record exists.
        """
        del token, seconds
        self._change("CREATE", inputs)
        return self._state(inputs)

    def read(self, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State | None:
        """The record as the zone has it."""
        place = outputs or inputs
        if not place:
            zone, name, kind = resource_id.split("_", 1)[0], *resource_id.split("_", 1)[1].rsplit("_", 1)
            place = {"zoneId": zone, "name": name, "type": kind}
        found = self._find(place)
        if found is None:
            return None
        seen = {**{key: place[key] for key in self.place}, **_of_api(found)}
        kept = {**inputs, **seen} if _plain({**inputs, **seen}) != _plain(inputs) else dict(inputs)
        return self._state(kept)

    def update(self, state: State, inputs: Mapping[str, Any], changed: set[str], seconds: float) -> State:
        """Puts the new values in place of the old."""
        del state, changed, seconds
        self._change("UPSERT", inputs)
        return self._state(inputs)

    def delete(self, state: State, seconds: float) -> None:
        """Takes the record away, as it is by now: Route 53 asks for all of it."""
        del seconds
        found = self._find(state.outputs)
        if found is not None:
            self._send("DELETE", str(state.outputs["zoneId"]), found)

    def _state(self, inputs: Mapping[str, Any]) -> State:
        id_ = "_".join(str(inputs[key]).removesuffix(".") for key in self.place)
        return State(id_, dict(inputs), {**inputs, "fqdn": str(inputs["name"]).removesuffix(".")})

    def _find(self, place: Mapping[str, Any]) -> dict[str, Any] | None:
        params = {"HostedZoneId": place["zoneId"], "StartRecordName": place["name"], "StartRecordType": place["type"]}
        try:
            listed = self.cloud.call("route53", "list_resource_record_sets", params)["ResourceRecordSets"]
        except CloudError as error:
            if error.code in _GONE:
                return None
            raise
        wanted = (str(place["name"]).removesuffix("."), place["type"])
        return next((each for each in listed if (each["Name"].removesuffix("."), each["Type"]) == wanted), None)

    def _change(self, action: str, inputs: Mapping[str, Any]) -> None:
        self._send(action, str(inputs["zoneId"]), _to_api(inputs))

    def _send(self, action: str, zone_id: str, record: Mapping[str, Any]) -> None:
        changes = [{"Action": action, "ResourceRecordSet": record}]
        params = {"HostedZoneId": zone_id, "ChangeBatch": {"Changes": changes}}
        self.cloud.call("route53", "change_resource_record_sets", params)


def _to_api(inputs: Mapping[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"Name": inputs["name"], "Type": inputs["type"]}
    if inputs.get("aliases"):
        (alias,) = inputs["aliases"]
        record["AliasTarget"] = {
            "HostedZoneId": alias["zoneId"],
            "DNSName": alias["name"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record["TTL"] = int(inputs["ttl"])
        record["ResourceRecords"] = [{"Value": value} for value in inputs["records"]]
    return record


def _of_api(found: Mapping[str, Any]) -> dict[str, Any]:
    target = found.get("AliasTarget")
    if target:
        alias = {
            "zoneId": target["HostedZoneId"],
            "name": target["DNSName"],
            "evaluateTargetHealth": target["EvaluateTargetHealth"],
        }
        return {"aliases": [alias]}
    return {"ttl": found["TTL"], "records": [item["Value"] for item in found["ResourceRecords"]]}


def _plain(value: Any) -> Any:
    """A value without what means nothing in DNS: the dot at a name's end, and whether a number came as an integer."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str) and not isinstance(value, Unknown):
        return value.removesuffix(".")
    return value


RESOURCES: tuple[Resource, ...] = (VALIDATION,)


def local_types(cloud: Cloud) -> Mapping[str, LocalType]:
    """The types that are written by hand."""
    return {RecordType.token: RecordType(cloud)}
