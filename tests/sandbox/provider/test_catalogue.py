"""What every mapping promises, held against the SDK's classes and botocore's models; no cloud runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from sandbox.home import Home
from sandbox.provider import sdk, tags
from sandbox.provider.api import Cloud
from sandbox.provider.catalogue import LOOKUPS, RESOURCES
from sandbox.provider.mapping import At, Call, Convert, Resource, Text
from sandbox.provider.requests import Requests
from sandbox.provider.shapes import member_of
from sandbox.provider.templates import placeholders

EVERY = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.token)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    home = Home(tmp_path_factory.mktemp("none"))
    home.certificate_authority.parent.mkdir(parents=True)
    home.certificate_authority.touch()
    return Cloud(home)


def calls(resource: Resource) -> Iterator[Call]:
    """Every call that a mapping names."""
    yield from (resource.create, resource.read, *resource.alternatives.values(), *resource.removals.values())
    yield from (call for call in (resource.update, resource.delete) if call)
    yield from (call for call in (*resource.after_create, *resource.before_delete) if isinstance(call, Call))
    yield from (call for call in resource.outputs.values() if isinstance(call, Call))
    for part in resource.parts:
        yield from (call for call in (part.put, part.read, part.clear, part.shrink) if call)


def model(cloud: Cloud, service: str, operation: str) -> OperationModel:
    """The operation's model; a failure names what does not exist."""
    try:
        return cloud.model(service, operation)
    except (UnknownServiceError, KeyError):
        pytest.fail(f"{service} has no operation {operation}")


def strangers(template: Any, shape: Shape | None, path: str = "") -> Iterator[str]:
    """The members of a template that the shape does not have."""
    if isinstance(template, Mapping) and isinstance(shape, StructureShape):
        for name, inner in template.items():
            if name not in shape.members:
                yield f"{path}.{name}"
            else:
                yield from strangers(inner, shape.members[name], f"{path}.{name}")
    elif isinstance(template, Mapping) and isinstance(shape, MapShape):
        for name, inner in template.items():
            yield from strangers(inner, shape.value, f"{path}.{name}")
    elif isinstance(template, list | tuple) and isinstance(shape, ListShape):
        for inner in template:
            yield from strangers(inner, shape.member, f"{path}[]")
    elif isinstance(template, Mapping | list | tuple):
        yield f"{path}: {type(template).__name__} for {shape.type_name if shape else 'nothing'}"


@EVERY
def test_the_inputs_that_a_mapping_names_are_those_of_the_sdk(resource: Resource) -> None:
    inputs, _ = sdk.properties(resource.token)
    fields = (
        "replace",
        "computed",
        "unordered",
        "documents",
        "versions",
        "local",
        "gaps",
        "fixed",
        "deltas",
        "removals",
        "alternatives",
        "defaults",
    )
    named = {(field, name.partition(".")[0]) for field in fields for name in getattr(resource, field)}
    named |= {("parts", name) for part in resource.parts for name in part.properties}
    named |= {("carries", name) for call in calls(resource) for name in call.carries or ()}
    named |= {("when", name) for call in calls(resource) for name in re.findall(r"[a-z]\w*", call.when or "")}
    if resource.name:
        named.add(("name", resource.name.property))
    assert not {(field, name) for field, name in named if name not in inputs}


@EVERY
def test_the_outputs_that_a_mapping_names_are_those_of_the_sdk_and_those_that_it_lacks_have_a_reason(
    resource: Resource,
) -> None:
    _, outputs = sdk.properties(resource.token)
    assert not {*resource.outputs, *resource.unserved, *resource.secret_outputs} - outputs
    assert not resource.outputs.keys() & resource.unserved.keys(), "served and not served"
    assert all(len(reason) > 3 for reason in (*resource.unserved.values(), *resource.gaps.values()))


@EVERY
def test_every_input_that_is_served_can_change_or_replaces(resource: Resource, cloud: Cloud) -> None:
    inputs, _ = sdk.properties(resource.token)
    requests = Requests(resource, cloud)
    settled = requests.changeable(inputs) | {*resource.replace, *resource.fixed}
    assert not requests.mapped(inputs) - settled, "a change of these would be lost"


