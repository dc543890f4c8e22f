"""The security headers that every answer must carry. Pure.

What each is for: https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
"""

import re
from collections.abc import Iterator, Mapping

HSTS = "strict-transport-security"
CONTENT_TYPE_OPTIONS = "x-content-type-options"
FRAME_OPTIONS = "x-frame-options"
CONTENT_SECURITY_POLICY = "content-security-policy"
_MAX_AGE = re.compile(r'(?:^|;)\s*max-age\s*=\s*"?(\d+)"?\s*(?:;|$)', re.IGNORECASE)


def security_problems(headers: Mapping[str, str], hsts_seconds: int) -> list[str]:
    """What is wrong with the headers of an answer (names in lower case), as sentences."""
    return [*_transport(headers.get(HSTS), hsts_seconds), *_sniffing(headers), *_framing(headers)]


def _transport(value: str | None, least: int) -> Iterator[str]:
    if value is None:
        yield f"{HSTS} is missing"
        return
    age = _MAX_AGE.search(value)
    if age is None or int(age[1]) < least:
        yield f"{HSTS} is {value!r}: its max-age must be at least {least} seconds"


def _sniffing(headers: Mapping[str, str]) -> Iterator[str]:
    value = headers.get(CONTENT_TYPE_OPTIONS)
    if value is None or value.strip().lower() != "nosniff":
        yield (
            f"{CONTENT_TYPE_OPTIONS} must be nosniff and is {value!r}"
            if value
            else f"{CONTENT_TYPE_OPTIONS} is missing"
        )


def _framing(headers: Mapping[str, str]) -> Iterator[str]:
    """Browsers obey frame-ancestors where both are there (CSP level 3, section 6.4.2)."""
    policy = headers.get(CONTENT_SECURITY_POLICY, "")
    ancestors = [
        words for words in map(str.split, policy.replace(",", ";").split(";")) if words[:1] == ["frame-ancestors"]
    ]
    options = headers.get(FRAME_OPTIONS, "").strip().upper()
    if any("*" not in words[1:] for words in ancestors) or (not ancestors and options in {"DENY", "SAMEORIGIN"}):
        return
    yield f"neither {FRAME_OPTIONS} (DENY or SAMEORIGIN) nor frame-ancestors in {CONTENT_SECURITY_POLICY} keeps others from framing pages"
