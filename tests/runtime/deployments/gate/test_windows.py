import shlex
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.common.aws import make_client
from runtime.common.errors import SettingsError
from runtime.deployments.gate import windows
from runtime.deployments.gate.windows import WINDOWS, Kind, Window, command, parse
from runtime.deployments.verdict import Finding, Level
from tests.runtime.deployments.account import NOON, Account
from tests.runtime.deployments.gate.stage import scene, single

PARAMETER = "/jobr/test/deployment-windows"
TIMES = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
WINDOW = st.builds(
    lambda begins, hours, kind, reason: Window.model_validate(
        {"from": begins, "to": begins + timedelta(hours=hours), "kind": kind, "reason": reason}
    ),
    TIMES,
    st.integers(1, 1000),
    st.sampled_from(Kind),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)


def window(begins: int, ends: int, reason: str = "holidays", kind: str = "freeze") -> Window:
    return Window.model_validate(
        {"from": NOON + timedelta(hours=begins), "to": NOON + timedelta(hours=ends), "kind": kind, "reason": reason}
    )


def put(text: str) -> None:
    make_client("ssm").put_parameter(Name=PARAMETER, Type="String", Overwrite=True, Value=text)


def check(account: Account, *these: Window) -> tuple[Finding, ...]:
    put(WINDOWS.dump_json(list(these), by_alias=True).decode())
    return windows.check(scene(account, windows_parameter=PARAMETER)).findings


@given(st.lists(WINDOW, max_size=4))
def test_the_command_that_lifts_a_window_leaves_the_others_as_they_were_whatever_their_reason(
    these: list[Window],
) -> None:
    words = shlex.split(command(PARAMETER, these))
    assert words[:-1] == [
        "aws",
        "ssm",
        "put-parameter",
        "--name",
        PARAMETER,
        "--type",
        "String",
        "--overwrite",
        "--value",
    ]
    assert parse(words[-1]) == these


@given(st.text(max_size=60).filter(lambda text: text.strip() != "[]"))
def test_what_is_no_list_of_windows_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="The windows are wrong"):
        parse(text)


def test_a_window_holds_from_its_beginning_to_its_end(account: Account) -> None:
    assert [finding.outcome for finding in check(account, window(0, 1))] == [Level.FAIL]
    assert [finding.outcome for finding in check(account, window(-1, 0))] == [Level.OK]
    assert [finding.outcome for finding in check(account, window(1, 2))] == [Level.OK]
    assert [finding.message for finding in check(account)] == ["None of 0 is open."]


def test_every_open_window_is_told_with_its_end_and_the_command_that_lifts_it_alone(account: Account) -> None:
    freeze, other, work = window(-1, 5, "it's quiet"), window(50, 60), window(-2, 1, "new disks", "maintenance")
    first, second = check(account, freeze, other, work)
    assert first.message == "A freeze window is open until 2026-11-24T17:00:00+00:00: it's quiet"
    assert second.message == "A maintenance window is open until 2026-11-24T13:00:00+00:00: new disks"
    lifted = shlex.split(first.mend.split("set it: ")[1])[-1]
    assert parse(lifted) == [other, work]
    put(lifted)
    left = windows.check(scene(account, windows_parameter=PARAMETER)).findings
    assert [finding.message for finding in left] == [second.message]


def test_a_list_that_cannot_be_read_stops_everything_and_tells_what_is_wrong_with_each_window(account: Account) -> None:
    good = '{"from": "2026-12-20T00:00:00Z", "to": "2027-01-04T06:00:00Z", "kind": "freeze", "reason": "x"}'
    put(f'[{good}, {{"from": "2026-12-20T00:00:00", "to": "soon", "kind": "party", "reason": "", "until": 1}}]')
    finding = single(windows.check(scene(account, windows_parameter=PARAMETER)))
    assert finding.outcome is Level.FAIL
    for part in ("window 2, from", "window 2, to", "window 2, kind", "window 2, reason", "window 2, until"):
        assert part in finding.message
    assert f"`aws ssm get-parameter --name {PARAMETER}`" in finding.mend


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"window 1: .*it must end after it begins"):
        parse('[{"from": "2026-12-20T00:00:00Z", "to": "2026-12-19T00:00:00Z", "kind": "freeze", "reason": "x"}]')


def test_without_the_parameter_nobody_can_tell(account: Account) -> None:
    finding = single(windows.check(scene(account, windows_parameter=PARAMETER)))
    assert finding.outcome is Level.FAIL
    assert finding.mend == command(PARAMETER, [])
    assert single(windows.check(scene(account))).outcome is Level.OK, "none are kept, by the settings"
