"""State machines call this cloud: moto's interpreter looks for its server on plain HTTP at localhost.

The tasks of a state machine then reach the embedded services over HTTPS, Lambda functions among them, and an error of a
function reaches Retry and Catch under its own name.

An execution without a name gets one (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html);
moto's interpreter calls every such execution "None", so that the second one is refused.
"""

from typing import Any
from uuid import uuid4

from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from sandbox.cloud import clients
from sandbox.cloud.patching import replace
from sandbox.home import Home


class _Boto3:
    """Stands in for the module boto3 where moto's interpreter makes its clients."""

    @staticmethod
    def client(*, service_name: str, **_: Any) -> Any:
        return clients.client(service_name, validate=False)


def install(home: Home) -> None:
    """Give the interpreter this cloud's own clients, and executions their names."""
    del home

    def start(self: Any, state_machine_arn: str, name: str | None = None, *rest: Any, **named: Any) -> Any:
        return original(self, state_machine_arn, name or str(uuid4()), *rest, **named)

    replace(boto_client, "boto3", _Boto3)
    original = replace(StepFunctionsParserBackend, "start_execution", start)
