"""Who may reach the uploads' file system, and how."""

from infra.iam.document import Statement, document


def file_system_policy(*, file_system_arn: str, access_point_arn: str) -> str:
    """Refuses plain text, every way but the access point, and root.

    It allows nobody: with a policy of one's own in place EFS's default, which lets anonymous clients in, no longer holds
    (Amazon EFS user guide, "Default EFS file system policy"), so a client needs a role that allows it.
    """
    return document(
        Statement(
            sid="DenyPlainText",
            effect="Deny",
            actions=["elasticfilesystem:*"],
            resources=[file_system_arn],
            principals={"AWS": ["*"]},
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
        Statement(
            sid="DenyOtherWays",
            effect="Deny",
            actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            resources=[file_system_arn],
            principals={"AWS": ["*"]},
            # A negated operator holds when its key is absent, too: a mount without an access point is refused.
            conditions={"StringNotEquals": {"elasticfilesystem:AccessPointArn": access_point_arn}},
        ),
        Statement(
            sid="DenyRoot",
            effect="Deny",
            actions=["elasticfilesystem:ClientRootAccess"],
            resources=[file_system_arn],
            principals={"AWS": ["*"]},
        ),
    )


def uploads_client(*, file_system_arn: str, access_point_arn: str) -> Statement:
    """What a task's role needs to read and write uploads."""
    return Statement(
        sid="Uploads",
        actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        resources=[file_system_arn],
        conditions={"StringEquals": {"elasticfilesystem:AccessPointArn": access_point_arn}},
    )
