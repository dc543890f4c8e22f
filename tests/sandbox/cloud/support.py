"""Functions for the tests, as zip files of one module."""

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

SEEN = """
import boto3, json, os

def handle(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""


def zipped(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()


class Functions:
    """Makes and invokes functions of the embedded cloud."""

    def __init__(self, client: Any, role: str) -> None:
        self.client = client
        self.role = role

    def make(self, source: str, **arguments: Any) -> str:
        """The ARN of a function with this code and the handler app.handle."""
        declared = {
            "FunctionName": f"f-{uuid4().hex[:8]}",
            "Runtime": "python3.13",
            "Role": self.role,
            "Handler": "app.handle",
            "Code": {"ZipFile": zipped(source)},
            "Timeout": 20,
        } | arguments
        return str(self.client.create_function(**declared)["FunctionArn"])

    def invoke(self, arn: str, event: Any = None, **arguments: Any) -> tuple[Any, Any]:
        """The payload and the whole answer."""
        answer = self.client.invoke(FunctionName=arn, Payload=json.dumps(event), **arguments)
        return json.loads(answer["Payload"].read()), answer
