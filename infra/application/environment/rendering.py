"""The variables of a task, from the settings and from what other parts of the stack are."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import pulumi

from infra.application.container import ContainerEnvironment
from infra.network.flows import APPLICATION_PORT
from infra.settings import ApplicationSettings, Environment, VariableSettings
from infra.settings.variables import VARIABLES, ByEnvironment, Constant, Setting, Variable


@dataclass(frozen=True, kw_only=True)
class Wires:
    """What the variables get from the rest of the stack. Logins are ARNs of secrets with a `url`; `revisions` change with any secret."""

    environment: Environment
    application: ApplicationSettings
    base_url: pulumi.Input[str]
    login_arn: pulumi.Input[str]
    replica_login_arn: pulumi.Input[str] | None
    references: Mapping[str, pulumi.Input[str]]
    secret_arns: Sequence[pulumi.Input[str]]
    revisions: Sequence[pulumi.Input[str]]


def container_environment(settings: VariableSettings, wires: Wires) -> ContainerEnvironment:
    """Every variable that the task has: secrets by reference, the others in clear."""
    secrets = {**wires.references, **_logins(wires)}
    plain: dict[str, pulumi.Input[str]] = {}
    wired = _wired(wires)
    for variable in VARIABLES.values():
        if variable.kind.secret or not _wanted(variable, secrets):
            continue
        text = _text(variable, settings, wires.environment)
        value = wired.get(variable.name) if text is None else text
        if value is not None:
            plain[variable.name] = value
    logins = [arn for arn in (wires.login_arn, wires.replica_login_arn) if arn is not None]
    return ContainerEnvironment(plain=plain, secrets=secrets, secret_arns=[*logins, *wires.secret_arns])


def _wanted(variable: Variable, secrets: Mapping[str, pulumi.Input[str]]) -> bool:
    return not variable.beside or variable.beside in secrets


def _text(variable: Variable, settings: VariableSettings, environment: Environment) -> str | None:
    """What does not depend on other parts of the stack."""
    match variable.source:
        case Setting():
            return settings.text(variable.name)
        case Constant(text=text):
            return text
        case ByEnvironment(texts=texts):
            return texts[environment]
        case _:
            return None


def _logins(wires: Wires) -> dict[str, pulumi.Input[str]]:
    arns = {"DATABASE_URL": wires.login_arn, "READ_REPLICA_URL": wires.replica_login_arn}
    return {name: pulumi.Output.concat(arn, ":url::") for name, arn in arns.items() if arn is not None}


def _wired(wires: Wires) -> dict[str, pulumi.Input[str]]:
    url = pulumi.Output.from_input(wires.base_url)
    return {
        "NODE_ENV": wires.environment.value,
        "PORT": str(APPLICATION_PORT),
        "BASE_URL": url,
        "CORS_ORIGINS": url,
        "SENDGRID_FROM_EMAIL": url.apply(lambda known: f"noreply@{urlsplit(known).hostname}"),
        "APP_VERSION": wires.application.image.rpartition("@")[2],
        "MEMORY_LIMIT": str(wires.application.memory_mib),
        "CPU_LIMIT": str(wires.application.cpu),
        "SECRETS_REVISION": pulumi.Output.all(*wires.revisions).apply(_revision),
    }


def _revision(versions: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]
