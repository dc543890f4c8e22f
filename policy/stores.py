"""What holds data in production is not emptied so that it can be deleted."""

from policy.buckets import BUCKETS
from policy.images import REPOSITORY
from policy.model import house
from policy.rules import checker, in_production, when

NOT_EMPTIED = house(
    "not-emptied",
    "A production store that still holds something cannot be deleted",
    "buckets and repositories have no deletion protection of their own: that they must be empty is all there is",
)

check = checker(
    [
        in_production(
            BUCKETS,
            NOT_EMPTIED,
            when("forceDestroy", True),
            "would be deleted with its objects",
            "Set force_destroy=False",
        ),
        in_production(
            REPOSITORY,
            NOT_EMPTIED,
            when("forceDelete", True),
            "would be deleted with its images",
            "Set force_delete=False",
        ),
    ]
)
