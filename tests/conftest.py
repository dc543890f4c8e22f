"""The order of the test files: what waits for the clock begins first, while the others compute."""

import pytest

# The longest first. A file that is not named here comes after them, in pytest's own order.
FIRST = (
    "tests/integration/test_rehearsals_in_real_time.py",
    "tests/integration/test_rehearsals.py",
    "tests/integration/test_killed.py",
    "tests/integration/test_life_of_a_stack.py",
    "tests/integration/test_three_stacks.py",
    "tests/integration/test_adoption.py",
    "tests/integration/test_backup.py",
    "tests/integration/test_settings.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {file: number for number, file in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get(item.nodeid.split("::")[0], len(FIRST)))
