"""Which members of a request must never be shown."""

import regex
from botocore.model import Shape

_NAMES = regex.compile(
    r"password|passphrase|secret|private_?key|credential|authorization|^token$|access_?token|auth_?token|session_?token|(?:token|authentication)_?code|^otp"
    r"|^environment$|^value$",  # the values of a task's environment are plain strings in AWS's model
    regex.IGNORECASE,
)
_REFERENCES = regex.compile(r"(id|arn|name|type|provider|scope|expression|config)s?$", regex.IGNORECASE)


def is_secret(name: str, shape: Shape | None) -> bool:
    """Whether the member's value, and all beneath it, must stay out of messages.

    AWS's `sensitive` trait decides; its gaps are closed by the member's name.
    """
    if shape is not None and shape.metadata.get("sensitive"):
        return True
    return bool(_NAMES.search(name)) and not _REFERENCES.search(name)
