"""Where an image lies, read from its name."""

import re

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>[^@:]+)(:[^@]+)?@sha256:[0-9a-f]{64}"
)


def ecr_repository_arns(image: str) -> list[str]:
    """The ARN of the ECR repository that an image lies in; none for an image that lies elsewhere."""
    match = _ECR.fullmatch(image)
    if match is None:
        return []
    return [f"arn:aws:ecr:{match['region']}:{match['account']}:repository/{match['name']}"]
