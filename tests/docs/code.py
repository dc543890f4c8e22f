"""The pieces of code in the documents: what stands between backticks, in a line or in a fence."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.test_documents import PAGES, PROJECT

CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def pieces() -> Iterator[tuple[Path, str]]:
    """Every piece of code with its page, relative to the project."""
    for page in PAGES:
        for match in CODE.finditer(page.read_text()):
            yield page.relative_to(PROJECT), (match[1] or match[2]).strip()
