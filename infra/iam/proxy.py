"""What RDS Proxy may do."""

from infra.iam.document import Statement, document
from infra.iam.functions import use_key


def proxy_policy(*, secret_arn: str, key_arn: str) -> str:
    """Lets the proxy read the one login that it serves."""
    return document(
        Statement(sid="ReadLogin", actions=["secretsmanager:GetSecretValue"], resources=[secret_arn]),
        use_key("DecryptLogin", ["kms:Decrypt"], key_arn, "secretsmanager"),
    )
