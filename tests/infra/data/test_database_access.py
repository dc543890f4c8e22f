"""Who gets to the database, by which way, and with which secret."""

import json

import pytest

from runtime.database_roles.roles import Role
from tests.infra.recording import DEVELOPMENT, Recorded, Recording, record, run_program

# What the recorder answers for every generated password.
PASSWORD = "the-generated-password"
SECRET = "aws:secretsmanager/secretVersion:SecretVersion"
POLICY = "aws:iam/rolePolicy:RolePolicy"
FUNCTION = "aws:lambda/function:Function"
INVOCATION = "aws:lambda/invocation:Invocation"
SERVICE = "aws:ecs/service:Service"
# Amazon RDS User Guide, "Amazon RDS event categories and event messages", those of a DB instance.
CATEGORIES = {
    *("availability", "backup", "configuration change", "creation", "deletion", "failover", "failure", "low storage"),
    *("maintenance", "notification", "read replica", "recovery", "restoration", "security", "security patching"),
}


@pytest.fixture(scope="module")
def proxied() -> Recording:
    return record(run_program, {**DEVELOPMENT, "databaseProxy": "true"}, "development")


def _login(stack: Recording, part: str) -> dict[str, object]:
    read: dict[str, object] = json.loads(stack.one(SECRET, f"-{part}-login").inputs["secretString"])
    return read


def _mentions(resource: Recorded, word: str) -> bool:
    return word in json.dumps(resource.inputs, default=str)


def test_each_login_connects_where_it_belongs(development: Recording) -> None:
    hosts = {role: _login(development, role)["host"] for role in Role}
    assert hosts[Role.READ_ONLY] == "jobr-development-replica.example"
    assert {hosts[role] for role in Role if role is not Role.READ_ONLY} == {"jobr-development-primary.example"}


def test_without_a_replica_who_only_reads_reads_from_the_primary() -> None:
    alone = record(run_program, {**DEVELOPMENT, "databaseReplica": "false"}, "development")
    assert _login(alone, "read-only")["host"] == "jobr-development-primary.example"


def test_with_a_proxy_the_application_alone_goes_through_it(proxied: Recording) -> None:
    hosts = {role: _login(proxied, role)["host"] for role in Role}
    assert hosts.pop(Role.APPLICATION) == "jobr-development-proxy.proxy.example"
    assert "jobr-development-proxy.proxy.example" not in hosts.values()


def test_the_proxy_takes_tls_alone_and_reads_one_secret(proxied: Recording) -> None:
    proxy = proxied.one("aws:rds/proxy:Proxy").inputs
    assert proxy["requireTls"] is True
    assert proxy["debugLogging"] is False
    (auth,) = proxy["auths"]
    assert auth["secretArn"].endswith("jobr-development-application-login")
    assert auth["clientPasswordAuthType"] == "POSTGRES_SCRAM_SHA_256"
    policy = proxied.one(POLICY, "-proxy").document("policy")
    read = [s["Resource"] for s in policy["Statement"] if "secretsmanager:GetSecretValue" in s["Action"]]
    assert [len(resources) for resources in read] == [1]
    assert read[0][0].endswith("application-login")


def test_the_application_verifies_whoever_answers(proxied: Recording, development: Recording) -> None:
    for stack, host in ((proxied, "proxy.proxy.example"), (development, "primary.example")):
        assert _login(stack, "application")["url"] == (
            f"postgresql://jobr_application:{PASSWORD}@jobr-development-{host}:5432/jobr?sslmode=verify-full"
        )


def test_the_proxy_stands_before_the_primary_with_its_own_group_and_role(proxied: Recording) -> None:
    proxy, target = proxied.one("aws:rds/proxy:Proxy"), proxied.one("aws:rds/proxyTarget:ProxyTarget")
    assert proxy.inputs["engineFamily"] == "POSTGRESQL"
    assert target.inputs["dbInstanceIdentifier"] == proxied.one("aws:rds/instance:Instance", "-primary").name
    assert (target.inputs["dbProxyName"], target.inputs["targetGroupName"]) == (proxy.name, proxy.name)
    (group,) = [g for g in proxied.all("aws:ec2/securityGroup:SecurityGroup") if g.name.endswith("-proxy")]
    assert proxy.inputs["vpcSecurityGroupIds"] == [f"{group.name}-id"]
    assert len(proxy.inputs["vpcSubnetIds"]) >= 2, "CreateDBProxy asks for two zones"
    (statement,) = proxied.one("aws:iam/role:Role", "-proxy").document("assumeRolePolicy")["Statement"]
    assert statement["Principal"] == {"Service": ["rds.amazonaws.com"]}
    (rights,) = [urn for urn in proxy.dependencies if POLICY in urn]
    assert rights.endswith("-proxy"), "RDS tries the role when it makes the proxy"


def test_what_the_proxys_role_decrypts_is_a_secret_alone(proxied: Recording) -> None:
    policy = proxied.one(POLICY, "-proxy").document("policy")
    (decrypt,) = [s for s in policy["Statement"] if "kms:Decrypt" in s["Action"]]
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
    assert [arn.endswith("-secrets") for arn in decrypt["Resource"]] == [True]


