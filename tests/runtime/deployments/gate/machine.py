"""A state machine of Step Functions whose runs end as a test says: AWS's rules for names, and answers in its own shapes."""

from dataclasses import dataclass, field
from typing import Any

from tests.runtime.deployments.shaped import RefusedError, Shaped

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:migrations"
EXECUTION = ARN.replace(":stateMachine:", ":execution:")
MOMENT = 1_795_000_000


@dataclass
class Machine:
    """`runs` are the inputs by name; `ends` says how a run ends by the last part of its name, RUNNING where it does not."""

    runs: dict[str, str] = field(default_factory=dict)
    ends: dict[str, dict[str, str]] = field(default_factory=dict)

    def shaped(self) -> Shaped:
        """A client of it."""
        return Shaped("stepfunctions", {"StartExecution": self._start, "DescribeExecution": self._describe})

    def _start(self, parameters: dict[str, Any]) -> dict[str, Any]:
        assert parameters["stateMachineArn"] == ARN
        name = parameters["name"]
        # The API reference: the same name and input while it runs gives the same run, anything else is refused.
        if name in self.runs and (self._end(name)["status"] != "RUNNING" or self.runs[name] != parameters["input"]):
            raise RefusedError("ExecutionAlreadyExists")
        self.runs[name] = parameters["input"]
        return {"executionArn": f"{EXECUTION}:{name}", "startDate": MOMENT}

    def _describe(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters["executionArn"].rpartition(":")[2]
        if name not in self.runs:
            raise RefusedError("ExecutionDoesNotExist")
        arns = {"executionArn": parameters["executionArn"], "stateMachineArn": ARN, "startDate": MOMENT}
        return {**arns, "name": name, **self._end(name)}

    def _end(self, name: str) -> dict[str, str]:
        return self.ends.get(name.rpartition("-")[2], {"status": "RUNNING"})
