"""KMS keeps a key's rotation period; moto drops it.

https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
"""

import json
from typing import Any

from moto.kms.responses import KmsResponse

from sandbox.cloud.patching import replace
from sandbox.home import Home

DEFAULT_DAYS = 365


def install(home: Home) -> None:
    """Keep RotationPeriodInDays on the key."""
    del home

    def enable(self: Any) -> str:
        answer: str = original_enable(self)
        _key(self).rotation_period_in_days = self._get_param("RotationPeriodInDays") or DEFAULT_DAYS
        return answer

    def status(self: Any) -> str:
        answer = json.loads(original_status(self))
        key = _key(self)
        answer["KeyId"] = key.arn
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = getattr(key, "rotation_period_in_days", DEFAULT_DAYS)
        return json.dumps(answer)

    original_enable = replace(KmsResponse, "enable_key_rotation", enable)
    original_status = replace(KmsResponse, "get_key_rotation_status", status)


def _key(response: Any) -> Any:
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(response._get_param("KeyId"))]  # noqa: SLF001 - as moto's own