def test_the_proxy_leaves_connections_for_everybody_else(proxied: Recording) -> None:
    pool = proxied.one("aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup").inputs["connectionPoolConfig"]
    assert pool["maxConnectionsPercent"] == 80
    assert pool["maxIdleConnectionsPercent"] <= pool["maxConnectionsPercent"]


def test_without_the_setting_there_is_no_proxy(development: Recording) -> None:
    assert [resource.type for resource in development.resources if "proxy" in resource.type.lower()] == []


def test_the_masters_secret_is_known_to_the_roles_function_alone(stack: Recording) -> None:
    master = "master-login"
    knowing = {
        resource.name
        for resource in stack.resources
        if not resource.type.startswith(("jobr:", "random:", "aws:secretsmanager")) and _mentions(resource, master)
    }
    prefix = stack.one("aws:rds/instance:Instance", "-primary").name.removesuffix("-primary")
    assert knowing == {f"{prefix}-database-roles"}


def test_the_backup_logs_in_as_the_backup(stack: Recording) -> None:
    variables = stack.one(FUNCTION, "-database-backup").inputs["environment"]["variables"]
    assert variables["DATABASE_SECRET_ARN"].endswith("backup-login")


def test_the_roles_are_applied_again_when_anything_behind_them_changes(stack: Recording) -> None:
    invocation = stack.one(INVOCATION, "-database-roles").inputs
    assert set(invocation["triggers"]) == {
        "package",
        "instance",
        "engine",
        "connections",
        "secret-master",
        *(f"secret-{role}" for role in Role),
    }
    assert invocation.get("lifecycleScope", "CREATE_ONLY") == "CREATE_ONLY"


def test_the_service_starts_after_the_roles_are_there(stack: Recording) -> None:
    service = stack.one(SERVICE, "-application")
    invocation = stack.one(INVOCATION, "-database-roles")
    assert any(urn.endswith(f"::{invocation.name}") and INVOCATION in urn for urn in service.dependencies)


def test_events_of_every_instance_are_told(stack: Recording) -> None:
    subscription = stack.one("aws:rds/eventSubscription:EventSubscription", "events").inputs
    instances = [instance.name for instance in stack.all("aws:rds/instance:Instance")]
    assert sorted(subscription["sourceIds"]) == sorted(instances)
    assert {"failover", "failure", "low storage", "deletion"} <= set(subscription["eventCategories"])
    assert set(subscription["eventCategories"]) <= CATEGORIES, "RDS knows them"
    assert {"maintenance", "configuration change", "failure"} <= set(subscription["eventCategories"]), "RDS.20"
    assert subscription["sourceType"] == "db-instance"
    assert subscription["snsTopic"].endswith("-warning")


def test_a_change_of_any_parameter_group_is_told(stack: Recording) -> None:
    subscription = stack.one("aws:rds/eventSubscription:EventSubscription", "parameters").inputs
    assert subscription["sourceType"] == "db-parameter-group"
    assert subscription["eventCategories"] == ["configuration change"]
    assert "sourceIds" not in subscription


def test_the_log_groups_of_an_instance_are_ours_before_it_writes_to_them(stack: Recording) -> None:
    groups = {group.inputs.get("name"): group for group in stack.all("aws:cloudwatch/logGroup:LogGroup")}
    for instance in stack.all("aws:rds/instance:Instance"):
        for log in instance.inputs["enabledCloudwatchLogsExports"]:
            group = groups[f"/aws/rds/instance/{instance.inputs['identifier']}/{log}"]
            assert group.inputs["retentionInDays"] > 0
            assert group.inputs["kmsKeyId"].endswith("-logs")
            assert any(urn.endswith(f"::{group.name}") for urn in instance.dependencies)


def test_enhanced_monitoring_is_a_setting(development: Recording) -> None:
    primary = development.one("aws:rds/instance:Instance", "-primary").inputs
    assert primary["monitoringInterval"] == 60
    assert primary["monitoringRoleArn"].endswith("-monitoring")
    off = record(run_program, {**DEVELOPMENT, "databaseMonitoringInterval": "0"}, "development")
    assert "monitoringRoleArn" not in off.one("aws:rds/instance:Instance", "-primary").inputs
    assert [role.name for role in off.all("aws:iam/role:Role") if "monitoring" in role.name] == []


def test_the_replica_may_be_of_another_class() -> None:
    smaller = record(run_program, {**DEVELOPMENT, "databaseReplicaInstanceClass": "db.t4g.small"}, "development")
    classes = [instance.inputs["instanceClass"] for instance in smaller.all("aws:rds/instance:Instance")]
    assert classes == ["db.t4g.medium", "db.t4g.small"]


def test_a_major_upgrade_has_to_be_asked_for(stack: Recording) -> None:
    assert stack.one("aws:rds/instance:Instance", "-primary").inputs["allowMajorVersionUpgrade"] is False
