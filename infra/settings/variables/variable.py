"""One variable of the application's environment, and where its value comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infra.naming import camel_case
from infra.settings.types import Environment
from infra.settings.variables.kinds import Kind


class Party(StrEnum):
    """Who gives a secret out. What one party gives is rotated together, so it is kept together: one secret in Secrets Manager each."""

    SESSIONS = "sessions"
    OPENAI = "openai"
    STRIPE = "stripe"
    SENDGRID = "sendgrid"
    PHONEPE = "phonepe"
    GOOGLE = "google"
    REDIS = "redis"
    SLACK = "slack"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The stack's own setting. Without a default it is `required`, or its value is `otherwise` made (in words), or there is none."""

    default: object = None
    required: bool = False
    otherwise: str = ""


@dataclass(frozen=True, kw_only=True)
class Wired:
    """Another part of the stack, in words; `always` says whether every stack has that part."""

    origin: str
    always: bool = True


@dataclass(frozen=True, kw_only=True)
class Constant:
    """One text in every stack."""

    text: str


@dataclass(frozen=True, kw_only=True)
class ByEnvironment:
    """A text for each environment."""

    texts: Mapping[Environment, str]


Source = Setting | Wired | Constant | ByEnvironment


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable.

    A secret has the `party` that gives it out; the database's own secrets have none, they are the logins. `beside` names the
    variable without which this one makes no sense: the task has both or neither.
    """

    name: str
    kind: Kind
    description: str
    source: Source
    party: Party | None = None
    beside: str = ""

    @property
    def key(self) -> str:
        """The key of its setting: OPENAI_MODEL is `openaiModel`."""
        return camel_case(self.name.lower())

    @property
    def field(self) -> str:
        """The name of its field among the settings."""
        return self.name.lower()

    @property
    def always(self) -> bool:
        """Whether every task has it."""
        if self.beside:
            return False
        match self.source:
            case Setting() as setting:
                return setting.required or setting.default is not None or bool(setting.otherwise)
            case Wired() as wired:
                return wired.always
            case _:
                return True

    @property
    def default(self) -> str | None:
        """The text that it has unless a stack says otherwise; None where there is none that fits all."""
        match self.source:
            case Setting(default=default) if default is not None:
                return self.kind.text(default)
            case Constant(text=constant):
                return constant
            case _:
                return None


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What a variable must be (`must`), or must not (`must_not`), in some environments: patterns; `mend` is a value that would do."""

    name: str
    environments: frozenset[Environment]
    reason: str
    must: str = ""
    must_not: str = ""
    mend: str = "<value>"
