"""What the cases of load balancers and of listeners share."""

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Change, Drift

_TAGS = Call("describe_tags", {"ResourceArns": ["{id}"]}, at="TagDescriptions")


def found(kind: str, ids: str, member: str) -> Call:
    return Call(f"describe_{kind}", {ids: ["{id}"]}, at=f"{member}[0]")


def retagged() -> Drift:
    by = Call("add_tags", {"ResourceArns": ["{id}"], "Tags": [{"Key": "Name", "Value": "by hand"}]})
    return Drift(by, "tags", {"Name": "by hand"})


def tag_changes() -> tuple[Change, ...]:
    renamed = Change("tags", {"Name": "another", "Owner": "us"}, {"[0].Tags | length(@)": 2})
    untagged = Change("tags", None, {"[0].Tags": []})
    return tuple(Change(each.property, each.value, each.shown, look=_TAGS) for each in (renamed, untagged))
