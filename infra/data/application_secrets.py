"""The application's secrets: one in Secrets Manager for each party that gives them out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random

from infra.component import Component
from infra.data.secrets import StoredSecret, StoredSecretArgs
from infra.settings import VariableSettings
from infra.settings.variables import VARIABLES, Party, Setting, Variable

# 64 letters and digits are 381 bits; an HMAC with SHA-256 gains nothing beyond 256 (RFC 7518, section 3.2, asks for these).
GENERATED_LENGTH = 64

_PURPOSES = {
    Party.SESSIONS: "What the application signs tokens and sessions with",
    Party.OPENAI: "What OpenAI gave the application",
    Party.STRIPE: "What Stripe gave the application",
    Party.SENDGRID: "What SendGrid gave the application",
    Party.PHONEPE: "What PhonePe gave the application",
    Party.GOOGLE: "What Google gave the application",
    Party.REDIS: "How the application logs in to Redis",
    Party.SLACK: "What Slack gave the application",
}


@dataclass(frozen=True, kw_only=True)
class ApplicationSecretsArgs:
    """What the secrets are made from."""

    settings: VariableSettings
    key_arn: pulumi.Input[str]
    disposable: bool


class ApplicationSecrets(Component):
    """Produces a secret of JSON for each party that the stack deals with: a key per variable.

    `references` is each variable's valueFrom as ECS takes it; `arns` are the secrets; `version_ids` change with their values.
    """

    room = "data"

    def __init__(self, name: str, args: ApplicationSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.references: dict[str, pulumi.Output[str]] = {}
        self.arns: list[pulumi.Output[str]] = []
        self.version_ids: list[pulumi.Output[str]] = []
        for party in Party:
            values = self._values(party)
            if values:
                self._store(party, values)
        self.finish({"secretArns": self.arns})

    def _values(self, party: Party) -> dict[str, pulumi.Input[str]]:
        """What there is of a party's variables."""
        values = {v.name: self._value(v) for v in VARIABLES.values() if v.party is party}
        return {name: value for name, value in values.items() if value is not None}

    def _value(self, variable: Variable) -> pulumi.Input[str] | None:
        text = self._args.settings.text(variable.name)
        if text is None and isinstance(variable.source, Setting) and variable.source.otherwise:
            name = self.named(*variable.name.split("_"))
            return random.RandomPassword(name, length=GENERATED_LENGTH, special=False, opts=self.options()).result
        return text

    def _store(self, party: Party, values: Mapping[str, pulumi.Input[str]]) -> None:
        args = StoredSecretArgs(
            description=_PURPOSES[party],
            value=pulumi.Output.all(**values).apply(_document),
            key_arn=self._args.key_arn,
            disposable=self._args.disposable,
        )
        stored = StoredSecret(self.named(party), args, self.options())
        self.arns.append(stored.arn)
        self.version_ids.append(stored.version_id)
        for name in values:
            self.references[name] = pulumi.Output.concat(stored.arn, f":{name}::")


def _document(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True)
