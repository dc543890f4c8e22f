"""Requests that AWS refuses, with the member that is to blame and words that help. moto accepts most of them."""

from typing import Any

import pytest

from sandbox.provider.checks import check
from tests.sandbox.provider.checks import pairs_platform, pairs_services
from tests.sandbox.provider.checks.refused_applications import APPLICATIONS
from tests.sandbox.provider.checks.refused_platform import PLATFORM

EVERY = APPLICATIONS + PLATFORM
for service, operation, accepted, change, path, words in pairs_platform.PAIRS + pairs_services.PAIRS:
    EVERY.append((service, operation, accepted | change, path, words))


@pytest.mark.parametrize(("service", "operation", "params", "path", "words"), EVERY)
def test_a_bad_request_is_refused_with_the_member_to_blame_and_words_that_help(
    service: str, operation: str, params: dict[str, Any], path: str, words: str
) -> None:
    problems = check(service, operation, params)
    blamed = [problem.message for problem in problems if problem.path == path]
    assert any(words in message for message in blamed), problems


def test_the_table_covers_at_least_forty_requests() -> None:
    assert len(EVERY) >= 40
