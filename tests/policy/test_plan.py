import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from policy import plan, waivers
from policy.plan import Change, NoPlanError, check, main, of_preview


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:production::jobr::jobr:data:Postgres$aws:{kind}::{name}"


DATABASE = urn("rds/instance:Instance", "jobr-production-postgres")


def judged(*steps: tuple[str, str], disposable: bool = False) -> tuple[int, str]:
    told = io.StringIO()
    config = {"jobr:disposable": "true"} if disposable else {}
    text = json.dumps({"config": config, "steps": [{"op": op, "urn": urn} for op, urn in steps]})
    return main(io.StringIO(text), told), told.getvalue()


@pytest.mark.parametrize(
    "kind",
    [
        *("rds/instance:Instance", "s3/bucket:Bucket", "efs/fileSystem:FileSystem", "kms/key:Key"),
        *("secretsmanager/secret:Secret", "ecr/repository:Repository"),
    ],
)
@pytest.mark.parametrize("word", ["replaced", "deleted"])
def test_what_holds_data_is_neither_replaced_nor_deleted(kind: str, word: str) -> None:
    (finding,) = check([Change(urn(kind, "kept"), word)])
    assert finding.resource.name == "kept"
    assert f"would be {word}" in str(finding)


def test_what_holds_no_data_may_go_and_what_holds_some_may_change() -> None:
    assert list(check([Change(urn("lb/listener:Listener", "l"), "replaced"), Change(DATABASE, "updated")])) == []


def test_a_replacement_is_told_once_although_it_has_three_steps() -> None:
    status, told = judged(("create-replacement", DATABASE), ("replace", DATABASE), ("delete-replaced", DATABASE))
    assert status == 1
    assert told.count("jobr-production-postgres would be replaced, and its data with it") == 1


def test_a_plan_that_loses_nothing_goes_ahead_in_silence() -> None:
    assert judged(("update", DATABASE), ("same", DATABASE), ("create", DATABASE)) == (0, "")


def test_a_disposable_stack_is_told_and_may_go_ahead() -> None:
    status, told = judged(("delete", DATABASE), disposable=True)
    assert status == 0
    assert "would be deleted" in told
    assert "disposable" in told


def test_a_waiver_lets_one_resource_go_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    until = datetime.now(UTC).date() + timedelta(days=1)
    waiver = waivers.Waiver("House.what-holds-data-stays", "jobr-production-postgres", "moved to version 19", until)
    monkeypatch.setattr(waivers, "read", lambda: (waiver,))
    bucket = urn("s3/bucket:Bucket", "backups")

    left = plan.refused([Change(DATABASE, "replaced"), Change(bucket, "replaced")])

    assert [finding.resource.name for finding in left] == ["backups"]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"steps": [{}]}', "null"])
def test_what_is_no_plan_is_refused_and_never_passes_for_one(text: str) -> None:
    with pytest.raises(NoPlanError, match="no plan"):
        of_preview(text)
    assert main(io.StringIO(text), io.StringIO()) == 2
