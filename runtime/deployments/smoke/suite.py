"""The smoke suite: data that a team edits (suite.toml), checked as a whole before anything is asked."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from runtime.common.errors import SettingsError
from runtime.deployments.smoke.shape import schema_problems

SUITE = Path(__file__).with_name("suite.toml")
DIGEST = "${image_digest}"
# RFC 9110: a header's name is a token, and its value has no line breaks.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
OURS = frozenset({"host", "content-length", "connection", "transfer-encoding"})

Path_ = Annotated[str, StringConstraints(pattern=r"^/[^\s#]*$", max_length=2048)]
Status = Annotated[int, Field(ge=200, le=599)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Tls(_Part):
    """What the listener's TLS must be: its oldest protocol, and for how many days its certificate must still hold."""

    minimum_protocol: Literal["TLSv1.2", "TLSv1.3"] = "TLSv1.2"
    certificate_days: int = Field(default=14, ge=1, le=398)


class Security(_Part):
    """What the security headers must promise; the rest of them is fixed (runtime/deployments/smoke/headers.py)."""

    hsts_seconds: int = Field(ge=1)


class Redirect(_Part):
    """The path that is asked in the clear and must be sent to HTTPS."""

    path: Path_


class Check(_Part):
    """One request and what its answer must be. `latency_ms` is from the request's first byte to the answer's last."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    path: Path_
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    request_headers: Mapping[str, str] = {}
    body: str | None = None
    status: Annotated[list[Status], Field(min_length=1)]
    headers: Mapping[str, str] = {}
    shape: Mapping[str, Any] | None = None
    security_headers: bool = True
    latency_ms: int = Field(ge=1, le=30_000)
    attempts: int = Field(default=1, ge=1, le=10)

    @field_validator("request_headers", "headers")
    @classmethod
    def _are_headers(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        wrong = [name for name, value in headers.items() if not HEADER_NAME.fullmatch(name) or "\n" in value]
        if wrong or (double := len({name.lower() for name in headers}) != len(headers)):
            raise ValueError(f"not HTTP headers: {', '.join(wrong)}" if wrong else f"a header stands twice: {double}")
        return headers

    @field_validator("request_headers")
    @classmethod
    def _are_not_ours(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        if ours := sorted(OURS & {name.lower() for name in headers}):
            raise ValueError(f"set by the connection itself: {', '.join(ours)}")
        return headers

    @field_validator("shape")
    @classmethod
    def _is_a_schema(cls, shape: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if problems := [] if shape is None else schema_problems(shape):
            raise ValueError("; ".join(problems))
        return shape

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.body is not None and self.method in {"GET", "HEAD"}:
            raise ValueError(f"{self.method} has no body")
        if self.shape is not None and self.method == "HEAD":
            raise ValueError("HEAD answers without a body, so it has no shape")
        return self


class Suite(_Part):
    """Every test of a release."""

    form: Literal[1]
    tls: Tls = Tls()
    security: Security
    redirect: Redirect
    checks: Annotated[list[Check], Field(min_length=1)]

    @field_validator("checks")
    @classmethod
    def _have_names_of_their_own(cls, checks: list[Check]) -> list[Check]:
        names = [check.name for check in checks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two checks have the name {', '.join(twice)}")
        return checks

    @classmethod
    def parse(cls, text: str, image_digest: str) -> Self:
        """The suite in TOML, with the digest in its place. Raises SettingsError with every problem at once."""
        subject = "The smoke suite (runtime/deployments/smoke/suite.toml) is wrong"
        try:
            return cls.model_validate(_filled(tomllib.loads(text), image_digest))
        except tomllib.TOMLDecodeError as error:
            problems = [f"it is no TOML: {error}"]
        except ValidationError as error:
            problems = [_sentence(problem["loc"], problem["msg"]) for problem in error.errors()]
        raise SettingsError(subject, problems)

    @classmethod
    def load(cls, image_digest: str) -> Self:
        """The suite of this image. Raises SettingsError."""
        return cls.parse(SUITE.read_text(encoding="utf-8"), image_digest)


def _filled(value: Any, image_digest: str) -> Any:
    if isinstance(value, str):
        return value.replace(DIGEST, image_digest)
    if isinstance(value, list):
        return [_filled(item, image_digest) for item in value]
    if isinstance(value, dict):
        return {name: _filled(item, image_digest) for name, item in value.items()}
    return value


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    # Teams count from one; lists of checks are where the numbers stand.
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    return f"{where or 'the file'}: {message.removeprefix('Value error, ')}"
