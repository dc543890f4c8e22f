"""Queue policies."""

from infra.iam.document import Statement, document


def queue_policy(*, queue_arn: str) -> str:
    """Refuses plain HTTP. Who may send is said by the senders' own roles, so nothing is allowed here."""
    return document(
        Statement(
            sid="DenyPlainHttp",
            effect="Deny",
            actions=["sqs:*"],
            resources=[queue_arn],
            principals={"AWS": ["*"]},
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
    )
