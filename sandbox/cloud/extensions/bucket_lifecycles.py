"""A lifecycle rule keeps how many newer versions it retains; moto drops NewerNoncurrentVersions of expirations.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_NoncurrentVersionExpiration.html
"""

from typing import Any

from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from sandbox.cloud.patching import replace
from sandbox.home import Home

MEMBER = "NewerNoncurrentVersions"


def install(home: Home) -> None:
    """Keep the number beside moto's own rules."""
    del home

    def set_lifecycle(self: Any, rules: list[dict[str, Any]]) -> None:
        original_set(self, rules)
        for kept, declared in zip(self.rules, rules, strict=True):
            kept.newer_noncurrent_versions = (declared.get("NoncurrentVersionExpiration") or {}).get(MEMBER)

    def get_bucket_lifecycle(self: Any) -> Any:
        serialized = self.serialized

        def with_kept(action_result: Any) -> Any:
            if not isinstance(action_result.result, dict):
                return serialized(action_result)  # the bucket has no lifecycle: the answer is an error
            kept = self.backend.get_bucket(self.bucket_name).rules
            for rule, shown in zip(kept, action_result.result["Rules"], strict=True):
                newer = getattr(rule, "newer_noncurrent_versions", None)
                if newer is not None:
                    shown["NoncurrentVersionExpiration"][MEMBER] = newer
            return serialized(action_result)

        # A response object serves one request; moto writes the answer inside the method.
        self.serialized = with_kept
        return original_get(self)

    original_set = replace(FakeBucket, "set_lifecycle", set_lifecycle)
    original_get = replace(S3Response, "get_bucket_lifecycle", get_bucket_lifecycle)
