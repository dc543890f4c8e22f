"""The embedded account as a rehearsal sees it: AWS's public API, and the one call by which the controller acts for ECS."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Collection
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from sandbox.home import REGION, Home
from sandbox.rehearsal.errors import RehearsalError

# A hook may take its 15 minutes.
READ_SECONDS = 960


class Account:
    """Clients of the embedded cloud of a home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client of an AWS service; threads may share it."""
        if service not in self._clients:
            session: Any = boto3.session.Session("sandbox", "sandbox", "sandbox", REGION)
            self._clients[service] = session.client(
                service,
                endpoint_url=self.home.endpoint,
                verify=str(self.home.certificate_authority),
                config=Config(retries={"total_max_attempts": 1}, read_timeout=READ_SECONDS, max_pool_connections=16),
            )
        return self._clients[service]

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Trusts the embedded cloud's authority, and no other."""
        return ssl.create_default_context(cafile=str(self.home.certificate_authority))

    def deployment(self, arn: str) -> dict[str, Any]:
        """What DescribeServiceDeployments says of it now."""
        answer = self.client("ecs").describe_service_deployments(serviceDeploymentArns=[arn])
        return dict(answer["serviceDeployments"][0])

    def revision(self, arn: str) -> dict[str, Any]:
        """What DescribeServiceRevisions says of it."""
        answer = self.client("ecs").describe_service_revisions(serviceRevisionArns=[arn])
        return dict(answer["serviceRevisions"][0])

    def in_alarm(self, names: Collection[str]) -> set[str]:
        """Those of these alarms that are in ALARM."""
        if not names:
            return set()
        found = self.client("cloudwatch").describe_alarms(
            AlarmNames=sorted(names), AlarmTypes=["CompositeAlarm", "MetricAlarm"]
        )
        alarms = [*found["MetricAlarms"], *found.get("CompositeAlarms", [])]
        return {alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"}

    def walk(self, arn: str, **members: Any) -> None:
        """Change members of a service deployment, as ECS does. A RehearsalError when its status does not allow it."""
        request = urllib.request.Request(  # noqa: S310  # the home's own https endpoint
            f"{self.home.endpoint}/sandbox/service-deployments",
            json.dumps({"serviceDeploymentArn": arn, **members}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=30):  # noqa: S310  # as above
                pass
        except urllib.error.HTTPError as error:
            raise RehearsalError(f"{arn}: {json.load(error)['message']}") from error
