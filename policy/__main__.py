"""The pack as the engine loads it: every policy of the catalogue, and that no waiver outlives its end or its use."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

# The engine runs this folder by its path; the pack's modules are a package of the project.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policy import engine, waivers
from policy.catalogue import POLICIES
from policy.model import Finding, Policy, Resource

WAIVERS = waivers.read()
TODAY = datetime.now(UTC).date()


def report(findings: Iterable[Finding], report_violation: ReportViolation) -> None:
    """Hands over what no waiver covers."""
    for finding in waivers.in_force(findings, WAIVERS, TODAY):
        report_violation(str(finding), finding.resource.urn)


def before_each(check: Callable[[Resource], Iterable[Finding]]) -> Callable[..., None]:
    """A check that runs before a resource is created or changed, so a bad one never comes to be."""

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        report(check(engine.of_one(args)), report_violation)

    return validate


def over_all(check: Callable[[list[Resource]], Iterable[Finding]]) -> Callable[..., None]:
    """A check that runs once all resources are known: at the end of a preview, and of a deployment."""

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        report(check([engine.of_stack(resource) for resource in args.resources]), report_violation)

    return validate


def check_waivers(_: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Every waiver that has ended is a violation of the stack."""
    for message in waivers.expired(WAIVERS, TODAY):
        report_violation(message, None)


def check_use_of_waivers(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Every waiver that covers nothing any more is told. It costs a second run of all checks, so only when there are waivers."""
    if WAIVERS:
        resources = [engine.of_stack(resource) for resource in args.resources]
        findings = [finding for policy in POLICIES for finding in policy.check(resources)]
        for message in waivers.unused(WAIVERS, resources, findings):
            report_violation(message, None)


def as_the_engine_takes_it(policy: Policy) -> ResourceValidationPolicy | StackValidationPolicy:
    """A policy of the catalogue in the SDK's terms."""
    described = f"{policy.description} ({', '.join(control.id for control in policy.controls)})"
    if policy.each:
        return ResourceValidationPolicy(name=policy.name, description=described, validate=before_each(policy.each))
    return StackValidationPolicy(name=policy.name, description=described, validate=over_all(policy.check))


PolicyPack(
    name="jobr-production-operations",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        *map(as_the_engine_takes_it, POLICIES),
        StackValidationPolicy(
            name="waivers-are-current",
            description="A waiver ends on the day that it names.",
            validate=check_waivers,
        ),
        StackValidationPolicy(
            name="waivers-are-used",
            description="A waiver that covers nothing any more can go.",
            enforcement_level=EnforcementLevel.ADVISORY,
            validate=check_use_of_waivers,
        ),
    ],
)
