from datetime import date
from pathlib import Path

import pytest

from policy.model import UNKNOWN, Control, Finding, Resource
from policy.waivers import Waiver, WaiverError, expired, in_force, read, unused

LOGS = Waiver("S3.17", "access-logs", "load balancers cannot use a KMS key", date(2027, 1, 31))


def finding(control: str, resource: str) -> Finding:
    return Finding(Control(control, "a title"), Resource("a type", resource, "urn"), "is wrong", "Mend it")


def waived(today: date) -> list[str]:
    findings = [finding("S3.17", "access-logs"), finding("S3.17", "backups"), finding("S3.8", "access-logs")]
    return [f"{left.control.id} {left.resource.name}" for left in in_force(findings, [LOGS], today)]


def test_a_waiver_covers_one_control_on_one_resource() -> None:
    assert waived(date(2026, 6, 1)) == ["S3.17 backups", "S3.8 access-logs"]


def test_a_waiver_covers_its_last_day_and_no_day_after() -> None:
    assert "S3.17 access-logs" not in waived(date(2027, 1, 31))
    assert "S3.17 access-logs" in waived(date(2027, 2, 1))


def test_an_expired_waiver_is_a_violation_that_says_what_to_do() -> None:
    assert list(expired([LOGS], date(2027, 1, 31))) == []
    (message,) = expired([LOGS], date(2027, 2, 1))
    assert "S3.17 for access-logs ended on 2027-01-31" in message
    assert "policy/waivers.toml" in message


def test_waivers_are_read_from_their_file(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(
        '[[waiver]]\ncontrol = "S3.17"\nresource = "access-logs"\nreason = "load balancers cannot use a KMS key"\nuntil = 2027-01-31\n'
    )

    assert read(file) == (LOGS,)


def test_every_mistake_in_the_file_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(
        '[[waiver]]\ncontrol = "S3.17"\nresource = "a"\nreason = ""\nuntil = "2027-01-31"\n[[waiver]]\ncontrol = "S3.8"\n'
    )

    with pytest.raises(WaiverError) as failure:
        read(file)

    assert "waiver 1: reason" in str(failure.value)
    assert "waiver 1: until must be a date" in str(failure.value)
    assert "waiver 2 must have" in str(failure.value)


def test_a_waiver_whose_resource_keeps_to_the_control_again_is_told() -> None:
    (message,) = unused([LOGS], [Resource("aws:x", "access-logs", "urn:orders", {"a": 1})], [])
    assert "covers nothing any more" in message


def test_a_waiver_that_is_needed_or_may_be_or_is_of_another_stack_is_not_told() -> None:
    orders = Resource("aws:x", "access-logs", "urn:orders", {"a": 1})
    in_part = Resource("aws:x", "access-logs", "urn:orders", {"a": [{"b": UNKNOWN}]})
    needed = Finding(Control(LOGS.control, "t"), orders, "breaks it", "mend it")

    assert list(unused([LOGS], [orders], [needed])) == []
    assert list(unused([LOGS], [in_part], [])) == []
    assert list(unused([LOGS], [Resource("aws:x", "others", "urn:others")], [])) == []
