import re
from pathlib import Path

from tests.infra.recording import Recording

PROJECT = Path(__file__).resolve().parents[3]
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def test_every_alarm_tells_the_topic_and_names_a_runbook_that_exists(stack: Recording) -> None:
    alarms = stack.all(ALARM)
    assert alarms
    for alarm in alarms:
        assert [action.rpartition(":")[2] for action in alarm.inputs["alarmActions"]] == [
            stack.one("aws:sns/topic:Topic").name
        ]
        found = re.search(r"Runbook: (docs/runbooks/\S+\.md)", alarm.inputs["alarmDescription"])
        assert found
        assert (PROJECT / found[1]).is_file()


def test_every_runbook_says_what_to_check_how_to_decide_and_how_to_act() -> None:
    runbooks = list((PROJECT / "docs/runbooks").glob("*.md"))
    assert runbooks
    for runbook in runbooks:
        headings = re.findall(r"^## (.+)$", runbook.read_text(), re.MULTILINE)
        assert headings == ["Check", "Decide", "Act"], runbook.name


def test_a_single_error_of_the_backup_function_is_an_alarm(stack: Recording) -> None:
    alarm = stack.one(ALARM).inputs
    assert (alarm["namespace"], alarm["metricName"], alarm["statistic"], alarm["threshold"]) == (
        "AWS/Lambda",
        "Errors",
        "Sum",
        1,
    )
    assert alarm["dimensions"] == {"FunctionName": stack.one("aws:lambda/function:Function").name}


def test_the_topic_is_encrypted_under_our_key_so_that_cloudwatch_may_use_it(stack: Recording) -> None:
    assert stack.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"].endswith("-messages")


def test_every_address_is_subscribed_and_none_is_needed(development: Recording, production: Recording) -> None:
    kind = "aws:sns/topicSubscription:TopicSubscription"
    assert sorted(subscription.inputs["endpoint"] for subscription in production.all(kind)) == [
        "one@example.com",
        "two@example.com",
    ]
    assert development.all(kind) == []
