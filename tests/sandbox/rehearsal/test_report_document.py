import json
from datetime import timedelta

import pytest

from runtime.common.logging import Redactor
from sandbox.rehearsal.report.document import document, lines
from tests.sandbox.rehearsal.invented import BEGUN, Entry, Request, quiet, told, verdict


def test_the_document_is_met_only_when_every_scenario_is() -> None:
    assert document([quiet()], BEGUN, Redactor())["met"]
    found = document([quiet(), told(misses=["14 requests failed"])], BEGUN, Redactor())
    assert not found["met"]
    assert [scenario["met"] for scenario in found["scenarios"]] == [True, False]


def test_it_is_json_with_a_schema_and_holds_buckets_and_no_single_request() -> None:
    asked = [Request(5000.0 + index / 100) for index in range(50_000)]
    text = lines(document([told(requests=asked)], BEGUN, Redactor()))
    found = json.loads(text)
    assert found["schema"] == 1
    assert found["scenarios"][0]["totals"]["requests"] == 50_000
    assert len(text) < 100_000


def test_seconds_are_counted_from_the_deployment_and_what_deployed_blue_is_left_out() -> None:
    (scenario,) = document([told()], BEGUN, Redactor())["scenarios"]
    assert (scenario["first_second"], scenario["ended_second"]) == (-60.0, 160.0)
    assert scenario["last_second"] == 199.9, "load goes on after the deployment"
    stages = [stage["stage"] for stage in scenario["stages"]]
    assert stages[:2] == ["before the deployment", "PRE_SCALE_UP"]
    assert "SUCCESSFUL" not in stages
    assert scenario["weights"][0]["green"] == 0.0


def test_requests_and_stages_lie_on_the_same_axis() -> None:
    (scenario,) = document([told()], BEGUN, Redactor())["scenarios"]
    first = next(bucket for bucket in scenario["series"]["buckets"] if bucket["by"]["green"])
    assert first["second"] == 60
    assert scenario["weights"][1] == {"second": 62.0, "green": 100.0}


def test_no_secret_that_is_known_is_in_it_wherever_it_stands() -> None:
    redactor = Redactor()
    redactor.learn("hunter2-swordfish")
    secret = "postgres://jobr:hunter2-swordfish@example"
    told_it = told(
        what=secret,
        reason=secret,
        misses=[secret],
        notices=[secret],
        measures={secret: 1},
        verdicts=[verdict(secret), {secret: secret}],
        entries=[*told().entries, Entry(BEGUN + timedelta(seconds=170), secret, 0.0, secret)],
        requests=[Request(5000.0, version="hunter2-swordfish")],
    )
    text = lines(document([told_it], BEGUN, redactor))
    assert "swordfish" not in text
    assert text.count("postgres://jobr:***@example") > 8


def test_a_secret_that_looks_like_a_number_does_not_break_the_counts() -> None:
    redactor = Redactor()
    redactor.learn("2600")
    (scenario,) = document([told()], BEGUN, redactor)["scenarios"]
    assert scenario["totals"]["requests"] == 2600


def test_a_verdict_has_its_own_words_for_a_person_who_was_asleep() -> None:
    (scenario,) = document([told()], BEGUN, Redactor())["scenarios"]
    (found,) = scenario["verdicts"]
    assert found["outcome"] == "STOP"
    assert found["title"] == "STOP on production traffic: jobr in development"
    assert "To mend it: read the log" in found["text"]
    assert found["document"] == verdict()


def test_a_document_that_is_no_verdict_is_kept_and_said_so() -> None:
    (scenario,) = document([told(verdicts=[{"schema": 9, "a": "b"}])], BEGUN, Redactor())["scenarios"]
    (found,) = scenario["verdicts"]
    assert found["outcome"] == "UNREADABLE"
    assert "its schema is 9, not 1" in found["text"]
    assert found["document"] == {"schema": 9, "a": "b"}


def test_the_first_word_of_a_measure_is_its_unit() -> None:
    (scenario,) = document([told()], BEGUN, Redactor())["scenarios"]
    assert [(found["value"], found["unit"]) for found in scenario["measures"]] == [
        (68.5, "s"),
        (14, "requests"),
        (0.0291, "s"),
        (None, "s"),
    ]


def test_a_number_that_json_has_no_word_for_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        lines(document([told(measures={"seconds": float("nan")})], BEGUN, Redactor()))
