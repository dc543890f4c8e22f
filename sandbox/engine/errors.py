"""What stops a command of the sandbox, in words for a person."""


class SandboxError(Exception):
    """The command cannot go on. The message says what is wrong, where, and the command that mends it."""


class RefusedError(SandboxError):
    """The command was refused before it changed anything."""
