"""EventBridge's schedule expressions, which neither AWS's model nor CloudFormation's rules check.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import datetime as dt

import regex

from sandbox.provider.checks.problem import shorten

_RATE = regex.compile(r"rate\([1-9][0-9]* (?:minute|hour|day)s?\)")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def schedule(expression: str) -> str | None:
    """What is wrong with an expression of EventBridge Scheduler: at, rate or cron."""
    if not expression.startswith("at("):
        return recurring(expression, "at(2030-01-31T03:00:00), rate(5 minutes) or cron(0 3 * * ? *)")
    try:
        dt.datetime.strptime(expression, "at(%Y-%m-%dT%H:%M:%S)")  # noqa: DTZ007 the time zone is a member of its own
    except ValueError:
        return f"{shorten(expression)} must be a time such as at(2030-01-31T03:00:00)"
    return None


def recurring(expression: str, forms: str = "rate(5 minutes) or cron(0 3 * * ? *)") -> str | None:
    """What is wrong with an expression of an EventBridge rule: rate or cron."""
    if _RATE.fullmatch(expression):
        return None
    if not expression.startswith("cron("):
        return f"{shorten(expression)} must be of the form {forms}"
    message = _cron(expression)
    return message and f"{shorten(expression)} {message}"


def _cron(expression: str) -> str | None:
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    if not expression.endswith(")") or len(fields) != len(_FIELDS):
        return "must have six fields: minutes, hours, day of the month, month, day of the week, year"
    wrong = [name for (name, pattern), field in zip(_FIELDS.items(), fields, strict=True) if not _field(pattern, field)]
    if wrong:
        return f"is wrong in the field for {', '.join(wrong)}"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "must have a ? as either the day of the month or the day of the week"
    return None


def _field(element: "regex.Pattern[str]", field: str) -> bool:
    return all(element.fullmatch(part) for part in field.split(","))


def _element(low: int, high: int, names: list[str] | None = None, extra: str = "") -> "regex.Pattern[str]":
    """One element of a list: a value, a range, a step, or the field's own wildcards."""
    value = "|".join([*(f"0*{number}" for number in range(high, low - 1, -1)), *(names or [])])
    span = rf"(?:\*|(?:{value})(?:-(?:{value}))?)"
    wildcards = f"|{extra.format(value=value)}" if extra else ""
    return regex.compile(rf"{span}(?:/[0-9]+)?{wildcards}", regex.IGNORECASE)


_FIELDS = {
    "minutes": _element(0, 59),
    "hours": _element(0, 23),
    "the day of the month": _element(1, 31, extra=r"\?|L|LW|(?:{value})W"),
    "the month": _element(1, 12, _MONTHS),
    "the day of the week": _element(1, 7, _DAYS, extra=r"\?|L|(?:{value})L|(?:{value})#[1-5]"),
    "the year": _element(1970, 2199),
}
