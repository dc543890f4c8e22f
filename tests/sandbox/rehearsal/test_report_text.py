from runtime.common.logging import Redactor
from sandbox.rehearsal.report.document import Told, document
from sandbox.rehearsal.report.text import text
from sandbox.rehearsal.report.words import latency, measure, moment
from tests.sandbox.rehearsal.invented import BEGUN, quiet, told


def report(*scenarios: Told) -> list[str]:
    return text(document(scenarios, BEGUN, Redactor())).splitlines()


def test_there_is_a_line_for_each_scenario_and_nothing_more_when_all_is_met() -> None:
    assert report(told(), quiet()) == [
        "Rehearsal of 2026-01-02T03:00:00+00:00: 2 of 2 scenarios met",
        "",
        "  met  slow-burn  ROLLBACK_SUCCESSFUL  in 160 s,  2,600 requests,  15 failed,  p99 109 ms",
        "  met  good       SUCCESSFUL           in 160 s,  0 requests,      0 failed,   p99 not known",
    ]


def test_each_miss_follows_as_a_sentence_with_the_verdict_that_decided() -> None:
    lines = report(told(misses=["15 requests failed, where at most 0 may", "green answered 690"]), quiet())
    assert lines[0].endswith("1 of 2 scenarios met")
    assert lines[2].startswith("  NOT MET  slow-burn")
    assert lines[4:] == [
        "",
        "slow-burn: Green passes the smoke tests and then fails 2 % of the requests.",
        "  - 15 requests failed, where at most 0 may",
        "  - green answered 690",
        "    STOP on production traffic: jobr in development",
    ]


def test_nothing_in_a_reason_is_obeyed_by_the_terminal() -> None:
    whole = "\n".join(report(told(name="a\x1b[2J\r\nb", what="\x9b31m", status="x\x07", misses=["\x1b]0;t\x07 miss"])))
    assert all(letter.isprintable() or letter == "\n" for letter in whole)
    assert "miss" in whole


def test_a_report_without_scenarios_can_be_made() -> None:
    assert report()[0].endswith("0 of 0 scenarios met")


def test_numbers_have_units_that_suit_their_size() -> None:
    assert [latency(value) for value in (0.0084, 0.12, 2.5, None)] == ["8.4 ms", "120 ms", "2.50 s", "not known"]
    assert [moment(value) for value in (-120.0, 1204.5, 0.04)] == ["-120 s", "1,204.5 s", "0 s"]
    assert measure({"name": "seconds from a to b", "value": 68.5, "unit": "s"}) == "68.5 s"
    assert measure({"name": "p99 before", "value": 0.0291, "unit": "s"}) == "29 ms"
    assert measure({"name": "requests failed", "value": 1204, "unit": "requests"}) == "1,204 requests"
    assert measure({"name": "tasks", "value": 2, "unit": ""}) == "2"
