"""Every operation that the sandbox's types send is checked by CloudFormation's rules, or it is written down why not."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import botocore.session
import pytest
import regex
from botocore import xform_name

from sandbox.provider import types
from sandbox.provider.catalogue import RESOURCES
from sandbox.provider.checks.documented import LIMITS
from sandbox.provider.checks.mappings import MAPPINGS, UNMAPPED
from sandbox.provider.mapping import Resource
from tests.sandbox.provider.checks import test_accepted, test_refused

# What only looks at things, or takes away what it names.
HARMLESS = regex.compile(r"(describe|get|batch_get|list|head|delete|detach)_")
# A call that a type makes by hand: self.cloud.call("route53", "change_resource_record_sets", ...)
BY_HAND = regex.compile(r"cloud\.call\(\s*\"([a-z0-9-]+)\",\s*\"([a-z_]+)\"")


def settings(resource: Resource) -> Iterator[str]:
    """The operations that send what a program declares; those that take it back name it only."""
    yield from (call.operation for call in (resource.create, *resource.alternatives.values()))
    yield from (call.operation for call in (*resource.after_create, *[part.put for part in resource.parts]))
    if resource.update:
        yield resource.update.operation


def sent() -> set[tuple[str, str]]:
    """All of them as boto3 names them, with their services."""
    found = {(resource.service, operation) for resource in RESOURCES for operation in settings(resource)}
    for module in pkgutil.iter_modules(types.__path__):
        source = inspect.getsource(import_module(f"{types.__name__}.{module.name}"))
        found |= {(match[1], match[2]) for match in BY_HAND.finditer(source)}
    return {(service, operation) for service, operation in found if not HARMLESS.match(operation)}


def names(service: str) -> dict[str, str]:
    """A service's operations: boto3's names and the API's."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def test_every_operation_that_a_type_sends_is_mapped_or_has_a_reason_why_not() -> None:
    called = {(service, names(service)[operation]) for service, operation in sent()}
    assert ("route53", "ChangeResourceRecordSets") in called
    assert called - MAPPINGS.keys() - UNMAPPED.keys() == set()


def test_nothing_is_both_mapped_and_excused_and_every_excuse_is_needed() -> None:
    called = {(service, names(service)[operation]) for service, operation in sent()}
    assert MAPPINGS.keys() & UNMAPPED.keys() == set()
    assert UNMAPPED.keys() - called == set()


def test_an_excuse_that_leans_on_the_documentation_is_backed_by_a_limit() -> None:
    leaning = {operation for operation, reason in UNMAPPED.items() if "documented.py" in reason}
    assert leaning
    assert leaning - LIMITS.keys() == set()


@pytest.mark.parametrize(("service", "operation"), sorted(MAPPINGS | LIMITS))
def test_what_is_checked_has_an_example_that_is_accepted_and_one_that_is_refused(service: str, operation: str) -> None:
    assert (service, operation) in {each[:2] for each in test_accepted.EVERY}, "nothing is accepted"
    assert (service, operation) in {each[:2] for each in test_refused.EVERY}, "nothing is refused"
