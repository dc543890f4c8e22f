"""Route 53's records, and ACM's wait until they prove a certificate."""

from typing import Any

from sandbox.provider.mapping import At, Call, Convert, Resource, Text, Until


def _bare(name: str) -> str:
    """A name without the dot that ends it in the zone's own words."""
    return name.removesuffix(".")


_RENAME: dict[str, str | Convert] = {
    "name": Convert("Name", str, _bare),
    "ttl": "TTL",
    "records": Convert(
        "ResourceRecords",
        lambda values: [{"Value": value} for value in values],
        lambda found: [item["Value"] for item in found],
    ),
    "aliases": Convert("AliasTarget", lambda given: _to_alias(given), lambda found: _of_alias(found)),
}


def _to_alias(given: list[dict[str, Any]]) -> dict[str, Any]:
    (alias,) = given
    return {
        "HostedZoneId": alias["zoneId"],
        "DNSName": alias["name"],
        "EvaluateTargetHealth": alias["evaluateTargetHealth"],
    }


def _of_alias(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "zoneId": found["HostedZoneId"],
            "name": _bare(found["DNSName"]),
            "evaluateTargetHealth": found["EvaluateTargetHealth"],
        }
    ]


RESOURCES: tuple[Resource, ...] = ()
