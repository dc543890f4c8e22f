"""Who may use a VPC endpoint. It grants nothing by itself: the caller's own rights are asked as well."""

from infra.iam.document import Statement, document


def own_principals(account_id: str) -> str:
    """A policy that lets this account's principals through, and no stolen credentials of another account."""
    return document(_own_principals(account_id))


def s3_gateway(account_id: str, region: str) -> str:
    """The policy of the S3 gateway: this account's principals, and ECR's own bucket, which holds the layers of images.

    ECR signs the layers' addresses itself, so they come with no principal of the account (ECR user guide, "Amazon ECR interface
    VPC endpoints", minimum Amazon S3 bucket permissions).
    """
    layers = Statement(
        sid="ImageLayers",
        actions=["s3:GetObject"],
        resources=[f"arn:aws:s3:::prod-{region}-starport-layer-bucket/*"],
        principals={"AWS": ["*"]},
    )
    return document(_own_principals(account_id), layers)


def _own_principals(account_id: str) -> Statement:
    return Statement(
        sid="OwnPrincipals",
        actions=["*"],
        resources=["*"],
        principals={"AWS": ["*"]},
        conditions={"StringEquals": {"aws:PrincipalAccount": account_id}},
        wildcard_reason="narrows whose calls pass; what they may do is for the caller's own policies to say",
    )
