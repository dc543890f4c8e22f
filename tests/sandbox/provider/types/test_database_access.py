"""RDS proxies with their targets, subscriptions to events, and functions that a deployment calls."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import psycopg
import pytest

from infra.data.parameters import parameters
from sandbox.provider.api import CloudError
from sandbox.provider.mapping import Call
from sandbox.provider.types.database_access import PROXY, TARGET, TARGET_GROUP
from sandbox.provider.types.databases import INSTANCE, PARAMETER_GROUP
from sandbox.provider.types.invocations import InvocationType
from sandbox.provider.values import UNKNOWN
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import ROLE, WholeContract, groups, subnets

TAGS = {"Name": "a case"}
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:login-abcdef"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
_PROXY = Call("describe_db_proxies", {"DBProxyName": "{name}"}, at="DBProxies[0]")
_GROUP = Call("describe_db_proxy_target_groups", {"DBProxyName": "{dbProxyName}"}, at="TargetGroups[0]")
_SUBSCRIPTION = Call("describe_event_subscriptions", {"SubscriptionName": "{name}"}, at="EventSubscriptionsList[0]")


def _proxy(bench: Bench) -> dict[str, Any]:
    return {
        "name": bench.unique("proxy"),
        "engineFamily": "POSTGRESQL",
        "roleArn": ROLE,
        "auths": [
            {
                "authScheme": "SECRETS",
                "secretArn": SECRET,
                "iamAuth": "DISABLED",
                "clientPasswordAuthType": "POSTGRES_SCRAM_SHA_256",
            }
        ],
        "requireTls": True,
        "idleClientTimeout": 900,
        "vpcSubnetIds": list(subnets(bench.cloud)),
        "vpcSecurityGroupIds": [groups(bench.cloud)[0]],
        "tags": TAGS,
    }


def _target_group(bench: Bench) -> dict[str, Any]:
    other = Bench(bench.cloud, PROXY)
    proxy = other.create(_proxy(bench))
    pool = {"maxConnectionsPercent": 80, "maxIdleConnectionsPercent": 40, "connectionBorrowTimeout": 30}
    return {"dbProxyName": proxy.id, "connectionPoolConfig": pool}


def _subscription(bench: Bench) -> dict[str, Any]:
    return {
        "name": bench.unique("events"),
        "snsTopic": TOPIC,
        "sourceType": "db-instance",
        "sourceIds": ["one", "two"],
        "eventCategories": ["failover", "failure"],
        "tags": TAGS,
    }


class TestAccess(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:rds/proxy:Proxy",
            _proxy,
            _PROXY,
            {"EngineFamily": "POSTGRESQL", "RequireTLS": True, "Auth[0].SecretArn": SECRET, "IdleClientTimeout": 900},
            changes=(
                Change("idleClientTimeout", 1200, {"IdleClientTimeout": 1200}),
                Change("requireTls", False, {"RequireTLS": False}),
            ),
            replaces={"name": "another", "engineFamily": "MYSQL"},
            drift=(
                Drift(
                    Call("modify_db_proxy", {"DBProxyName": "{name}", "IdleClientTimeout": 60}), "idleClientTimeout", 60
                ),
            ),
            vanish=Call("delete_db_proxy", {"DBProxyName": "{name}"}),
        ),
        Case(
            "aws:rds/eventSubscription:EventSubscription",
            _subscription,
            _SUBSCRIPTION,
            {"Enabled": True, "SourceType": "db-instance", "EventCategoriesList": ["failover", "failure"]},
            changes=(
                Change("eventCategories", ["failure"], {"EventCategoriesList": ["failure"]}),
                Change("enabled", False, {"Enabled": False}),
            ),
            replaces={"name": "another"},
            drift=(
                Drift(
                    Call("modify_event_subscription", {"SubscriptionName": "{name}", "Enabled": False}),
                    "enabled",
                    False,
                ),
            ),
            vanish=Call("delete_event_subscription", {"SubscriptionName": "{name}"}),
        ),
    )


@pytest.fixture
def primary(cloud: RecordingCloud) -> Iterator[str]:
    """The identifier of an instance, whose master user is `master` with the password `a-password`."""
    rds = cloud.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="proxied",
        Engine="postgres",
        EngineVersion="18",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="a-password",
        DBName="jobr",
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="proxied", WaiterConfig={"Delay": 1})
    yield "proxied"
    rds.delete_db_instance(DBInstanceIdentifier="proxied", SkipFinalSnapshot=True)
    rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier="proxied", WaiterConfig={"Delay": 1})


def test_a_proxy_leads_to_its_target_over_verified_tls_and_to_nobody_without_one(
    cloud: RecordingCloud, primary: str
) -> None:
    benches = [Bench(cloud, kind) for kind in (PROXY, TARGET_GROUP, TARGET)]
    proxy = benches[0].create(_proxy(benches[0]))
    pool = {"maxConnectionsPercent": 80, "maxIdleConnectionsPercent": 40, "connectionBorrowTimeout": 30}
    group = benches[1].create({"dbProxyName": proxy.id, "connectionPoolConfig": pool})
    found = benches[1].call(_GROUP, group)["ConnectionPoolConfig"]
    assert (found["MaxConnectionsPercent"], found["ConnectionBorrowTimeout"]) == (80, 30)
    login = {
        "host": proxy.outputs["endpoint"],
        "dbname": "jobr",
        "user": "master",
        "password": "a-password",
        "sslmode": "verify-full",
        "sslrootcert": str(cloud.home.certificate_authority),
        "connect_timeout": 5,
    }
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**login)
    given = {"dbProxyName": proxy.id, "targetGroupName": "default", "dbInstanceIdentifier": primary}
    target = benches[2].create(given)
    with psycopg.connect(**login) as session:
        assert session.execute("SELECT current_user").fetchone() == ("master",)
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(**{**login, "sslmode": "disable"})
    read = benches[2].read(target)
    assert read is not None
    assert not benches[2].planner.diff(read.inputs, target.inputs, read.outputs).changed
    benches[2].delete(target)
    assert benches[2].read(target) is None
    benches[0].clean()


class _Answering:
    """A cloud whose function answers so."""

    def __init__(self, payload: Any, error: str | None = None) -> None:
        self.payload, self.error = json.dumps(payload).encode(), error
        self.sent: dict[str, Any] = {}

    def call(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert (service, operation) == ("lambda", "invoke")
        self.sent = params
        answer: dict[str, Any] = {"Payload": self, "StatusCode": 200}
        return answer | ({"FunctionError": self.error} if self.error else {})

    def read(self) -> bytes:
        return self.payload


def _invocation(cloud: Any) -> tuple[InvocationType, dict[str, Any]]:
    kind = InvocationType(cloud)
    inputs, failures = kind.check("", b"", {}, {"functionName": "f", "input": "{}", "triggers": {"a": "1"}}, {})
    assert failures == []
    return kind, inputs


def test_an_invocation_calls_the_function_and_keeps_its_answer() -> None:
    cloud = _Answering({"changes": []})
    kind, inputs = _invocation(cloud)
    assert kind.planned(inputs)["result"] is UNKNOWN
    state = kind.create("", inputs, 0)
    assert cloud.sent["FunctionName"] == "f"
    assert json.loads(state.outputs["result"]) == {"changes": []}


def test_a_function_that_fails_fails_the_deployment_in_its_own_words() -> None:
    error = {"errorType": "DatabaseError", "errorMessage": "The database cannot be reached", "stackTrace": ["deep"]}
    kind, inputs = _invocation(_Answering(error, "Unhandled"))
    with pytest.raises(CloudError, match="f failed: DatabaseError: The database cannot be reached"):
        kind.create("", inputs, 0)


def test_a_changed_trigger_calls_again_and_an_unchanged_one_does_not() -> None:
    kind, inputs = _invocation(_Answering({}))
    assert kind.diff(inputs, dict(inputs), {}).changed == set()
    again = kind.diff(inputs, {**inputs, "triggers": {"a": "2"}}, {})
    assert again.replaces == {"triggers"}


@pytest.mark.parametrize(
    ("wrong", "property_"),
    [({"lifecycleScope": "CRUD"}, "lifecycleScope"), ({"input": "no JSON"}, "input"), ({"colour": 1}, "colour")],
)
def test_an_invocation_that_cannot_be_is_refused(wrong: dict[str, Any], property_: str) -> None:
    kind = InvocationType(_Answering({}))  # type: ignore[arg-type]  # stands in for the cloud
    failures = kind.check("", b"", {}, {"functionName": "f", "input": "{}", **wrong}, {})[1]
    assert [failure.property for failure in failures] == [property_]


def test_an_instance_that_is_there_is_found_by_its_name_and_would_not_be_replaced(
    cloud: RecordingCloud, primary: str
) -> None:
    bench = Bench(cloud, INSTANCE)
    found = bench.lifecycle.read(primary, {}, {})
    assert found is not None
    assert found.id.startswith("db-")
    declared = {
        "identifier": primary,
        "engine": "postgres",
        "engineVersion": "18",
        "instanceClass": "db.t4g.medium",
        "allocatedStorage": 20,
        "username": "master",
        "password": "another-password",
        "dbName": "jobr",
        "monitoringInterval": 60,
        "monitoringRoleArn": ROLE,
        "deletionProtection": True,
    }
    difference = bench.planner.diff(found.inputs, declared, found.outputs)
    assert {"monitoringInterval", "deletionProtection"} <= difference.changed
    assert difference.replaces == set()
    assert bench.lifecycle.read("nobody", {}, {}) is None


def test_the_stacks_own_parameters_take_effect_on_a_server(cloud: RecordingCloud) -> None:
    declared = parameters(maximum_connections=123, logical_replication=True)
    group = Bench(cloud, PARAMETER_GROUP)
    # More than one request takes.
    assert len(declared) > 20
    made = group.create(
        {
            "name": group.unique("parameters"),
            "family": "postgres18",
            "parameters": [{"name": p.name, "value": p.value, "applyMethod": p.apply_method} for p in declared],
        }
    )
    server = Bench(cloud, INSTANCE)
    state = server.create(
        {
            "identifier": server.unique("server"),
            "engine": "postgres",
            "engineVersion": "18",
            "instanceClass": "db.t4g.medium",
            "allocatedStorage": 20,
            "username": "master",
            "password": "a-password",
            "dbName": "jobr",
            "parameterGroupName": made.id,
            "skipFinalSnapshot": True,
        }
    )
    login = {"host": state.outputs["address"], "dbname": "jobr", "user": "master", "password": "a-password"}
    with psycopg.connect(**login, sslmode="verify-full", sslrootcert=str(cloud.home.certificate_authority)) as session:

        def show(name: str) -> str:
            row = session.execute("SELECT current_setting(%s)", [name]).fetchone()
            assert row is not None
            return str(row[0])

        assert show("max_connections") == "123"
        assert show("shared_buffers") == "256MB"
        assert show("effective_cache_size") == "1GB"
        assert show("maintenance_work_mem") == "64MB"
        assert show("wal_buffers") == "16MB"
        assert show("wal_keep_size") == "512MB"
        assert show("max_slot_wal_keep_size") == "10GB"
        assert show("idle_in_transaction_session_timeout") == "5min"
        assert show("log_min_duration_statement") == "1s"
        assert show("wal_level") == "logical"
        assert show("track_io_timing") == "on"
    server.clean()
    group.clean()
