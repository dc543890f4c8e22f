import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.common.aws import make_client
from runtime.common.errors import CloudError
from runtime.deployments.notices import BODY_BYTES, Notices
from runtime.deployments.settings import HookSettings
from runtime.deployments.verdict import Outcome
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.test_verdict import verdict


@pytest.fixture
def notices(account: Account) -> Notices:
    return Notices.of(HookSettings.from_environment(account.variables()), make_client("sns"))


@pytest.mark.parametrize(
    ("outcome", "severity"),
    [(Outcome.STOP, "critical"), (Outcome.INCONCLUSIVE, "warning"), (Outcome.GO, "information")],
)
def test_each_outcome_is_told_to_those_whom_it_concerns(
    account: Account, notices: Notices, outcome: Outcome, severity: str
) -> None:
    notices.publish(verdict(outcome), "s3://bucket/key.json")
    heard = {name: account.heard(name) for name in account.topics}
    assert [name for name, messages in heard.items() if messages] == [severity]
    (message,) = heard[severity]
    assert message["Subject"] == f"{outcome} before green started: application in production"
    assert message["Message"] == f"{verdict(outcome).text()}\nEvidence: s3://bucket/key.json"


def test_nobody_is_told_of_what_waits(account: Account, notices: Notices) -> None:
    notices.publish(verdict(Outcome.WAIT), "s3://bucket/key.json")
    assert [account.heard(name) for name in account.topics] == [[], [], []]


class Recorder:
    """A topic that remembers what it was given."""

    def publish(self, **message: str) -> None:
        self.message = message


@given(subject=st.text(max_size=300), body=st.text(max_size=50), times=st.integers(1, 10_000))
def test_any_words_fit_what_sns_takes(subject: str, body: str, times: int) -> None:
    recorder = Recorder()
    Notices(recorder, {}).say("arn:topic", subject, body * times)
    sent = recorder.message
    assert sent["Subject"].isascii()
    assert sent["Subject"].isprintable()
    assert 1 <= len(sent["Subject"]) < 100
    assert len(sent["Message"].encode()) < BODY_BYTES + 100


def test_what_is_cut_says_where_the_rest_is() -> None:
    recorder = Recorder()
    Notices(recorder, {}).say("arn:topic", "long", "ä" * BODY_BYTES)
    assert recorder.message["Message"].endswith("ä\n(The rest is in the evidence.)")


def test_a_topic_that_is_gone_is_named(notices: Notices, account: Account) -> None:
    make_client("sns").delete_topic(TopicArn=account.topics["critical"])
    with pytest.raises(CloudError, match=f"refused to publish to {account.topics['critical']}"):
        notices.publish(verdict(Outcome.STOP), "s3://bucket/key.json")
