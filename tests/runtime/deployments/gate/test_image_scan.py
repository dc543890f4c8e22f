from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.common.errors import CloudError
from runtime.deployments.gate import image_scan
from runtime.deployments.gate.check import Result
from runtime.deployments.gate.image_scan import Repository, repository
from runtime.deployments.gate.settings import Need
from runtime.deployments.verdict import Level, Outcome
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.deployment import DIGEST, IMAGE
from tests.runtime.deployments.gate.stage import scene, single, state
from tests.runtime.deployments.shaped import RefusedError, Shaped
from tests.runtime.deployments.test_verdict import verdict

SEGMENT = st.from_regex(r"[a-z0-9]+([._-][a-z0-9]+)*", fullmatch=True)


@given(
    parts=st.lists(SEGMENT, min_size=1, max_size=3),
    region=st.sampled_from(["us-east-1", "eu-central-2", "us-gov-west-1", "ap-southeast-4"]),
    tag=st.sampled_from(["", ":1.2.3", f"@{DIGEST}", f":release-7@{DIGEST}"]),
)
def test_a_repository_of_ecr_is_known_by_the_images_address(parts: list[str], region: str, tag: str) -> None:
    name = "/".join(parts)
    address = f"123456789012.dkr.ecr.{region}.amazonaws.com/{name}{tag}"
    assert repository(address) == Repository("123456789012", region, name)


@pytest.mark.parametrize(
    "image", ["node:22", f"docker.io/library/node@{DIGEST}", "ghcr.io/jobr/app:1", "", "dkr.ecr.amazonaws.com/x"]
)
def test_other_registries_are_not_taken_for_ecr(image: str) -> None:
    assert repository(image) is None


def check(account: Account, answer: Any, *, need: Need = Need.REQUIRED, **more: Any) -> Result:
    def answered(_: dict[str, Any]) -> dict[str, Any]:
        if isinstance(answer, str):
            raise RefusedError(answer)
        return dict(answer)

    ecr = Shaped("ecr", {"DescribeImageScanFindings": answered})
    account.others["ecr"] = ecr.client
    result = image_scan.check(scene(account, image_scan=need, **more))
    asked = {"registryId": "123456789012", "repositoryName": "jobr/application", "imageId": {"imageDigest": DIGEST}}
    assert ecr.calls == [("DescribeImageScanFindings", asked)]
    return result


def scan(status: str, findings: list[dict[str, Any]] | None = None, **counts: int) -> dict[str, Any]:
    return {
        "imageScanStatus": {"status": status, "description": "so it is"},
        "imageScanFindings": {"findingSeverityCounts": counts, "findings": findings or []},
    }


def test_nothing_critical_is_fine_and_the_rest_is_counted(account: Account) -> None:
    result = check(account, scan("COMPLETE", HIGH=3, LOW=9))
    assert single(result).outcome is Level.OK
    assert result.numbers == {"findings of severity HIGH": 3, "findings of severity LOW": 9}


@pytest.mark.parametrize("need", [Need.REQUIRED, Need.WARN])
def test_a_critical_finding_fails_by_its_name_whatever_the_setting(account: Account, need: Need) -> None:
    named = [{"name": "CVE-2026-0001", "severity": "CRITICAL"}, {"name": "CVE-2026-0002", "severity": "HIGH"}]
    finding = single(check(account, scan("COMPLETE", named, CRITICAL=1, HIGH=1), need=need))
    assert finding.outcome is Level.FAIL
    assert finding.message.endswith("found 1 of critical severity: CVE-2026-0001.")
    assert "aws ecr describe-image-scan-findings --registry-id 123456789012 --region us-east-1" in finding.mend


def test_a_continuous_scan_is_read_too(account: Account) -> None:
    answer = scan("ACTIVE", CRITICAL=2)
    answer["imageScanFindings"]["enhancedFindings"] = [{"title": "CVE-2026-7 in openssl", "severity": "CRITICAL"}]
    assert "CVE-2026-7 in openssl" in single(check(account, answer)).message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("ScanNotFoundException", "was never scanned"),
        (scan("FAILED"), "is FAILED: so it is"),
        (scan("UNSUPPORTED_IMAGE"), "is UNSUPPORTED_IMAGE"),
    ],
)
def test_no_finished_scan_means_what_the_settings_say(account: Account, answer: Any, words: str) -> None:
    for need, outcome in ((Need.REQUIRED, Level.FAIL), (Need.WARN, Level.WARN)):
        finding = single(check(account, answer, need=need))
        assert finding.outcome is outcome
        assert words in finding.message
        assert (
            f"aws ecr start-image-scan --registry-id 123456789012 --region us-east-1 --repository-name jobr/application --image-id imageDigest={DIGEST}"
            in finding.mend
        )


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_an_image_that_is_not_there_fails_whatever_the_setting(account: Account, code: str) -> None:
    assert single(check(account, code, need=Need.WARN)).outcome is Level.FAIL


def test_any_other_refusal_is_an_error_that_the_gate_tells(account: Account) -> None:
    with pytest.raises(CloudError, match="refused to describe the scan"):
        check(account, "ServerException")


@pytest.mark.parametrize("status", ["IN_PROGRESS", "PENDING"])
def test_a_running_scan_is_waited_for_until_its_patience_ends(account: Account, status: str) -> None:
    earlier = verdict(Outcome.WAIT, started=account.time.moment)
    for passed, outcome in ((0, Level.WAIT), (599, Level.WAIT), (1, Level.FAIL)):
        account.time.passes(passed)
        assert single(check(account, scan(status), previous=earlier)).outcome is outcome
    assert single(check(account, scan(status), need=Need.WARN, previous=earlier)).outcome is Level.WARN


def test_what_ecr_cannot_know_is_not_asked(account: Account) -> None:
    foreign = scene(account, service=state(image="node:22", digest=None))
    assert single(image_scan.check(foreign)).outcome is Level.WARN
    unnamed = scene(account, service=state(image=IMAGE.partition("@")[0], digest=None))
    assert single(image_scan.check(unnamed)).outcome is Level.FAIL
    assert single(image_scan.check(scene(account, image_scan=Need.OFF))).outcome is Level.OK
