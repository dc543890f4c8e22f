"""Runs the suite against the test listener: every check, whatever the others found."""

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from runtime.common.clock import Clock, Deadline
from runtime.deployments.smoke.headers import security_problems
from runtime.deployments.smoke.requests import Ask, NoAnswerError, Reply, Target, ask_in_the_clear, ask_over_tls
from runtime.deployments.smoke.shape import shape_problems
from runtime.deployments.smoke.suite import Check, Suite
from runtime.deployments.smoke.tls import tls_findings, trusting
from runtime.deployments.verdict import Finding, Level

REDIRECT = "redirect to HTTPS"
REDIRECTS = frozenset({301, 308})
HTTPS_PORTS = frozenset({None, 443})
PATIENCE_SECONDS = 5.0
# Green may be busy with its first requests: a second attempt at once would meet the same.
PAUSE_SECONDS = 1.0
SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Runner:
    """Where to ask, whom to trust (PEM; None for the system's authorities), and the time there is for it."""

    target: Target
    authority: str | None
    clock: Clock
    deadline: Deadline
    pause: Callable[[float], None]

    def run(self, suite: Suite) -> list[Finding]:
        """What every test found. Raises DeadlineError when there is no time left, and SettingsError for a wrong authority."""
        context = trusting(self.authority, suite.tls.minimum_protocol)
        findings = tls_findings(self.target, context, suite.tls, self.clock.now(), self._seconds())
        findings.append(self._redirect(suite))
        # Without a connection every check would say the same thing once more.
        if findings[0].outcome is not Level.FAIL:
            findings += [self._checked(check, suite, context) for check in suite.checks]
        return findings

    def _checked(self, check: Check, suite: Suite, context: ssl.SSLContext) -> Finding:
        problems: list[str] = []
        for attempt in range(1, check.attempts + 1):
            if attempt > 1:
                self.pause(PAUSE_SECONDS)
            said, problems = self._attempt(check, suite, context)
            if not problems:
                return Finding(check=check.name, outcome=Level.OK, message=f"{said}, attempt {attempt}")
        message = f"{check.method} {check.path}, {check.attempts} times, at last: {'; '.join(problems)}"
        return Finding(check=check.name, outcome=Level.FAIL, message=message, mend=self._by_hand(check))

    def _attempt(self, check: Check, suite: Suite, context: ssl.SSLContext) -> tuple[str, list[str]]:
        ask = Ask(check.method, check.path, check.request_headers, check.body)
        try:
            reply = ask_over_tls(self.target, context, ask, self._seconds(), self.clock.steady)
        except NoAnswerError as error:
            return "", [str(error)]
        said = f"{check.method} {check.path} answered {reply.status} in {_milliseconds(reply)} ms"
        return said, list(answer_problems(check, reply, suite.security.hsts_seconds))

    def _redirect(self, suite: Suite) -> Finding:
        ask = Ask("GET", suite.redirect.path, {})
        mend = "look at the listener of port 80 (infra/application/listeners.py)"
        try:
            reply = ask_in_the_clear(self.target, ask, self._seconds(), self.clock.steady)
        except NoAnswerError as error:
            return Finding(check=REDIRECT, outcome=Level.FAIL, message=str(error), mend=mend)
        problem = redirect_problem(reply, self.target.domain, ask.path)
        if problem:
            return Finding(check=REDIRECT, outcome=Level.FAIL, message=problem, mend=mend)
        return Finding(check=REDIRECT, outcome=Level.OK, message=f"{reply.status} to {reply.headers['location']}")

    def _seconds(self) -> float:
        self.deadline.check()
        left = self.deadline.remaining()
        return PATIENCE_SECONDS if left is None else min(PATIENCE_SECONDS, left)

    def _by_hand(self, check: Check) -> str:
        where = f"--connect-to ::{self.target.host}:{self.target.https_port} https://{self.target.domain}{check.path}"
        return f"read green's log of this minute; the request by hand, while green has the test traffic: curl -i -X {check.method} {where}"


def answer_problems(check: Check, reply: Reply, hsts_seconds: int) -> Iterator[str]:
    """What is wrong with an answer, as sentences; bodies are never quoted."""
    if reply.status not in check.status:
        yield f"the status is {reply.status}, not {' or '.join(map(str, check.status))}"
    for name, expected in check.headers.items():
        found = reply.headers.get(name.lower())
        if found != expected:
            yield f"{name} is {_shown(found)}, not {_shown(expected)}"
    if check.security_headers:
        yield from security_problems(reply.headers, hsts_seconds)
    if check.shape is not None:
        yield from _document_problems(check, reply)
    if _milliseconds(reply) > check.latency_ms:
        yield f"it took {_milliseconds(reply)} ms of {check.latency_ms} ms"


def redirect_problem(reply: Reply, domain: str, path: str) -> str | None:
    """What is wrong with the answer to a request in the clear; None when it leads to the same path over HTTPS."""
    location = reply.headers.get("location", "")
    if reply.status not in REDIRECTS:
        return f"http://{domain}{path} answered {reply.status}, and no lasting redirect (301 or 308)"
    try:
        parts = urlsplit(location)
        right = (parts.scheme, parts.hostname, parts.path) == ("https", domain, path) and parts.port in HTTPS_PORTS
    except ValueError:
        right = False
    return None if right else f"http://{domain}{path} leads to {_shown(location)}, not to https://{domain}{path}"


def _document_problems(check: Check, reply: Reply) -> Iterator[str]:
    try:
        document = json.loads(reply.body)
    except ValueError:
        yield f"the body ({len(reply.body)} bytes) is no JSON"
        return
    yield from shape_problems(check.shape or {}, document)


def _milliseconds(reply: Reply) -> int:
    return round(reply.seconds * 1000)


def _shown(value: str | None) -> str:
    if value is None:
        return "missing"
    return repr(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…")
