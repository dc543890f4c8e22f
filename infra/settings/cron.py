"""Schedules as AWS's schedulers write them: `cron(minute hour day month weekday year)` and `rate(15 minutes)`."""

import re

# EventBridge Scheduler User Guide, "Cron-based schedules"; Application Auto Scaling reads the same six fields.
_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_WEEKDAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"
_CRON = re.compile(r"cron\(([^ ()]+(?: [^ ()]+){5})\)")
_RATE = re.compile(r"rate\([1-9][0-9]{0,5} (minute|hour|day)s?\)")
FORM = "cron(minute hour day month weekday year)"


def _field(one: str, *alone: str) -> re.Pattern[str]:
    """A field of a cron: a list of values, ranges and steps; `alone` are the marks that may stand for all of it."""
    part = rf"(?:\*|(?:{one})(?:-(?:{one}))?)(?:/[1-9][0-9]?)?"
    return re.compile("|".join([f"{part}(?:,{part})*", *alone]))


_FIELDS = {
    "minute": _field("[0-5]?[0-9]"),
    "hour": _field("[01]?[0-9]|2[0-3]"),
    "day": _field("0?[1-9]|[12][0-9]|3[01]", r"\?", "LW?", "(?:[1-9]|[12][0-9]|3[01])W"),
    "month": _field(f"0?[1-9]|1[0-2]|{_MONTHS}"),
    "weekday": _field(f"[1-7]|{_WEEKDAYS}", r"\?", f"(?:[1-7]|{_WEEKDAYS})?L", f"(?:[1-7]|{_WEEKDAYS})#[1-5]"),
    "year": _field("19[7-9][0-9]|2[01][0-9]{2}"),
}


def check_cron(value: str) -> str:
    """The same text, if it is a cron.

    Raises:
        ValueError: it is none; the message says what is wrong without the value.
    """
    match = _CRON.fullmatch(value)
    if match is None:
        raise ValueError(f"is not of the form that it needs: write {FORM}")
    fields = dict(zip(_FIELDS, match[1].split(" "), strict=True))
    wrong = [name for name, text in fields.items() if not _FIELDS[name].fullmatch(text)]
    if wrong:
        raise ValueError(f"has what is no {' and no '.join(wrong)}: write {FORM}")
    if (fields["day"] == "?") is (fields["weekday"] == "?"):
        raise ValueError("has to have ? for the day or for the weekday, and a value for the other one")
    return value


def check_schedule(value: str) -> str:
    """The same text, if it is a cron or a rate.

    Raises:
        ValueError: it is neither.
    """
    if _RATE.fullmatch(value):
        return value
    return check_cron(value)
