"""A migration's surroundings: a real PostgreSQL with the stack's roles, moto's RDS, S3, SNS and logs, tasks as processes."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from runtime.common.aws import CONFIGURATION, Clients
from runtime.common.logging import Redactor
from runtime.database_roles.roles import Role
from runtime.deployments.migrations import handler
from runtime.deployments.migrations.definition import definition
from runtime.deployments.migrations.settings import MigrationSettings
from runtime.deployments.migrations.tools import Tools
from tests.runtime.conftest import KEY, PLAIN
from tests.runtime.database_roles.conftest import Database, database
from tests.runtime.deployments.migrations.account import INSTANCE, ROLE, instance, task_definition, topics
from tests.runtime.deployments.migrations.stand_ins import Ecs, Hands

__all__ = ["INSTANCE", "database"]

ARTIFACTS, LOG_GROUP = "jobr-test-artifacts", "jobr-test-migrations"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:jobr-test-migrations"
REVISION = "8412749823749823"


def psql(*statements: str) -> str:
    """A command line as the settings have it: each statement a transaction of its own, as the migrations' login."""
    words = " ".join(f'-c "{statement}"' for statement in statements)
    return f"sh -c 'psql \"$DATABASE_URL\" -v ON_ERROR_STOP=1 {words}'"


@dataclass
class Stage:
    """Everything that a migration needs, and the state machine on the embedded interpreter."""

    tools: Tools
    ecs: Ecs
    database: Database
    hands: Hands
    definition: str
    machines: Any
    topic_queue: str

    def configure(self, **settings: Any) -> None:
        """Change settings of the function."""
        self.tools = replace(self.tools, settings=self.tools.settings.model_copy(update=settings))

    def migrate(self, phase: str = "expand", **others: Any) -> dict[str, Any]:
        """Run the state machine to its end, and return the execution as DescribeExecution shows it."""
        machine = self.machines.create_state_machine(
            name=f"m-{uuid4().hex[:8]}", roleArn=ROLE, definition=json.dumps(definition(FUNCTION))
        )["stateMachineArn"]
        data = {"revision": REVISION, "taskDefinition": self.definition, "phase": phase} | others
        arn = self.machines.start_execution(stateMachineArn=machine, input=json.dumps(data))["executionArn"]
        for _ in range(600):
            found: dict[str, Any] = self.machines.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                self.states = self._entered(arn)
                return found
            time.sleep(0.05)
        raise AssertionError("the state machine does not end")

    def invoke(self, event: Any) -> dict[str, Any]:
        """What Lambda would do with the function."""
        self.tools = replace(self.tools, redactor=Redactor())
        return handler.run(event, self.tools)

    def notices(self) -> list[dict[str, Any]]:
        """What the topic told."""
        sqs = self.tools.aws.get("sqs")
        found = sqs.receive_message(QueueUrl=self.topic_queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    def kept(self, phase: str = "expand") -> dict[str, Any]:
        """The report in the artifacts bucket."""
        key = f"migrations/{REVISION}/{phase}.json"
        found: dict[str, Any] = json.loads(
            self.tools.aws.get("s3").get_object(Bucket=ARTIFACTS, Key=key)["Body"].read()
        )
        return found

    def snapshots(self) -> list[str]:
        """The names of the database's manual snapshots."""
        found = self.tools.aws.get("rds").describe_db_snapshots(DBInstanceIdentifier=INSTANCE, SnapshotType="manual")[
            "DBSnapshots"
        ]
        return [snapshot["DBSnapshotIdentifier"] for snapshot in found]

    def tables(self) -> set[str]:
        """The tables of the schema public."""
        with self.database.open_superuser() as session:
            rows = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {name for (name,) in rows}

    def _entered(self, arn: str) -> list[str]:
        events = self.machines.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        return [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]


class Lambda:
    """Lambda as the interpreter calls it: the function runs here, and its error gets its own name."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def invoke(self, **params: Any) -> dict[str, Any]:
        assert params["FunctionName"] == FUNCTION
        try:
            answer: Any = self._stage.invoke(json.loads(params["Payload"]))
        except Exception as error:  # noqa: BLE001  # as Lambda does
            answer = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
            return {"Payload": BytesIO(json.dumps(answer).encode()), "FunctionError": "Unhandled", "StatusCode": 200}
        return {"Payload": BytesIO(json.dumps(answer).encode()), "StatusCode": 200}


@pytest.fixture(scope="session")
def cloud(aws_server: str) -> Clients:
    """Clients of the AWS on loopback, made once: reading the models of the APIs takes most of a second."""
    session: Any = boto3.session.Session("testing", "testing", region_name="us-east-1")
    return Clients(lambda service, _: session.client(service, endpoint_url=aws_server, config=CONFIGURATION))


@pytest.fixture
def stage(aws: str, cloud: Clients, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The roles are there, no table is; the command makes what expected.toml asks for."""
    database.apply()
    hands = Hands()
    _interpret(aws)
    login = database.logins[Role.MIGRATIONS]
    url = f"postgresql://{login.user}:{login.password}@{login.host}:{login.port}/{login.database}?sslmode=disable"
    secret = cloud.get("secretsmanager").create_secret(
        Name="migrations", SecretString=json.dumps({"username": login.user, "password": login.password, "url": url})
    )["ARN"]
    cloud.get("logs").create_log_group(logGroupName=LOG_GROUP)
    cloud.get("s3").create_bucket(Bucket=ARTIFACTS)
    queue, critical, warning = topics(cloud)
    ecs = Ecs(
        cloud.get("ecs"),
        cloud.get("secretsmanager"),
        cloud.get("logs"),
        hands,
        database.cluster.binaries,
        LOG_GROUP,
    )
    settings = MigrationSettings(
        environment="test",
        cluster_name="jobr",
        task_family="jobr-test-migrations",
        task_execution_role_arn=ROLE,
        task_log_group=LOG_GROUP,
        subnet_ids="subnet-1,subnet-2",
        security_group_id="sg-1",
        command=GUIDE,
        database_instance=INSTANCE,
        database_host=login.host,
        database_port=login.port,
        database_name=login.database,
        migrations_secret_arn=secret,
        snapshot_prefix="jobr-test-before",
        artifacts_bucket=ARTIFACTS,
        artifacts_kms_key_arn=KEY,
        critical_topic_arn=critical,
        warning_topic_arn=warning,
    )
    clients = Clients(lambda service, _: ecs if service == "ecs" else cloud.get(service))
    tools = Tools(settings, clients, hands.clock, PLAIN, Redactor())
    instance(cloud)
    made = Stage(tools, ecs, database, hands, task_definition(ecs.client), cloud.get("stepfunctions"), queue)
    monkeypatch.setattr(lambda_eval_utils, "boto_client_for", lambda **_: Lambda(made))
    monkeypatch.setattr(WaitFunction, "_wait_interval", lambda *_, wait_seconds, **__: hands.advance(wait_seconds))
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=hands.advance))
    yield made
    ecs.kill_all()


GUIDE = psql(
    "CREATE TABLE users (id int, email text)",
    "CREATE TABLE jobs (id int, title text, posted_date date)",
    "CREATE TABLE applications (user_id int, status text)",
    "CREATE TABLE cvs (id int)",
    "CREATE TABLE subscriptions (id int)",
    "CREATE TABLE payments (id int)",
    "CREATE INDEX CONCURRENTLY idx_users_email ON users (email)",
    "CREATE INDEX CONCURRENTLY idx_applications_user_status ON applications (user_id, status)",
    "CREATE INDEX CONCURRENTLY idx_jobs_posted_date ON jobs (posted_date)",
)


def _interpret(aws: str) -> None:
    connection = HTTPConnection(aws.removeprefix("http://"))
    connection.request("POST", "/moto-api/config", json.dumps({"stepfunctions": {"execute_state_machine": True}}))
    assert connection.getresponse().status == 201
    connection.close()
