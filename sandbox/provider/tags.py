"""How each service tags: the calls, and the names that they use for the resource, a key and a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.provider.api import Cloud
from sandbox.provider.templates import fill


@dataclass(frozen=True)
class Tagging:
    """One service's way. `owner` is the member that names the resource, `reference` a template of its value.

    `member` is the name of the tags in `add` (and in create), `key` and `value` those of one tag; `key` None means a map.
    `listing` describes them, at `found`.
    """

    add: str
    remove: str
    listing: str
    owner: str = "ResourceArn"
    reference: Any = "{arn}"
    member: str = "Tags"
    keys: str = "TagKeys"
    found: str = "Tags"
    key: str | None = "Key"
    value: str = "Value"
    wrapped: str | None = None  # ec2's create calls want TagSpecifications of this resource type
    removes_pairs: bool = False  # remove wants whole tags instead of keys
    also: Mapping[str, str] = field(default_factory=dict)  # what else tells the service which resource is meant


SERVICES: Mapping[str, Tagging] = {
    "acm": Tagging("add_tags_to_certificate", "remove_tags_from_certificate", "list_tags_for_certificate", owner="CertificateArn", removes_pairs=True, keys="Tags"),
    "amp": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="resourceArn", member="tags", keys="tagKeys", found="tags", key=None),
    "application-autoscaling": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="ResourceARN", key=None),
    "cloudwatch": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="ResourceARN"),
    "ec2": Tagging("create_tags", "delete_tags", "describe_tags", owner="Resources", reference=["{id}"], keys="Tags", removes_pairs=True),
    "events": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="ResourceARN"),
    "ecr": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="resourceArn", member="tags", keys="tagKeys", found="tags"),
    "ecs": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="resourceArn", member="tags", keys="tagKeys", found="tags", key="key", value="value"),
    "efs": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="ResourceId", reference="{id}"),
    "elbv2": Tagging("add_tags", "remove_tags", "describe_tags", owner="ResourceArns", reference=["{arn}"], found="TagDescriptions[0].Tags"),
    "iam": Tagging("tag_role", "untag_role", "list_role_tags", owner="RoleName", reference="{name}"),
    "iam:policy": Tagging("tag_policy", "untag_policy", "list_policy_tags", owner="PolicyArn"),
    "kms": Tagging("tag_resource", "untag_resource", "list_resource_tags", owner="KeyId", reference="{id}", key="TagKey", value="TagValue"),
    "lambda": Tagging("tag_resource", "untag_resource", "list_tags", owner="Resource", key=None),
    "logs": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="resourceArn", member="tags", keys="tagKeys", found="tags", key=None),
    "rds": Tagging("add_tags_to_resource", "remove_tags_from_resource", "list_tags_for_resource", owner="ResourceName", found="TagList"),
    "s3": Tagging("put_bucket_tagging", "delete_bucket_tagging", "get_bucket_tagging", owner="Bucket", reference="{id}", found="TagSet"),
    "secretsmanager": Tagging("tag_resource", "untag_resource", "describe_secret", owner="SecretId", reference="{id}"),
    "sns": Tagging("tag_resource", "untag_resource", "list_tags_for_resource"),
    "sqs": Tagging("tag_queue", "untag_queue", "list_queue_tags", owner="QueueUrl", reference="{id}", key=None),
    "ssm": Tagging("add_tags_to_resource", "remove_tags_from_resource", "list_tags_for_resource", owner="ResourceId", reference="{id}", found="TagList", also={"ResourceType": "Parameter"}),
    "stepfunctions": Tagging("tag_resource", "untag_resource", "list_tags_for_resource", owner="resourceArn", member="tags", keys="tagKeys", found="tags", key="key", value="value"),
}  # fmt: skip


def to_api(service: str, tags: Mapping[str, str]) -> Any:
    """The tags as the service wants them: a list of pairs, or the map itself."""
    way = SERVICES[service]
    if way.key is None:
        return dict(tags)
    return [{way.key: key, way.value: value} for key, value in tags.items()]


def of_api(service: str, found: Any) -> dict[str, str]:
    """The opposite; AWS's own tags (aws:…) are left out."""
    way = SERVICES[service]
    pairs = (found or {}).items() if way.key is None else ((tag[way.key], tag[way.value]) for tag in found or [])
    return {key: value for key, value in pairs if not key.startswith("aws:")}


def read(cloud: Cloud, service: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The tags that the resource has now."""
    import jmespath  # noqa: PLC0415  # only here, and at most once per process

    way = SERVICES[service]
    if service == "ec2":
        params: dict[str, Any] = {"Filters": [{"Name": "resource-id", "Values": [values["id"]]}]}
    else:
        params = {way.owner: fill(way.reference, values), **way.also}
    try:
        answer = cloud.call(service.split(":", 1)[0], way.listing, params)
    except Exception as error:
        if getattr(error, "code", "") == "NoSuchTagSet":
            return {}
        raise
    return of_api(service, jmespath.search(way.found, answer))


def write(
    cloud: Cloud, service: str, values: Mapping[str, Any], old: Mapping[str, str], new: Mapping[str, str]
) -> None:
    """Makes the resource's tags `new`, by the fewest calls."""
    way = SERVICES[service]
    owner = {way.owner: fill(way.reference, values), **way.also}
    if service == "s3":
        _write_bucket(cloud, owner, new)
        return
    gone = {key: value for key, value in old.items() if key not in new}
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    if gone:
        keys = to_api(service, gone) if way.removes_pairs else sorted(gone)
        cloud.call(service.split(":", 1)[0], way.remove, {**owner, way.keys: keys})
    if changed:
        cloud.call(service.split(":", 1)[0], way.add, {**owner, way.member: to_api(service, changed)})


def _write_bucket(cloud: Cloud, owner: dict[str, Any], new: Mapping[str, str]) -> None:
    if new:
        cloud.call("s3", "put_bucket_tagging", {**owner, "Tagging": {"TagSet": to_api("s3", new)}})
    else:
        cloud.call("s3", "delete_bucket_tagging", owner)
