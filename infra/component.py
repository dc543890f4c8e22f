"""The base of every component: type token, parent, names and tags in one place."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi

from infra.naming import LOGICAL_LIMIT, safe_name


class Component(pulumi.ComponentResource):
    """A part of the stack. A subclass names its `room`; its type token is `jobr:<room>:<ClassName>`."""

    room: ClassVar[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        self.component_name = name
        super().__init__(self.token(), name, {}, opts)

    @classmethod
    def token(cls) -> str:
        """The component's type token; renaming one replaces all that is in it, so a test pins them."""
        return f"jobr:{cls.room}:{cls.__name__}"

    def named(self, *parts: str, limit: int = LOGICAL_LIMIT) -> str:
        """The logical name of a resource inside; Pulumi adds a suffix to it where AWS wants a name."""
        return safe_name(self.component_name, *parts, limit=limit)

    def tags(self, name: str) -> dict[str, str]:
        """What tells this resource from others; what all share comes from the provider's default tags."""
        return {"Name": name, "Component": f"{self.room}/{type(self).__name__}"}

    def options(self, **others: Any) -> pulumi.ResourceOptions:
        """Options of a resource inside: this component is its parent, which also hands down the provider."""
        return pulumi.ResourceOptions(parent=self, **others)

    def finish(self, outputs: Mapping[str, pulumi.Input[Any]]) -> None:
        """Declare the component complete, with what it shows in the state."""
        self.register_outputs(dict(outputs))
