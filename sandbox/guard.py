"""Refuses to run beside reachable real credentials: what happens on the embedded cloud must not be able to happen on a real one."""

import configparser
import ipaddress
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.home import Home

# The sandbox's own, moto's, LocalStack's and the key that AWS's documentation uses as its example.
DUMMY_ACCESS_KEYS = frozenset({"sandbox", "testing", "test", "dummy", "AKIAIOSFODNN7EXAMPLE"})

# https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html and botocore's own credential resolver.
_CREDENTIAL_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "PULUMI_ACCESS_TOKEN",
)
_CREDENTIAL_FILES = (
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("BOTO_CONFIG", "~/.boto"),
)
_CREDENTIAL_KEYS = frozenset(
    {
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "credential_process",
        "credential_source",
        "login_session",
        "role_arn",
        "source_profile",
        "sso_account_id",
        "sso_session",
        "sso_start_url",
        "web_identity_token_file",
    }
)


@dataclass(frozen=True)
class Problem:
    """One way out of the sandbox: what was found (never its value) and the word for `env` that closes it."""

    what: str
    mend: str


def problems(home: Home, environment: Mapping[str, str] | None = None) -> list[Problem]:
    """Every way in which a command in this environment (the process's own) could reach something real."""
    environment = os.environ if environment is None else environment
    return [*_access_key(environment), *_variables(environment), *_endpoints(home, environment), *_files(environment)]


def report(found: list[Problem]) -> str:
    """All problems as text for a person, with the one command that mends them all."""
    lines = ["Real credentials or endpoints are in reach; the sandbox refuses to run beside them."]
    lines += [f"  - {problem.what}\n      mend: env {problem.mend} …" for problem in found]
    words = list(dict.fromkeys(problem.mend for problem in found))
    # `env` takes its options before its assignments.
    words.sort(key=lambda word: not word.startswith("-u"))
    command = " ".join(["python", "-m", "sandbox", *sys.argv[1:]])
    return "\n".join([*lines, "All at once:", f"  env {' '.join(words)} {command}"])


def _access_key(environment: Mapping[str, str]) -> Iterator[Problem]:
    if environment.get("AWS_ACCESS_KEY_ID", "sandbox") not in {*DUMMY_ACCESS_KEYS, ""}:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            if environment.get(name):
                yield Problem(f"{name} is set, and AWS_ACCESS_KEY_ID is none of the known dummies", f"-u {name}")


def _variables(environment: Mapping[str, str]) -> Iterator[Problem]:
    for name in _CREDENTIAL_VARIABLES:
        if environment.get(name):
            yield Problem(f"{name} is set: it leads to real credentials", f"-u {name}")


def _endpoints(home: Home, environment: Mapping[str, str]) -> Iterator[Problem]:
    if not is_loopback(home.endpoint):
        raise AssertionError(f"the sandbox's own endpoint {home.endpoint} is not on loopback")
    for name in sorted(environment):
        if name.startswith("AWS_ENDPOINT_URL") and environment[name] not in {"", home.endpoint}:
            yield Problem(f"{name} is set to something else than this sandbox's {home.endpoint}", f"-u {name}")
    backend = environment.get("PULUMI_BACKEND_URL", "")
    if backend and backend != state_url(home):
        yield Problem("PULUMI_BACKEND_URL names a state that is not the sandbox's", "-u PULUMI_BACKEND_URL")


def _files(environment: Mapping[str, str]) -> Iterator[Problem]:
    for variable, usual in _CREDENTIAL_FILES:
        path = Path(environment.get(variable) or usual).expanduser()
        # The device /dev/null is how the environment of the sandbox says "no file".
        if not path.is_file():
            continue
        found = _credentials_in(path)
        if found:
            yield Problem(f"{path} {found}", f"{variable}={os.devnull}")


def _credentials_in(path: Path) -> str:
    """What the file holds that leads to credentials, in words; empty when nothing does."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return "cannot be read, so nobody knows whether it holds credentials"
    # defaults() is where configparser keeps a section called DEFAULT, which the AWS files do not treat specially.
    keys = {key for section in parser.sections() for key in parser.options(section)} | set(parser.defaults())
    found = sorted(_CREDENTIAL_KEYS & {key.strip() for key in keys})
    return f"holds {', '.join(found)}" if found else ""


def is_loopback(url: str) -> bool:
    """Whether the URL's host is a literal loopback address; a name that could resolve to anything is not."""
    try:
        return ipaddress.ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False


def state_url(home: Home) -> str:
    """The URL of the sandbox's own Pulumi state.

    Without the sidecar file of attributes that its library would write beside every file, and not at once: a command that is killed
    in between leaves an empty one, with which no state can be read any more ("failed to load checkpoint: EOF").
    """
    return f"file://{home.root / 'state'}?metadata=skip"
