"""Telling people what was decided, by the topic of the severity that it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from runtime.common.aws import cloud_errors
from runtime.deployments.settings import HookSettings
from runtime.deployments.verdict import Outcome, Verdict

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII, shorter than 100 characters, no control characters; 256 KB in all.
SUBJECT_CHARACTERS = 99
BODY_BYTES = 200_000


@dataclass(frozen=True)
class Notices:
    """Publishes verdicts; `topics` are ARNs by outcome. What merely waits is published nowhere."""

    sns: Any
    topics: Mapping[Outcome, str]

    @classmethod
    def of(cls, settings: HookSettings, sns: Any) -> Self:
        """To the topics of the settings."""
        topics = {
            Outcome.STOP: settings.critical_topic_arn,
            Outcome.INCONCLUSIVE: settings.warning_topic_arn,
            Outcome.GO: settings.information_topic_arn,
        }
        return cls(sns, topics)

    def publish(self, verdict: Verdict, address: str) -> None:
        """Publish a verdict with the address of its record. Raises CloudError."""
        topic = self.topics.get(verdict.outcome)
        if topic is not None:
            self.say(topic, verdict.title, f"{verdict.text()}\nEvidence: {address}")

    def say(self, topic: str, subject: str, body: str) -> None:
        """Publish words of any kind to a topic. Raises CloudError."""
        with cloud_errors(f"publish to {topic}"):
            self.sns.publish(TopicArn=topic, Subject=_subject(subject), Message=_shortened(body))


def _subject(text: str) -> str:
    printable = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text)
    return printable[:SUBJECT_CHARACTERS].strip() or "Deployment"


def _shortened(body: str) -> str:
    data = body.encode()
    if len(data) <= BODY_BYTES:
        return body
    return f"{data[:BODY_BYTES].decode(errors='ignore')}\n(The rest is in the evidence.)"
