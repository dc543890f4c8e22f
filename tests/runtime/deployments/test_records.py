import json
import shlex
from typing import Any

import pytest

from runtime.common.aws import make_client
from runtime.common.errors import IntegrityError, StorageError
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Outcome
from tests.runtime.backups.stand_ins import refuse, s3_hook
from tests.runtime.deployments.account import BUCKET, KEY, Account
from tests.runtime.deployments.deployment import DIGEST
from tests.runtime.deployments.test_verdict import verdict

PLACE = ("application", "9313423515462893900", Stage.PRE_SCALE_UP)
OBJECT = "deployments/application/9313423515462893900/PRE_SCALE_UP.json"


def test_a_verdict_is_one_object_for_its_service_revision_and_stage(account: Account) -> None:
    records = account.records()
    assert records.find(*PLACE) is None
    kept = records.put(verdict())
    assert (kept.address, kept.new) == (f"s3://{BUCKET}/{OBJECT}", True)
    assert account.objects() == [OBJECT]
    assert records.find(*PLACE) == verdict()


def test_a_shift_of_many_has_an_object_of_its_own(account: Account) -> None:
    records = account.records()
    for shift in ("10", "100"):
        records.put(verdict(stage=Stage.PRODUCTION_TRAFFIC_SHIFT, shift=shift))
    assert [key.rpartition("/")[2] for key in account.objects()] == [
        "PRODUCTION_TRAFFIC_SHIFT-10.json",
        "PRODUCTION_TRAFFIC_SHIFT-100.json",
    ]


def test_the_first_final_verdict_of_a_deployment_holds(account: Account) -> None:
    records = account.records()
    records.put(verdict(Outcome.STOP))
    again = records.put(verdict(Outcome.GO))
    assert (again.verdict.outcome, again.new) == (Outcome.STOP, False)
    assert records.find(*PLACE) == verdict(Outcome.STOP)


def test_what_waits_is_replaced_and_so_is_another_deployment_of_the_same_revision(account: Account) -> None:
    records = account.records()
    records.put(verdict(Outcome.WAIT))
    assert records.put(verdict(Outcome.STOP)).new
    assert records.put(verdict(Outcome.GO, deployment="arn:another")).new
    assert records.find(*PLACE) == verdict(Outcome.GO, deployment="arn:another")


@pytest.mark.parametrize("before", [None, Outcome.WAIT])
def test_of_two_who_decide_at_the_same_time_the_first_to_write_holds(account: Account, before: Outcome | None) -> None:
    records, other = account.records(), account.records()
    if before:
        records.put(verdict(before))
    others: list[Any] = []

    def somebody_else_writes(**_: Any) -> None:
        if not others:
            others.append(other.put(verdict(Outcome.STOP)))

    with s3_hook(records.s3, "PutObject", somebody_else_writes):
        kept = records.put(verdict(Outcome.GO))
    assert others[0].new
    assert (kept.verdict.outcome, kept.new) == (Outcome.STOP, False)


def test_who_is_overtaken_all_the_time_gives_up_and_says_so(account: Account) -> None:
    records, other = account.records(), account.records()
    turns: list[int] = []

    def somebody_else_waits(**_: Any) -> None:
        turns.append(1)
        other.put(verdict(Outcome.WAIT, summary=f"turn {len(turns)}"))

    with s3_hook(records.s3, "PutObject", somebody_else_waits), pytest.raises(StorageError, match="second function"):
        records.put(verdict(Outcome.GO))


def test_every_object_is_encrypted_with_the_key(account: Account) -> None:
    records = account.records()
    records.put(verdict())
    records.mark_failed(verdict())
    for key in account.objects():
        head = make_client("s3").head_object(Bucket=BUCKET, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)


def test_an_image_that_failed_is_remembered_until_the_command_asks_for_it_again(account: Account) -> None:
    records = account.records()
    assert records.failure("application", DIGEST) is None
    records.mark_failed(verdict(summary="the first failure"))
    records.mark_failed(verdict(summary="a later one"))
    failure = records.failure("application", DIGEST)
    assert failure is not None
    assert failure.summary == "the first failure"
    assert records.failure("another-service", DIGEST) is None
    # What the AWS CLI does with the words of the command.
    program, service, operation, address = shlex.split(records.ask_again("application", DIGEST))
    assert (program, service, operation) == ("aws", "s3", "rm")
    bucket, _, key = address.removeprefix("s3://").partition("/")
    assert key in account.objects()
    make_client("s3").delete_object(Bucket=bucket, Key=key)
    assert records.failure("application", DIGEST) is None


def test_an_image_without_a_digest_cannot_be_remembered(account: Account) -> None:
    account.records().mark_failed(verdict(image_digest=None))
    assert account.objects() == []


@pytest.mark.parametrize("body", [b"{}", b"not json", json.dumps({"schema": 9}).encode()])
def test_an_object_that_is_no_verdict_is_named_with_the_command_that_removes_it(account: Account, body: bytes) -> None:
    make_client("s3").put_object(Bucket=BUCKET, Key=OBJECT, Body=body)
    with pytest.raises(IntegrityError, match=f"aws s3 rm s3://{BUCKET}/{OBJECT}"):
        account.records().find(*PLACE)


def test_a_bucket_that_refuses_is_told_as_such(account: Account) -> None:
    records = account.records()
    with s3_hook(records.s3, "GetObject", refuse), pytest.raises(StorageError, match="S3 refused to read s3://"):
        records.find(*PLACE)
    with s3_hook(records.s3, "PutObject", refuse), pytest.raises(StorageError, match="S3 refused to store s3://"):
        records.put(verdict())
