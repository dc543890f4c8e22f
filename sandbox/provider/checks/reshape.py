"""Requests whose structure differs from CloudFormation's, not only their names."""

from collections.abc import Callable
from typing import Any

from sandbox.provider.checks.located import Branch, Leaf, Row

Reshape = Callable[[Branch], Branch | None]


def bucket_lifecycle(tree: Branch) -> Branch:
    """S3 nests filters and expirations, CloudFormation has them flat."""
    configuration = tree.get("LifecycleConfiguration", Branch({}))
    rules = configuration.get("Rules", Row([]))
    flat = Row((Branch(_lifecycle_rule(rule), rule.path) for rule in rules), rules.path)
    return Branch({"LifecycleConfiguration": Branch({"Rules": flat}, configuration.path)})


def _lifecycle_rule(rule: Branch) -> dict[str, Any]:
    flat = {name: item for name, item in rule.items() if name not in {"Filter", "Expiration"}}
    condition = rule.get("Filter", {})
    condition = {**condition, **condition.get("And", {})}
    flat |= {name: item for name, item in condition.items() if name not in {"And", "Tag", "Tags"}}
    names = {"Days": "ExpirationInDays", "Date": "ExpirationDate"}
    return flat | {names.get(name, name): item for name, item in rule.get("Expiration", {}).items()}


def bucket_encryption(tree: Branch) -> Branch:
    """CloudFormation has the rules as a plain list."""
    configuration = tree.get("ServerSideEncryptionConfiguration", Branch({}))
    rules = configuration.get("Rules", Row([]))
    return Branch({"BucketEncryption": Branch({"ServerSideEncryptionConfiguration": rules}, configuration.path)})


def attributes(tree: Branch) -> Branch:
    """SQS sends a map of texts, CloudFormation has members with types."""
    flat = {name: item for name, item in tree.items() if name != "Attributes"}
    return Branch(flat | {name: _typed(item) for name, item in tree.get("Attributes", {}).items()})


def topic_policy(tree: Branch) -> Branch | None:
    """SNS sets a topic's policy as one attribute among others; None for the others."""
    name, value = tree.get("AttributeName"), tree.get("AttributeValue")
    if name is None or value is None or name.value != "Policy":
        return None
    topics = [tree["TopicArn"]] if "TopicArn" in tree else []
    return Branch({"Topics": Row(topics, "TopicArn"), "PolicyDocument": value})


def queue_policy(tree: Branch) -> Branch | None:
    """SQS has a queue's policy among its attributes; None without one, and for the empty text that takes it away."""
    document = tree.get("Attributes", {}).get("Policy")
    return Branch({"PolicyDocument": document}) if document is not None and document.value != "" else None


def records(tree: Branch) -> Branch:
    """Route 53 wraps each record in a change, and each of its values in an object."""
    batch = tree.get("ChangeBatch", Branch({}))
    sets = Row(
        (_record(change["ResourceRecordSet"]) for change in batch.get("Changes", []) if "ResourceRecordSet" in change),
        batch.path,
    )
    return Branch({**{name: item for name, item in tree.items() if name == "HostedZoneId"}, "RecordSets": sets})


def _record(record: Branch) -> Branch:
    flat = dict(record)
    if "ResourceRecords" in record:
        # Public, though members of this name are hidden elsewhere: cfn-lint has to see an address to judge it.
        found = (value["Value"] for value in record["ResourceRecords"] if "Value" in value)
        values = (Leaf(value.value, value.path) for value in found)
        flat["ResourceRecords"] = Row(values, record["ResourceRecords"].path)
    if "TTL" in record:
        flat["TTL"] = Leaf(str(record["TTL"].value), record["TTL"].path)
    return Branch(flat, record.path)


def modified_rules(tree: Branch) -> Branch:
    """EC2 takes changed rules of either direction, each under its id."""
    rules = (rule["SecurityGroupRule"] for rule in tree.get("SecurityGroupRules", []) if "SecurityGroupRule" in rule)
    return Branch({"SecurityGroupIngress": Row(rules, "SecurityGroupRules")})


def ingress(tree: Branch) -> Branch:
    """Each permission with several sources is several rules."""
    return Branch({"SecurityGroupIngress": _rules(tree, "Source")})


def egress(tree: Branch) -> Branch:
    """Each permission with several destinations is several rules."""
    return Branch({"SecurityGroupEgress": _rules(tree, "Destination")})


def _rules(tree: Branch, side: str) -> Row:
    peers = {
        "IpRanges": {"CidrIp": "CidrIp"},
        "Ipv6Ranges": {"CidrIpv6": "CidrIpv6"},
        "PrefixListIds": {"PrefixListId": f"{side}PrefixListId"},
        "UserIdGroupPairs": {"GroupId": f"{side}SecurityGroupId"},
    }
    ports = ("IpProtocol", "FromPort", "ToPort")
    rules = Row([])
    if "IpProtocol" in tree:  # the short form, without a list
        rules.append(Branch({name: tree[name] for name in (*ports, "CidrIp") if name in tree}))
    for permission in tree.get("IpPermissions", []):
        common = {name: permission[name] for name in ports if name in permission}
        for kind, names in peers.items():
            known = {**names, "Description": "Description"}
            for peer in permission.get(kind, []):
                rule = {known[name]: item for name, item in peer.items() if name in known}
                rules.append(Branch({**common, **rule}, peer.path))
    return rules


def _typed(leaf: Leaf) -> Leaf:
    text = leaf.value
    if isinstance(text, str) and text.isdecimal():
        return Leaf(int(text), leaf.path, leaf.secret)
    if text in {"true", "false"}:
        return Leaf(text == "true", leaf.path, leaf.secret)
    return leaf
