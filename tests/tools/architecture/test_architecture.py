"""The picture shows what the program declares: a change there changes it, and one that was forgotten to be drawn fails here."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tools.architecture import __main__ as command
from tools.architecture.drawing import svg
from tools.architecture.layout import layout
from tools.architecture.model import BUCKET, GROUP, INGRESS, INTERNET, SUBNET, Arrow, Picture, Reader
from tools.declared import PROJECT, Declaration, Declared, declare


def resource(type_: str, name: str, *dependencies: str, **inputs: Any) -> Declared:
    return Declared(
        type=type_,
        name=f"jobr-test-{name}",
        urn=urn(type_, name),
        inputs=inputs,
        parent="",
        dependencies=frozenset(dependencies),
    )


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:test::jobr::{type_}::jobr-test-{name}"


def group(name: str) -> str:
    return urn(GROUP, name)


def small() -> Declaration:
    """An application in a private subnet that the internet reaches through a load balancer, and that writes to a bucket."""
    balancer, role = "aws:lb/loadBalancer:LoadBalancer", "aws:iam/role:Role"
    public, private = urn(SUBNET, "public-a"), urn(SUBNET, "private-a")
    task = urn("aws:ecs/taskDefinition:TaskDefinition", "task")
    return Declaration(
        "test",
        [
            resource(SUBNET, "public-a"),
            resource(SUBNET, "private-a"),
            resource(GROUP, "door"),
            resource(GROUP, "application"),
            resource(GROUP, "unused"),
            resource(balancer, "door", group("door"), public),
            resource(role, "task"),
            resource("aws:ecs/taskDefinition:TaskDefinition", "task", urn(role, "task")),
            resource("aws:ecs/service:Service", "app", group("application"), private, task, desiredCount=4),
            resource(
                INGRESS, "web", group("door"), securityGroupId="jobr-test-door-id", cidrIpv4="0.0.0.0/0", fromPort=443
            ),
            resource(
                INGRESS,
                "app",
                securityGroupId="jobr-test-application-id",
                referencedSecurityGroupId="jobr-test-door-id",
                fromPort=5000,
            ),
            resource(BUCKET, "files"),
            resource(BUCKET, "others"),
            resource("aws:iam/rolePolicy:RolePolicy", "task", urn(role, "task"), urn(BUCKET, "files")),
        ],
    )


def test_the_picture_and_the_page_are_what_the_program_declares() -> None:
    for path, text in command.documents().items():
        assert (PROJECT / path).read_text() == text, f"{path}: {command.COMMAND}"


def test_a_group_stands_in_the_subnets_of_what_is_in_it() -> None:
    picture = Reader(small()).picture()
    titles = {tier: [box.title for box in boxes] for tier, boxes in picture.tiers.items()}
    assert titles == {"public": ["door"], "private": ["application"], "database": []}
    assert picture.tiers["private"][0].lines == ("Fargate service · from 4 tasks",)


def test_arrows_are_the_rules_of_the_groups_and_what_roles_may_reach() -> None:
    assert set(Reader(small()).picture().arrows) == {
        Arrow(source=INTERNET, target=group("door"), label="443"),
        Arrow(source=group("door"), target=group("application"), label="5000"),
        Arrow(source=group("application"), target=urn(BUCKET, "files")),
    }


def test_a_store_that_no_role_reaches_is_shown_without_an_arrow() -> None:
    picture = Reader(small()).picture()
    assert [box.title for box in picture.stores] == ["files", "others"]
    assert not [arrow for arrow in picture.arrows if arrow.target == urn(BUCKET, "others")]


def test_a_rule_that_opens_the_database_to_the_internet_would_be_seen() -> None:
    opened = small()
    opened.resources.append(
        resource(INGRESS, "open", securityGroupId="jobr-test-application-id", cidrIpv4="0.0.0.0/0", fromPort=5432)
    )
    assert Arrow(source=INTERNET, target=group("application"), label="5432") in Reader(opened).picture().arrows


@pytest.fixture(scope="module")
def production() -> Picture:
    return Reader(declare("production")).picture()


def test_in_production_the_internet_reaches_the_load_balancer_alone(production: Picture) -> None:
    names = {box.key: box.title for boxes in production.tiers.values() for box in boxes}
    reached = {names[arrow.target] for arrow in production.arrows if arrow.source == INTERNET}
    assert reached == {"load balancer"}
    assert [box.title for box in production.tiers["public"]] == ["load balancer"]


def test_every_group_with_an_occupant_is_drawn_and_no_two_boxes_overlap(production: Picture) -> None:
    places = layout(production)
    boxes = list(places.boxes.values())
    assert len(boxes) == len({*places.boxes})
    for one in boxes:
        for other in boxes:
            apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
            assert one is other or apart
    assert all(box.x >= 0 and box.right <= places.width and box.bottom <= places.height for box in boxes)


def test_the_drawing_is_sound_needs_nothing_from_outside_and_knows_the_dark(production: Picture) -> None:
    text = svg(production, "Jobr <&> in production")
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme: dark" in text
    assert text.count("http") == 1, "only the name of the format"
    assert "Jobr &lt;&amp;&gt; in production" in text


def test_every_component_is_told_with_what_it_is() -> None:
    declaration = declare("production")
    page, said = command.page(declaration), command.sentences()
    for token in {r.type for r in declaration.resources if r.type.startswith("jobr:")}:
        assert said[token], f"{token} has no docstring"
        assert f"| {token.rpartition(':')[2]} | {said[token]} |" in page
