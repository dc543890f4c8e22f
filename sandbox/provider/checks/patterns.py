"""The patterns of AWS's service model as Python patterns. They are written in Java's dialect."""

from functools import lru_cache

import regex

# Java spellings that the regex module does not read, and what they mean there.
_JAVA = (
    (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"),  # all beyond the basic plane, as surrogate pairs
    (r"\p{all}", r"\s\S"),
    (r"\p{LD}", r"[\p{L}\p{Nd}]"),
    (r"\p{IsAlphabetic}", r"\p{Alphabetic}"),
    (r"\p{IsWhitespace}", r"\s"),
)
_HEXADECIMAL = regex.compile(r"\\x\{([0-9A-Fa-f]{2,4})\}")
_SECONDS = 1.0


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> regex.Pattern[str] | None:
    r"""The pattern ready for use, or None where it is no valid pattern in any dialect (a test lists those).

    Java's \w and \d are ASCII. The regex module's ASCII flag would narrow \p{L} too, so it is set only without one.
    """
    for java, python in _JAVA:
        pattern = pattern.replace(java, python)
    pattern = _HEXADECIMAL.sub(lambda found: rf"\u{int(found[1], 16):04x}", pattern)
    ascii_only = r"\p{" not in pattern
    nested = regex.V1 if "&&" in pattern else regex.V0  # V1 reads && as the intersection that Java means
    try:
        return regex.compile(pattern, nested | (regex.ASCII if ascii_only else regex.UNICODE))
    except regex.error:
        return None


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value matches, as AWS's own servers ask. A pattern that explodes on a value does not match it."""
    ready = compiled(pattern)
    if ready is None:
        return True
    try:
        return ready.fullmatch(value, timeout=_SECONDS) is not None
    except TimeoutError:
        return False
