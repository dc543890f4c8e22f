"""The example as `pulumi up` runs it, against the published contract."""

import asyncio
import json
import re
import runpy
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

from infra.outputs import CONTRACT_VERSION
from infra.outputs_reference import published
from sandbox.home import PROJECT

EXAMPLE = PROJECT / "examples" / "consumer"
STACK = "organization/jobr/production"
TOPIC = "arn:aws:sns:us-east-1:123456789012:jobr-production-critical"
SCHEMA = published()[CONTRACT_VERSION]
_SAMPLES: dict[str, Any] = {"string": "text", "integer": 5432, "array": ["one", "two"]}
SHOWN = {name: _SAMPLES[of["type"]] for name, of in SCHEMA["properties"].items()}
SHOWN |= {"contractVersion": CONTRACT_VERSION, "criticalTopicArn": TOPIC}


@dataclass
class _Cloud(mocks.Mocks):
    """Answers with a jobr stack's outputs, and keeps what the example makes."""

    shown: dict[str, Any]
    made: dict[str, dict[str, Any]] = field(default_factory=dict)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {"name": args.name, "outputs": self.shown, "secretOutputNames": []}
        self.made[args.typ] = args.inputs
        return f"{args.name}-id", {"arn": f"arn:{args.name}", "url": f"https://{args.name}", **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(f"the example asks for {args.token}")


def _program() -> None:
    runpy.run_path(str(EXAMPLE / "__main__.py"), run_name="__main__")


def _run(shown: dict[str, Any]) -> tuple[_Cloud, dict[str, Any]]:
    """What the example makes and exports when the stack shows this."""
    cloud = _Cloud(shown)
    exported: dict[str, Any] = {}

    async def run() -> None:
        pulumi.runtime.set_mocks(cloud, project="reports", stack="reports-production", preview=False)
        pulumi.runtime.set_all_config({"reports:jobrStack": STACK}, [])
        await run_pulumi_func(_program)
        root: Any = pulumi.runtime.get_root_resource()
        for name, value in root.outputs.items():
            exported[name] = await pulumi.Output.from_input(value).future()

    asyncio.run(run())
    return cloud, exported


def test_the_example_is_written_for_the_contract_that_is_published() -> None:
    program = (EXAMPLE / "__main__.py").read_text()
    (major,) = re.findall(r"^CONTRACT = (\d+)$", program, re.MULTILINE)
    assert major == CONTRACT_VERSION.split(".")[0]
    required = set(re.findall(r'\.require\("(\w+)"\)', program)) - {"jobrStack"}
    assert required
    assert required <= set(SCHEMA["required"]), "every stack shows it"


def test_it_keeps_the_critical_alarms_and_shows_where_to_read() -> None:
    cloud, exported = _run(SHOWN)
    assert exported == {"queueUrl": "https://alarms", "databaseHost": "text", "subnets": ["one", "two"]}
    subscription = cloud.made["aws:sns/topicSubscription:TopicSubscription"]
    assert (subscription["topic"], subscription["endpoint"], subscription["protocol"]) == (TOPIC, "arn:alarms", "sqs")


def test_only_that_topic_may_send_to_its_encrypted_queue() -> None:
    cloud, _ = _run(SHOWN)
    assert cloud.made["aws:sqs/queue:Queue"]["sqsManagedSseEnabled"] is True
    (statement,) = json.loads(cloud.made["aws:sqs/queuePolicy:QueuePolicy"]["policy"])["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": TOPIC}}
    assert (statement["Action"], statement["Resource"]) == ("sqs:SendMessage", "arn:alarms")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"contractVersion": f"{int(CONTRACT_VERSION.split('.')[0]) + 1}.0.0"}, "and this program was written for"),
        ({"contractVersion": None}, "shows no contractVersion"),
        ({"criticalTopicArn": None}, "shows no output criticalTopicArn"),
    ],
)
def test_a_stack_that_does_not_show_what_it_needs_stops_it_with_a_reason(changed: dict[str, Any], said: str) -> None:
    shown = {name: value for name, value in {**SHOWN, **changed}.items() if value is not None}
    with pytest.raises(Exception, match=said) as stopped:
        _run(shown)
    assert STACK in str(stopped.value)
