"""State machines call this cloud: moto's interpreter looks for its server on plain HTTP at localhost.

The tasks of a state machine then reach the embedded services over HTTPS, Lambda functions among them, and an error of a
function reaches Retry and Catch under its own name.
"""

from typing import Any

from moto.stepfunctions.parser.asl.utils import boto_client

from sandbox.cloud import clients
from sandbox.cloud.patching import replace
from sandbox.home import Home


class _Boto3:
    """Stands in for the module boto3 where moto's interpreter makes its clients."""

    @staticmethod
    def client(*, service_name: str, **_: Any) -> Any:
        return clients.client(service_name, validate=False)


def install(home: Home) -> None:
    """Give the interpreter this cloud's own clients."""
    del home
    replace(boto_client, "boto3", _Boto3)
