"""How another team's program reads a jobr stack's outputs: by name, and only from a contract that it was written for."""

from typing import Any

import pulumi


class ContractError(pulumi.RunError):
    """The stack does not show what this program was written for."""


class Contract:
    """The outputs of one stack.

    Args:
        stack: the stack's full name, such as `organization/jobr/production`.
        major: the contract's major version that the program was written for.
    """

    def __init__(self, stack: str, major: int) -> None:
        self._stack = stack
        self._major = major
        self._reference = pulumi.StackReference(stack)

    def require(self, name: str) -> pulumi.Output[Any]:
        """One output's value.

        Raises:
            ContractError: when the program runs, if the contract is another one or the output is not there.
        """
        version = self._reference.get_output("contractVersion")
        value = self._reference.get_output(name)
        return pulumi.Output.all(version, value).apply(lambda known: self._checked(name, known[0], known[1]))

    def _checked(self, name: str, version: str | None, value: Any) -> Any:
        if version is None:
            raise ContractError(f"{self._stack} shows no contractVersion: is it the right stack, and was it deployed?")
        if int(version.split(".")[0]) != self._major:
            raise ContractError(
                f"{self._stack} shows contract {version}, and this program was written for {self._major}.x: "
                "read the breaking changes in its CHANGELOG.md, then change the number here"
            )
        if value is None:
            raise ContractError(f"{self._stack} shows no output {name} (contract {version})")
        return value
