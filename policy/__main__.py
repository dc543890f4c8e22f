"""The pack as the engine loads it: which check runs when, and that none can be passed over."""

import sys
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

from policy import buckets, databases, engine, security_groups, waivers
from policy.model import Finding

WAIVERS = waivers.read()
TODAY = datetime.now(UTC).date()


def report(findings: list[Finding], report_violation: ReportViolation) -> None:
    """Hands over what no waiver covers."""
    for finding in waivers.in_force(findings, WAIVERS, TODAY):
        report_violation(str(finding), finding.resource.urn)


def check_database(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """Runs before each resource is created or changed, so a bad database never comes to be."""
    report(list(databases.check(engine.of_one(args))), report_violation)


def check_buckets(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Runs once all resources are known: at the end of a preview, and of a deployment."""
    report(list(buckets.check([engine.of_stack(resource) for resource in args.resources])), report_violation)


def check_security_groups(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Runs once all resources are known: at the end of a preview, and of a deployment."""
    report(list(security_groups.check([engine.of_stack(resource) for resource in args.resources])), report_violation)


def check_waivers(_: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Every waiver that has ended is a violation of the stack."""
    for message in waivers.expired(WAIVERS, TODAY):
        report_violation(message, None)


PolicyPack(
    name="jobr-production-operations",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="databases-are-encrypted-and-private",
            description="Databases are encrypted at rest and have no public address (RDS.2, RDS.3, RDS.27).",
            validate=check_database,
        ),
        StackValidationPolicy(
            name="buckets-are-private-encrypted-and-tls-only",
            description="Buckets block public access, use a KMS key and refuse requests without TLS (S3.8, S3.17, S3.5).",
            validate=check_buckets,
        ),
        StackValidationPolicy(
            name="only-load-balancers-face-the-world",
            description="The internet reaches ports 80 and 443 of load balancers, and nothing else (EC2.18, EC2.19).",
            validate=check_security_groups,
        ),
        StackValidationPolicy(
            name="waivers-are-current",
            description="A waiver ends on the day that it names.",
            validate=check_waivers,
        ),
    ],
)
