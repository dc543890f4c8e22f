"""The error of a replay. It never holds a row's values: those may be secret."""

from runtime.common.errors import OperationError


class ReplayError(OperationError):
    """The stream and the target do not fit each other; the target stands at the last commit that was applied whole."""
