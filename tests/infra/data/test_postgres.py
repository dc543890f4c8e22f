import json

from tests.infra.recording import DEVELOPMENT, PRODUCTION, Recording, record, run_program

INSTANCE = "aws:rds/instance:Instance"


def test_no_database_is_public_and_all_are_encrypted_under_our_key(stack: Recording) -> None:
    instances = stack.all(INSTANCE)
    assert len(instances) == 2
    assert not any(instance.inputs["publiclyAccessible"] for instance in instances)
    assert all(instance.inputs["storageEncrypted"] for instance in instances)
    assert stack.one(INSTANCE, "-primary").inputs["kmsKeyId"].endswith("-database")
    # Its key is chosen once: a replica has its source's, and an adopted instance keeps its own.
    assert stack.one(INSTANCE, "-primary").ignore_changes == ("kmsKeyId",)


def test_every_instance_is_watched_and_logged_and_may_be_entered_by_iam(stack: Recording) -> None:
    for instance in stack.all(INSTANCE):
        inputs = instance.inputs
        assert inputs["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"], instance.name
        assert inputs["iamDatabaseAuthenticationEnabled"] is True, instance.name
        assert inputs["performanceInsightsEnabled"] is True, instance.name
        assert inputs["performanceInsightsKmsKeyId"].endswith("-database"), instance.name
        assert inputs["monitoringInterval"] == 60, instance.name
        assert inputs["copyTagsToSnapshot"] is True, instance.name


def test_a_standby_and_performance_insights_are_settings(development: Recording) -> None:
    assert development.one(INSTANCE, "-primary").inputs["multiAz"] is False
    changed = {**DEVELOPMENT, "databaseMultiAz": "true", "databasePerformanceInsights": "false"}
    other = record(run_program, changed)
    assert other.one(INSTANCE, "-primary").inputs["multiAz"] is True
    for instance in other.all(INSTANCE):
        assert instance.inputs["performanceInsightsEnabled"] is False
        assert not {"performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod"} & instance.inputs.keys()


def test_the_replica_names_its_source_by_identifier_and_takes_everything_else_from_it(stack: Recording) -> None:
    primary, replica = stack.one(INSTANCE, "-primary"), stack.one(INSTANCE, "-replica")
    assert replica.inputs["replicateSourceDb"] == primary.name
    # With a subnet group RDS wants the source's ARN; a login, an engine or a key of its own it refuses.
    assert not {"dbSubnetGroupName", "username", "password", "engine", "kmsKeyId", "dbName"} & replica.inputs.keys()
    assert replica.inputs["parameterGroupName"] == primary.inputs["parameterGroupName"]
    assert replica.inputs["vpcSecurityGroupIds"] == primary.inputs["vpcSecurityGroupIds"]


def test_without_a_replica_there_is_one_instance() -> None:
    alone = record(run_program, {**DEVELOPMENT, "databaseReplica": "false"})
    assert [instance.name.rpartition("-")[2] for instance in alone.all(INSTANCE)] == ["primary"]


def test_production_keeps_the_database_through_failures_and_mistakes(production: Recording) -> None:
    primary = production.one(INSTANCE, "-primary").inputs
    assert primary["multiAz"]
    assert primary["deletionProtection"]
    assert primary["skipFinalSnapshot"] is False
    assert primary["finalSnapshotIdentifier"] == "jobr-production-final-0a1b2c3d"
    assert primary["deleteAutomatedBackups"] is False
    assert primary["backupRetentionPeriod"] == 35
    assert primary["applyImmediately"] is False
    assert production.one(INSTANCE, "-primary").protect
    assert production.one(INSTANCE, "-replica").inputs["deletionProtection"]


def test_a_disposable_stack_leaves_nothing_behind(development: Recording) -> None:
    primary = development.one(INSTANCE, "-primary").inputs
    assert not any(instance.protect for instance in development.all(INSTANCE))
    assert primary["deletionProtection"] is False
    assert primary["skipFinalSnapshot"] is True
    assert "finalSnapshotIdentifier" not in primary
    assert primary["deleteAutomatedBackups"] is True
    assert development.all("random:index/randomId:RandomId") == []


def test_the_replica_never_asks_for_a_final_snapshot_which_rds_would_refuse(production: Recording) -> None:
    assert production.one(INSTANCE, "-replica").inputs["skipFinalSnapshot"] is True


def test_a_major_version_is_pinned_so_that_minor_upgrades_are_no_drift(stack: Recording) -> None:
    primary = stack.one(INSTANCE, "-primary").inputs
    assert (primary["engineVersion"], primary["autoMinorVersionUpgrade"]) == ("18", True)


def test_a_major_upgrade_is_made_by_the_deployment_that_asks_for_it() -> None:
    upgrade = record(run_program, {**PRODUCTION, "databaseMajorUpgrade": "true"}, "production")
    assert upgrade.one(INSTANCE, "-primary").inputs["allowMajorVersionUpgrade"] is True
    # The replica's new parameter group and the extensions' update come in the same deployment, after it.
    assert all(instance.inputs["applyImmediately"] is True for instance in upgrade.all(INSTANCE))
    replica, primary = upgrade.one(INSTANCE, "-replica"), upgrade.one(INSTANCE, "-primary")
    assert any(urn.endswith(f"::{primary.name}") for urn in replica.dependencies)
    roles = upgrade.one("aws:lambda/invocation:Invocation", "-database-roles").inputs
    assert roles["triggers"]["engine"] == primary.inputs["engineVersion"]


def test_nothing_of_an_instance_is_changed_while_it_is_adopted() -> None:
    adopting = record(run_program, {**DEVELOPMENT, "databaseAdopt": "true"}, "development")
    assert adopting.one(INSTANCE, "-primary").ignore_changes == ("*",)


def test_the_secret_says_everything_that_a_client_and_a_rotation_need(stack: Recording) -> None:
    version = stack.one("aws:secretsmanager/secretVersion:SecretVersion", "-migrations-login")
    assert "secretString" in version.secrets
    secret = json.loads(version.inputs["secretString"])
    host = f"{stack.one(INSTANCE, '-primary').name}.example"
    assert secret == {
        "username": "jobr_migrations",
        "password": "the-generated-password",
        "engine": "postgres",
        "host": host,
        "port": 5432,
        "dbname": "jobr",
        "url": "postgresql://" + f"jobr_migrations:the-generated-password@{host}:5432/jobr?sslmode=verify-full",
    }


def test_the_password_needs_no_escaping_anywhere(stack: Recording) -> None:
    passwords = stack.all("random:index/randomPassword:RandomPassword")
    assert not any(password.inputs["special"] for password in passwords)
    assert {password.inputs["length"] for password in passwords if "login" in password.name} <= {40}
