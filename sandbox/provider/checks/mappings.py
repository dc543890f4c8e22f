"""Every operation that the sandbox sends: by which mapping CloudFormation's rules check it, or why none does."""

from sandbox.provider.checks import mapped_applications, mapped_platform
from sandbox.provider.checks.mapping import Mapping

MAPPINGS: dict[tuple[str, str], Mapping] = {**mapped_applications.MAPPINGS, **mapped_platform.MAPPINGS}

_MODEL = "AWS's service model has every limit that cfn-lint has for what is sent"
_SWITCH = "it switches one thing on or off, which AWS's model checks"
_NAMES = "it names things that exist and sets nothing"
_TEXT = "a document is free text to cfn-lint; documented.py wants JSON"
_PAIRS = "keys and values are free text to cfn-lint; the provider's mapping holds the keys"

# Operations without a mapping, by the reason. A test holds every call of every type against this table and MAPPINGS.
UNMAPPED: dict[tuple[str, str], str] = {
    (service, operation): reason
    for reason, service, operations in (
        (_MODEL, "acm", "UpdateCertificateOptions"),
        (_MODEL, "amp", "CreateWorkspace UpdateWorkspaceAlias"),
        (_MODEL, "ec2", "AllocateAddress CreateInternetGateway"),
        (_MODEL, "ecr", "CreateRepository PutImageTagMutability PutImageScanningConfiguration"),
        (_MODEL, "efs", "UpdateFileSystem PutBackupPolicy"),
        (_MODEL, "elbv2", "SetIpAddressType SetRulePriorities"),
        (_MODEL, "iam", "UpdateRole"),
        (_MODEL, "kms", "EnableKeyRotation UpdateKeyDescription"),
        (_MODEL, "lambda", "PutFunctionEventInvokeConfig PutFunctionConcurrency"),
        (_MODEL, "rds", "CreateDBSubnetGroup ModifyDBSubnetGroup"),
        (_MODEL, "s3", "PutBucketOwnershipControls PutBucketLogging"),
        (_MODEL, "secretsmanager", "UpdateSecret"),
        (_SWITCH, "ec2", "ModifyVpcAttribute ModifySubnetAttribute"),
        (_SWITCH, "kms", "DisableKey"),
        (_SWITCH, "logs", "PutLogGroupDeletionProtection"),
        (_SWITCH, "s3", "PutPublicAccessBlock"),
        (_NAMES, "ec2", "RevokeSecurityGroupEgress RevokeSecurityGroupIngress"),
        (_NAMES, "iam", "AttachRolePolicy PutRolePermissionsBoundary"),
        (_NAMES, "lambda", "PublishVersion"),
        (_TEXT, "cloudwatch", "PutDashboard"),
        (_TEXT, "ecr", "PutLifecyclePolicy"),
        (_TEXT, "efs", "PutFileSystemPolicy"),
        (_TEXT, "secretsmanager", "PutResourcePolicy"),
        (_PAIRS, "elbv2", "ModifyLoadBalancerAttributes ModifyTargetGroupAttributes"),
        (_PAIRS, "sns", "CreateTopic SetSubscriptionAttributes"),
        ("CloudFormation imports no certificate", "acm", "ImportCertificate"),
        ("cfn-lint has the schedule as free text; documented.py has its forms", "application-autoscaling", "PutScheduledAction"),
        ("cfn-lint wants options that AWS does not; documented.py has the interval", "ec2", "CreateFlowLogs"),
        ("a call, and no resource of CloudFormation", "lambda", "Invoke"),
        ("cfn-lint has nothing on where code lies", "lambda", "UpdateFunctionCode"),
        ("parameters are free text to cfn-lint; the embedded PostgreSQL applies them", "rds", "ModifyDBParameterGroup"),
        ("cfn-lint has no rule on retention; documented.py has it", "s3", "PutObjectLockConfiguration"),
        ("a secret, which cfn-lint knows nothing of", "secretsmanager", "PutSecretValue"),
    )
    for operation in operations.split()
}  # fmt: skip
