"""Constraints of botocore's service model that are known to be behind or beside what AWS accepts.

botocore itself checks neither enums nor patterns nor maxima, because models lag behind the services
(https://github.com/boto/botocore/pull/779). Here they are checked; what is known to be wrong is listed, with its source.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Leniency:
    """What a shape accepts beyond its model: further values of its enum, or anything in place of its pattern."""

    reason: str
    source: str
    values: frozenset[str] = frozenset()
    any_pattern: bool = False


LENIENCIES: dict[tuple[str, str], Leniency] = {
    ("ecs", "SettingName"): Leniency(
        values=frozenset({"dualStackIPv6"}),
        reason="the account setting exists, the model's enum lacks it",
        source="https://github.com/aws/aws-sdk-go-v2/issues/2772",
    ),
    ("sts", "arnType"): Leniency(
        any_pattern=True,
        reason=r"the pattern writes \u10000 where it means a character beyond the basic plane, so it reads as other ranges",
        source="botocore's own model, sts 2011-06-15, shape arnType",
    ),
}