@EVERY
def test_every_input_that_replaces_is_served(resource: Resource, cloud: Cloud) -> None:
    inputs, _ = sdk.properties(resource.token)
    mapped = Requests(resource, cloud).mapped(inputs)
    assert not {*resource.replace} - mapped, "these are refused anyway"


@EVERY
def test_every_call_exists_and_takes_what_its_template_holds(resource: Resource, cloud: Cloud) -> None:
    for call in calls(resource):
        shape = model(cloud, resource.service, call.operation).input_shape
        found = list(strangers(call.params, shape))
        assert not found, f"{call.operation} does not take {found}"


@EVERY
def test_every_property_that_a_call_carries_has_a_member_to_go_to(resource: Resource, cloud: Cloud) -> None:
    requests = Requests(resource, cloud)
    written = [
        resource.create,
        *resource.alternatives.values(),
        *(part.put for part in resource.parts if not part.pairs),
    ]
    for call in [*written, *([resource.update] if resource.update else [])]:
        shape, rename = requests.shape(call), requests.rename(call)
        for name in call.carries or ():
            member = member_of(name, shape.members, rename)
            assert member is not None, f"{call.operation} has no member for {name}"
            first = member.partition(".")[0]
            assert first in {"", *shape.members}, f"{call.operation} has no member {member} for {name}"


@EVERY
def test_every_rename_begins_with_an_input_or_an_output(resource: Resource) -> None:
    inputs, outputs = sdk.properties(resource.token)
    paths = {path for call in calls(resource) for path in call.rename} | {*resource.rename}
    # "tags" names EC2's kind of resource in tag specifications.
    assert not {path for path in paths if path.partition(".")[0] not in inputs | outputs | {"tags"}}


@EVERY
def test_every_placeholder_is_a_property_or_something_that_the_engine_knows(resource: Resource, cloud: Cloud) -> None:
    inputs, outputs = sdk.properties(resource.token)
    known = inputs | outputs | {"id", "region", "location", "account"}
    known |= {f"old_{name}" for name in known}
    if isinstance(resource.id, Text):  # it may hold what the creation answers, and is read back into its parts
        answer = model(cloud, resource.service, resource.create.operation).output_shape
        parts = set(placeholders(resource.id.template))
        assert not parts - known - set(answer.members if answer else ())
        known |= parts
    templates = [call.params for call in calls(resource)] + [call.at for call in calls(resource)]
    templates += [found.template for found in resource.outputs.values() if isinstance(found, Text)]
    assert not {name for template in templates for name in placeholders(template)} - known


@EVERY
def test_what_is_taggable_has_a_way_to_tag(resource: Resource, cloud: Cloud) -> None:
    inputs, _ = sdk.properties(resource.token)
    if not resource.taggable:
        assert "tags" not in inputs or "tags" in resource.unserved, "the SDK has tags"
        return
    assert "tags" in inputs
    way = tags.SERVICES[resource.tagging_way]
    for operation in (way.add, way.remove, way.listing):
        model(cloud, resource.tagging_way.partition(":")[0], operation)


def test_no_type_is_mapped_twice() -> None:
    tokens = [resource.token for resource in RESOURCES]
    assert len(tokens) == len(set(tokens))


@pytest.mark.parametrize("lookup", LOOKUPS, ids=lambda lookup: lookup.token)
def test_every_lookup_asks_an_operation_that_exists(lookup: Any, cloud: Cloud) -> None:
    assert not list(strangers(lookup.call.params, model(cloud, lookup.service, lookup.call.operation).input_shape))
    assert all(isinstance(found, At | Text) for found in lookup.outputs.values())


def test_a_template_with_an_unknown_member_would_be_found(cloud: Cloud) -> None:
    shape = model(cloud, "ec2", "create_vpc").input_shape
    assert list(strangers({"CidrBlok": "{cidrBlock}", "TagSpecifications": [{"Tagz": []}]}, shape)) == [
        ".CidrBlok",
        ".TagSpecifications[].Tagz",
    ]
    assert isinstance(Convert("a", str, str).member, str)
