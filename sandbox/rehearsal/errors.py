"""What goes wrong in a rehearsal itself, as opposed to the deployment that it rehearses."""

from sandbox.engine.errors import SandboxError


class RehearsalError(SandboxError):
    """The rehearsal cannot go on."""
