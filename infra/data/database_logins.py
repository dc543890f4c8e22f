"""Logins of the database: for each a password and a secret that says where and how to log in."""

import json
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from infra.component import Component
from infra.data.secrets import RECOVERY_WINDOW_DAYS
from infra.iam.document import rendered

# RDS takes 8 to 128 characters for PostgreSQL; 40 letters and digits are 238 bits and need no escaping in a URL.
PASSWORD_LENGTH = 40


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a login connects: one instance, or the proxy before it."""

    host: pulumi.Input[str]
    port: pulumi.Input[int]
    database: str


@dataclass(frozen=True, kw_only=True)
class Login:
    """A login as the other rooms use it.

    `secret_arn` is a secret of JSON with username, password, engine, host, port, dbname and url (TLS verified in full);
    `version_id` changes whenever what is in the secret does.
    """

    username: str
    secret_arn: pulumi.Output[str]
    version_id: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class DatabaseLoginArgs:
    """What a login is made from; `purpose` ends the sentence "How to log in to PostgreSQL …"."""

    username: str
    purpose: str
    key_arn: pulumi.Input[str]
    disposable: bool


class DatabaseLogin(Component):
    """Produces a password and a secret that `at` fills: the proxy reads a login's secret before its own address can be in there."""

    room = "data"

    def __init__(self, name: str, args: DatabaseLoginArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.password = random.RandomPassword(
            self.named("password"), length=PASSWORD_LENGTH, special=False, opts=self.options()
        ).result
        self._secret = aws.secretsmanager.Secret(
            name,
            description=f"How to log in to PostgreSQL {args.purpose}",
            kms_key_id=args.key_arn,
            recovery_window_in_days=0 if args.disposable else RECOVERY_WINDOW_DAYS,
            tags=self.tags(name),
            opts=self.options(),
        )
        # Known before the secret has a value; all but the proxy take the ARN of `at`.
        self.secret_arn = self._secret.arn
        self.finish({"username": args.username, "secretArn": self.secret_arn})

    def at(self, place: Place) -> Login:
        """Fill the secret, once: the login as it is at this place."""
        username = self._args.username
        value: pulumi.Input[str] = rendered(
            partial(login_document, username, place.database),
            host=place.host,
            port=place.port,
            password=self.password,
        )
        version = aws.secretsmanager.SecretVersion(
            self.component_name,
            secret_id=self._secret.id,
            secret_string=pulumi.Output.secret(value),
            opts=self.options(),
        )
        # By way of the version: who reads the secret by this ARN comes after its value is there.
        return Login(username=username, secret_arn=version.secret_arn, version_id=version.version_id)


def login_document(username: str, database: str, *, host: str, port: int, password: str) -> str:
    """The secret in the form that Secrets Manager's own rotation reads, with a URL beside it for the application."""
    port = int(port)
    return json.dumps(
        {
            "username": username,
            "password": password,
            "engine": "postgres",
            "host": host,
            "port": port,
            "dbname": database,
            "url": f"postgresql://{username}:{quote(password, safe='')}@{host}:{port}/{database}?sslmode=verify-full",
        }
    )
