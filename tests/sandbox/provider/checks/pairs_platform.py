"""A request for networks, storage, names, keys or logs that AWS accepts, and the change to it that AWS refuses, with the member to blame."""

import json
from typing import Any

from tests.sandbox.provider.checks import examples as e
from tests.sandbox.provider.checks import parts as p

VPC = "vpc-0123456789abcdef0"
TABLE = "rtb-0123456789abcdef0"
GROUP = e.SECURITY_GROUPS[0]
FILES = "fs-0123456789abcdef0"
ROUTE = {"RouteTableId": TABLE, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0123456789abcdef0"}
ANYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "to the internet"}]}
RULE = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIpv4": "10.0.0.0/8", "Description": "from within"}
SERVICE = "com.amazonaws.us-east-1.s3"
FLOW_LOG = {"ResourceIds": [VPC], "ResourceType": "VPC", "TrafficType": "ALL", "LogDestination": f"arn:aws:logs:us-east-1:{e.ACCOUNT}:log-group:/flow", "LogDestinationType": "cloud-watch-logs", "DeliverLogsPermissionArn": e.ROLE}  # fmt: skip
BAD_POLICY = e.policy({"Effect": "Allow", "Action": "s3:PutObjekt", "Resource": "*"})
BUCKET = {"Bucket": "jobr-backups"}
COPY: dict[str, Any] = {
    "ID": "everything",
    "Status": "Enabled",
    "Priority": 0,
    "Filter": {"Prefix": ""},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
    "Destination": {
        "Bucket": "arn:aws:s3:::jobr-recovery",
        "EncryptionConfiguration": {"ReplicaKmsKeyID": e.KEY},
        "Metrics": {"Status": "Enabled"},
    },
}
FILTER = {"filterName": "deadlocks", "filterPattern": "deadlock", "logGroupName": "/aws/rds/jobr/postgresql", "metricTransformations": [{"metricName": "Deadlocks", "metricNamespace": "Jobr", "metricValue": "1"}]}  # fmt: skip
CERTIFICATE = {"DomainName": "api.example.com", "ValidationMethod": "DNS", "SubjectAlternativeNames": ["www.example.com"], "Options": {"CertificateTransparencyLoggingPreference": "ENABLED"}}  # fmt: skip
POINT = {"FileSystemId": FILES, "PosixUser": {"Uid": 1000, "Gid": 1000}, "RootDirectory": {"Path": "/uploads", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0750"}}}  # fmt: skip


def copying(rule: dict[str, Any], role: str = e.ROLE) -> dict[str, Any]:
    return {**BUCKET, "ReplicationConfiguration": {"Role": role, "Rules": [rule]}}


def locking(**retention: Any) -> dict[str, Any]:
    rule = {"DefaultRetention": retention}
    return {**BUCKET, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}}


def modified(**changes: Any) -> dict[str, Any]:
    rules = [{"SecurityGroupRuleId": "sgr-0123456789abcdef0", "SecurityGroupRule": RULE | changes}]
    return {"GroupId": GROUP, "SecurityGroupRules": rules}


def record(**members: Any) -> dict[str, Any]:
    change = {"Action": "CREATE", "ResourceRecordSet": {"Name": "api.example.com", "Type": "A"} | members}
    return {"HostedZoneId": "Z0123456789ABCDEFGHIJ", "ChangeBatch": {"Changes": [change]}}


ALIAS = {"DNSName": "jobr.us-east-1.elb.amazonaws.com", "HostedZoneId": "Z35SXDOTRQ7X7K", "EvaluateTargetHealth": True}
FIRST = "ReplicationConfiguration.Rules[0]"
MODIFIED = "SecurityGroupRules[0].SecurityGroupRule"
SET = "ChangeBatch.Changes[0].ResourceRecordSet"

# service, operation, what is accepted, the change that is refused, the member to blame, words of the message
PAIRS: list[tuple[str, str, dict[str, Any], dict[str, Any], str, str]] = [
    ("ec2", "CreateRoute", ROUTE, {"DestinationCidrBlock": "10.0.0.0/33"}, "DestinationCidrBlock", "10.0.0.0/33"),
    ("ec2", "ReplaceRoute", ROUTE, {"DestinationCidrBlock": "10.0.0.0/33"}, "DestinationCidrBlock", "10.0.0.0/33"),
    ("ec2", "CreateRouteTable", {"VpcId": VPC}, {"VpcId": "jobr"}, "VpcId", "'jobr' is not a"),
    ("ec2", "AssociateRouteTable", {"RouteTableId": TABLE, "SubnetId": e.SUBNETS[0]}, {"SubnetId": VPC}, "SubnetId", "is not a"),
    ("ec2", "AssociateRouteTable", {"RouteTableId": TABLE, "GatewayId": "igw-0123456789abcdef0"}, {"SubnetId": ""}, "SubnetId", "is not a"),
    ("ec2", "AttachInternetGateway", {"InternetGatewayId": "igw-0123456789abcdef0", "VpcId": VPC}, {"VpcId": GROUP}, "VpcId", "is not a"),
    ("ec2", "CreateNatGateway", {"SubnetId": e.SUBNETS[0], "AllocationId": "eipalloc-0123456789abcdef0"}, {"SubnetId": "public"}, "SubnetId", "'public' is not a"),
    ("ec2", "CreateVpcEndpoint", {"VpcId": VPC, "ServiceName": SERVICE, "RouteTableIds": [TABLE], "PolicyDocument": e.policy()}, {"PolicyDocument": "{'a'}"}, "PolicyDocument", "is no JSON"),
    ("ec2", "CreateVpcEndpoint", {"VpcId": VPC, "ServiceName": SERVICE, "VpcEndpointType": "Interface", "SubnetIds": e.SUBNETS, "SecurityGroupIds": [GROUP], "PrivateDnsEnabled": True}, {"SubnetIds": e.SUBNETS[:1] * 2}, "SubnetIds", "non-unique"),
    ("ec2", "ModifyVpcEndpoint", {"VpcEndpointId": "vpce-0123456789abcdef0", "AddSubnetIds": e.SUBNETS, "RemoveSubnetIds": []}, {"AddSubnetIds": e.SUBNETS[:1] * 2}, "AddSubnetIds", "non-unique"),
    ("ec2", "CreateFlowLogs", FLOW_LOG | {"MaxAggregationInterval": 60}, {"MaxAggregationInterval": 300}, "MaxAggregationInterval", "60, 600"),
    ("ec2", "CreateSecurityGroup", {"GroupName": "jobr", "Description": "Managed by Pulumi", "VpcId": VPC}, {"Description": "the application's tasks"}, "Description", "letters, digits, spaces"),
    ("ec2", "AuthorizeSecurityGroupEgress", {"GroupId": GROUP, "IpPermissions": [ANYWHERE]}, {"IpPermissions": [ANYWHERE | {"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "what's out there"}]}]}, "IpPermissions[0].IpRanges[0].Description", "letters"),
    ("ec2", "ModifySecurityGroupRules", modified(), modified(CidrIpv4="everywhere"), f"{MODIFIED}.CidrIpv4", "everywhere"),
    ("ec2", "ModifySecurityGroupRules", modified(), modified(ToPort=70000), f"{MODIFIED}.ToPort", "70000"),
    ("s3", "PutBucketVersioning", BUCKET | {"VersioningConfiguration": {"Status": "Enabled"}}, {"VersioningConfiguration": {}}, "VersioningConfiguration", "Status"),
    ("s3", "PutBucketReplication", copying(COPY), copying(COPY, "replication"), "ReplicationConfiguration.Role", "does not match"),
    ("s3", "PutBucketReplication", copying(COPY), copying({name: COPY[name] for name in COPY if name != "Priority"}), FIRST, "must have Priority"),
    ("s3", "PutBucketReplication", copying(COPY), copying(COPY | {"Destination": {"Bucket": "arn:aws:s3:::a", "EncryptionConfiguration": {}}}), f"{FIRST}.Destination.EncryptionConfiguration", "ReplicaKmsKeyID"),
    ("s3", "PutObjectLockConfiguration", locking(Mode="GOVERNANCE", Days=30), locking(Mode="GOVERNANCE"), "ObjectLockConfiguration.Rule.DefaultRetention", "either Days or Years"),
    ("s3", "PutObjectLockConfiguration", locking(Mode="COMPLIANCE", Years=1), locking(Mode="COMPLIANCE", Years=1, Days=5), "ObjectLockConfiguration.Rule.DefaultRetention", "either Days or Years"),
    ("s3", "PutBucketLifecycleConfiguration", {**BUCKET, "LifecycleConfiguration": {"Rules": [p.LIFECYCLE["Rules"][0]]}}, {"LifecycleConfiguration": {"Rules": [p.LIFECYCLE["Rules"][0] | {"Transitions": [{"Days": 7, "StorageClass": "STANDARD_IA"}]}]}}, "LifecycleConfiguration.Rules[0]", "may after 30"),
    ("s3", "PutBucketLifecycleConfiguration", {**BUCKET, "LifecycleConfiguration": {"Rules": [p.LIFECYCLE["Rules"][0]]}}, {"LifecycleConfiguration": {"Rules": [p.LIFECYCLE["Rules"][0] | {"Expiration": {"Days": 60}}]}}, "LifecycleConfiguration.Rules[0]", "before they move to GLACIER"),
    ("efs", "CreateFileSystem", {"CreationToken": "uploads", "Encrypted": True, "KmsKeyId": e.KEY, "ThroughputMode": "elastic"}, {"ThroughputMode": "stretchy"}, "ThroughputMode", "elastic"),
    ("efs", "CreateMountTarget", {"FileSystemId": FILES, "SubnetId": e.SUBNETS[0], "SecurityGroups": [GROUP]}, {"SecurityGroups": [GROUP] * 2}, "SecurityGroups", "non-unique"),
    ("efs", "ModifyMountTargetSecurityGroups", {"MountTargetId": "fsmt-0123456789abcdef0", "SecurityGroups": [GROUP]}, {"SecurityGroups": [GROUP] * 2}, "SecurityGroups", "non-unique"),
    ("efs", "CreateAccessPoint", POINT, {"RootDirectory": {"CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "rwxr-x---"}}}, "RootDirectory.CreationInfo.Permissions", "does not match"),
    ("efs", "PutLifecycleConfiguration", {"FileSystemId": FILES, "LifecyclePolicies": [{"TransitionToIA": "AFTER_30_DAYS"}]}, {"LifecyclePolicies": [{"TransitionToIA": "AFTER_30_DAYS"}] * 2}, "LifecyclePolicies", "non-unique"),
    ("efs", "PutFileSystemPolicy", {"FileSystemId": FILES, "Policy": e.policy()}, {"Policy": "{'a'}"}, "Policy", "is no JSON"),
    ("acm", "RequestCertificate", CERTIFICATE, {"DomainValidationOptions": [{"DomainName": "api.example.com", "ValidationDomain": "example.org"}]}, "DomainValidationOptions[0].DomainName", "superdomain"),
    ("route53", "ChangeResourceRecordSets", record(AliasTarget=ALIAS), record(AliasTarget=ALIAS, TTL=60), f"{SET}.TTL", "TTL"),
    ("route53", "ChangeResourceRecordSets", record(TTL=60, ResourceRecords=[{"Value": "192.0.2.1"}]), record(TTL=60, ResourceRecords=[{"Value": "example.com"}]), f"{SET}.ResourceRecords[0].Value", "ipv4"),
    ("kms", "CreateAlias", {"AliasName": "alias/jobr", "TargetKeyId": e.KEY}, {"AliasName": "jobr"}, "AliasName", "does not match"),
    ("kms", "UpdateAlias", {"AliasName": "alias/jobr", "TargetKeyId": e.KEY}, {"AliasName": "jobr"}, "AliasName", "does not match"),
    ("iam", "CreatePolicy", {"PolicyName": "backup", "PolicyDocument": e.ROLE_POLICY}, {"PolicyDocument": BAD_POLICY}, "PolicyDocument.Statement[0].Action", "putobject"),
    ("iam", "CreatePolicyVersion", {"PolicyArn": f"arn:aws:iam::{e.ACCOUNT}:policy/backup", "PolicyDocument": e.ROLE_POLICY, "SetAsDefault": True}, {"PolicyDocument": BAD_POLICY}, "PolicyDocument.Statement[0].Action", "putobject"),
    ("iam", "UpdateAssumeRolePolicy", {"RoleName": "backup", "PolicyDocument": e.trust("lambda.amazonaws.com")}, {"PolicyDocument": BAD_POLICY}, "PolicyDocument.Statement[0]", "Principal"),
    ("logs", "AssociateKmsKey", {"logGroupName": "/jobr", "kmsKeyId": e.KEY}, {"kmsKeyId": "alias/jobr"}, "kmsKeyId", "does not match"),
    ("logs", "PutMetricFilter", FILTER, {"metricTransformations": [{"metricName": "a", "metricNamespace": "b", "metricValue": "one"}]}, "metricTransformations[0].metricValue", "does not match"),
    ("cloudwatch", "PutDashboard", {"DashboardName": "jobr", "DashboardBody": json.dumps({"widgets": []})}, {"DashboardBody": "{'widgets': []}"}, "DashboardBody", "is no JSON"),
    ("secretsmanager", "PutResourcePolicy", {"SecretId": "jobr", "ResourcePolicy": e.policy()}, {"ResourcePolicy": "{'a'}"}, "ResourcePolicy", "is no JSON"),
]  # fmt: skip
