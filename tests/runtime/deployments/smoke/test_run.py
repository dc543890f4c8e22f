"""The suite of this project, over real TLS, against a green that is good and against greens that are not."""

import json

import pytest

from runtime.common.clock import Deadline
from runtime.common.errors import DeadlineError
from runtime.deployments.smoke.run import Runner
from runtime.deployments.smoke.suite import Suite
from runtime.deployments.verdict import Finding, Level
from tests.runtime.deployments.smoke.conftest import Certified
from tests.runtime.deployments.smoke.green import DIGEST, DOMAIN, HEALTH, SECURE, Green, Reply, count

SUITE = Suite.load(DIGEST)


@pytest.fixture
def green(certified: Certified) -> Green:
    return certified.green()


def found(green: Green, certified: Certified) -> dict[str, Finding]:
    return {finding.check: finding for finding in green.runner(certified.authority).run(SUITE)}


def failed(green: Green, certified: Certified) -> dict[str, str]:
    findings = found(green, certified)
    return {name: finding.message for name, finding in findings.items() if finding.outcome is not Level.OK}


def test_a_good_green_passes_everything(green: Green, certified: Certified) -> None:
    findings = found(green, certified)
    assert {finding.outcome for finding in findings.values()} == {Level.OK}
    assert len(findings) == len(SUITE.checks) + 3
    assert findings["TLS"].message.startswith(f"TLSv1.3, the certificate is for {DOMAIN} and ends in 36")


def test_it_asks_by_the_domains_name_although_it_connects_to_the_load_balancers(
    green: Green, certified: Certified
) -> None:
    found(green, certified)
    assert {host for _, _, host, _ in green.asked} == {DOMAIN}
    assert set(green.names) == {DOMAIN}
    assert count(green.asked)["/live"] == 2  # once in the clear


def test_a_third_party_that_is_down_fails_nothing_and_a_database_does(green: Green, certified: Certified) -> None:
    assert '"external_services": {"healthy": false}' in HEALTH
    assert failed(green, certified) == {}
    body = (HEALTH % DIGEST).replace('"database": {"healthy": true}', '"database": {"healthy": false}')
    green.replies["/health"] = [Reply(503, SECURE, body)]
    assert "$.checks.database.healthy does not keep const True" in failed(green, certified)["health"]


def test_another_version_than_the_one_that_is_deployed_is_found(green: Green, certified: Certified) -> None:
    other = f"sha256:{'b2' * 32}"
    green.replies["/live"] = [Reply(headers={**SECURE, "X-App-Version": other})]
    green.replies["/health"] = [Reply(200, SECURE, HEALTH % other)]
    problems = failed(green, certified)
    assert sorted(problems) == ["health", "liveness"]
    assert f"x-app-version is '{other}', not '{DIGEST}'" in problems["liveness"]


def test_metrics_that_everybody_can_read_are_found(green: Green, certified: Certified) -> None:
    green.replies["/metrics"] = [Reply(200, SECURE, "jobr_sessions 12")]
    assert list(failed(green, certified)) == ["metrics are not public"]


def test_every_check_runs_whatever_the_others_found(green: Green, certified: Certified) -> None:
    green.replies = {path: [Reply(500)] for path in green.replies}
    assert sorted(failed(green, certified)) == sorted(check.name for check in SUITE.checks)


def test_a_green_that_is_too_slow_is_told_by_how_much(green: Green, certified: Certified) -> None:
    green.replies["/live"][0].seconds = 0.501
    assert failed(green, certified)["liveness"].endswith("it took 501 ms of 500 ms")


def test_a_first_answer_that_is_wrong_gets_another_attempt(green: Green, certified: Certified) -> None:
    right = green.replies["/ready"][0]
    green.replies["/ready"] = [Reply(503, SECURE), Reply(503, SECURE), right]
    assert failed(green, certified) == {}
    assert count(green.asked)["/ready"] == 3
    assert green.pauses == [1.0, 1.0]


def test_attempts_end(green: Green, certified: Certified) -> None:
    green.replies["/ready"] = [Reply(503, SECURE)]
    assert "GET /ready, 3 times, at last: the status is 503, not 200" in failed(green, certified)["readiness"]
    assert count(green.asked)["/ready"] == 3


def test_every_problem_of_an_answer_is_told(green: Green, certified: Certified) -> None:
    green.replies["/live"] = [Reply(500, {"X-Content-Type-Options": "sniff"}, seconds=9)]
    message = failed(green, certified)["liveness"]
    for said in (
        "status is 500",
        "x-app-version is missing",
        "strict-transport",
        "must be nosniff",
        "frame",
        "9000 ms",
    ):
        assert said in message, said


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[]", "$ does not keep type object"),
        (json.dumps({"status": "healthy"}), "$ does not keep required"),
        (HEALTH % "1.0.0", f"$.version does not keep const {DIGEST}"),
    ],
)
def test_a_document_of_another_shape_is_found_without_quoting_it(
    green: Green, certified: Certified, body: str, problem: str
) -> None:
    green.replies["/health"] = [Reply(200, SECURE, body)]
    assert problem in failed(green, certified)["health"]


def test_the_body_of_a_request_arrives(green: Green, certified: Certified) -> None:
    found(green, certified)
    assert ("POST", "/api/v1/auth/login", DOMAIN, "{") in green.asked


@pytest.mark.parametrize(
    ("status", "location", "why"),
    [
        (200, f"https://{DOMAIN}/live", "no lasting redirect"),
        (302, f"https://{DOMAIN}/live", "no lasting redirect"),
        (301, f"http://{DOMAIN}/live", "not to https"),
        (301, "https://other.example/live", "not to https"),
        (301, f"https://{DOMAIN}/", "not to https"),
        (301, f"https://{DOMAIN}:8443/live", "not to https"),
        (301, "https://[/live", "not to https"),
        (301, "", "not to https"),
    ],
)
def test_what_is_asked_in_the_clear_must_lead_to_https(
    green: Green, certified: Certified, status: int, location: str, why: str
) -> None:
    green.redirect_status, green.location = status, location
    assert why in failed(green, certified)["redirect to HTTPS"]


@pytest.mark.parametrize("location", [f"https://{DOMAIN}/live", f"https://{DOMAIN}:443/live"])
def test_the_load_balancer_may_name_the_port(green: Green, certified: Certified, location: str) -> None:
    green.location = location
    assert failed(green, certified) == {}


def test_a_failure_says_how_to_ask_by_hand(green: Green, certified: Certified) -> None:
    green.replies["/live"] = [Reply(500)]
    mend = found(green, certified)["liveness"].mend
    assert f"curl -i -X GET --connect-to ::127.0.0.1:{green.https_port} https://{DOMAIN}/live" in mend


def test_no_time_left_ends_the_run(green: Green, certified: Certified) -> None:
    clock = green.clock()
    runner = Runner(green.target(), certified.authority, clock, Deadline.within(clock, 0, "x"), green.pauses.append)
    with pytest.raises(DeadlineError):
        runner.run(SUITE)


def test_an_answer_that_breaks_off_is_no_crash(green: Green, certified: Certified) -> None:
    green.replies["/live"] = [Reply(headers={"Content-Length": "99"}, body="5 bytes")]
    assert "no answer to GET /live: IncompleteRead" in failed(green, certified)["liveness"]
