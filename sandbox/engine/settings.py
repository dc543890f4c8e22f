"""A stack's settings on the embedded cloud: the real stack file's, with overlay.yaml laid over what needs real credentials.

The real files are read only. What the engine reads stands in `stacks/<stack>` of the home.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from sandbox.cloud import certificates
from sandbox.engine.errors import RefusedError
from sandbox.home import PROJECT, Home

OVERLAY = Path(__file__).with_name("overlay.yaml")
# Keys of a stack file that choose how its secrets are opened; here it is always the sandbox's passphrase.
_SECRETS_PROVIDER_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")
Seal = Callable[[str, str], str]
# What the overlay says of one key; a value by stack is a map.
Rule = dict[str, str | dict[str, str]]


@dataclass(frozen=True)
class Overlaid:
    """One setting that is not the real stack file's: its key (or path) and what stands there instead."""

    key: str
    instead: str


class StackFolder:
    """The folder in which the engine runs one stack: Pulumi.yaml and Pulumi.<stack>.yaml."""

    def __init__(self, home: Home, stack: str, source: Path = PROJECT, config: Mapping[str, str] | None = None) -> None:
        self.path = home.root / "stacks" / stack
        self.stack = stack
        self._home = home
        self._source = source
        self._given = config or {}
        self._file = self.path / f"Pulumi.{stack}.yaml"
        self._sealed_file = self.path / "sealed.json"
        self._project: dict[str, Any] = _load(source / "Pulumi.yaml", "the project's file")
        self.project = str(self._project["name"])
        self._real: dict[str, Any] = _load(source / f"Pulumi.{stack}.yaml", known(source))
        self.overlaid: list[Overlaid] = []
        self._secrets: dict[str, tuple[str, str]] = {}

    def write(self) -> None:
        """Write both files, with the secrets that were sealed before; `seal` adds the others."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._link_program()
        _dump(self.path / "Pulumi.yaml", self._project)
        self.overlaid, self._secrets = [], {}
        self._provider()
        config = self._config()
        before = yaml.safe_load(self._file.read_text()) or {} if self._file.exists() else {}
        salt = {key: before[key] for key in ("encryptionsalt",) if key in before}
        _dump(self._file, {**salt, "config": config})

    def _link_program(self) -> None:
        """Put the program's folder where Pulumi.yaml says: the engine starts plugins there, and relative paths begin there."""
        main = str(self._project.get("main") or "").rstrip("/")
        link, target = self.path / main, self._source / main
        if main and not (link.is_symlink() and link.readlink() == target):
            link.unlink(missing_ok=True)
            link.symlink_to(target, target_is_directory=True)

    def seal(self, seal: Seal) -> None:
        """Have every secret that is not sealed yet sealed by `seal(path, value)`, which returns nothing that can be read."""
        sealed = self._sealed()
        for path, (digest, value) in self._secrets.items():
            if path not in sealed or sealed[path]["of"] != digest:
                sealed[path] = {"of": digest, "secure": seal(path, value)}
        self._sealed_file.write_text(json.dumps(sealed, indent=1))

    def _provider(self) -> None:
        if self._real.get("secretsprovider") or self._real.get("encryptedkey"):
            self.overlaid.append(Overlaid("secretsprovider", "a generated passphrase"))

    def _config(self) -> dict[str, Any]:
        real: dict[str, Any] = self._real.get("config") or {}
        overlay: dict[str, Rule] = yaml.safe_load(OVERLAY.read_text()) or {}
        config: dict[str, Any] = {key: self._without_secrets(key, value, overlay) for key, value in real.items()}
        schema = {key if ":" in key else f"{self.project}:{key}" for key in self._project.get("config") or {}}
        for key, rule in overlay.items():
            needs, without = str(rule.get("where", "")), str(rule.get("unless", ""))
            wanted = not real.get(without) and (not needs or bool(real.get(needs)))
            if wanted and (key in real or key in schema):
                config[key] = self._ruled(key, rule)
        for key, value in self._given.items():
            full = key if ":" in key else f"{self.project}:{key}"
            config[full] = value
            self.overlaid.append(Overlaid(full, f"{value} (--config)"))
        return {key: value for key, value in config.items() if value is not None}

    def _without_secrets(self, path: str, value: Any, overlay: dict[str, Rule]) -> Any:
        if isinstance(value, dict) and set(value) == {"secure"}:
            return self._ruled(path, overlay.get(path, {"generate": "secret"}))
        if isinstance(value, dict):
            # The quoted form is what `pulumi config set --path` takes for names with dots.
            return {key: self._without_secrets(f'{path}["{key}"]', inner, overlay) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._without_secrets(f"{path}[{i}]", inner, overlay) for i, inner in enumerate(value)]
        return value

    def _ruled(self, path: str, rule: Rule) -> Any:
        if "value" in rule:
            if (self._real.get("config") or {}).get(path) != rule["value"]:
                self._note(path, str(rule["value"]))
            return rule["value"]
        match rule["generate"]:
            case "certificate":
                self._note(path, "a certificate of the sandbox's own authority")
                return self._certificate()[0].read_text()
            case "certificate key":
                self._note(path, "the key of that certificate")
                return self._secret(path, self._certificate()[1].read_text(), stable=True)
            case _:
                self._note(path, "a generated secret")
                return self._secret(path, self._beginning(rule) + secrets.token_urlsafe(32), stable=False)

    def _beginning(self, rule: Rule) -> str:
        beginning = rule.get("begins", "")
        return beginning if isinstance(beginning, str) else beginning[self.stack]

    def _note(self, path: str, instead: str) -> None:
        if all(item.key != path for item in self.overlaid):
            self.overlaid.append(Overlaid(path, instead))

    def _secret(self, path: str, value: str, *, stable: bool) -> dict[str, str] | None:
        digest = sha256(value.encode()).hexdigest() if stable else ""
        self._secrets[path] = (digest, value)
        found = self._sealed().get(path)
        return {"secure": found["secure"]} if found and found["of"] == digest else None

    def _sealed(self) -> dict[str, dict[str, str]]:
        sealed: dict[str, dict[str, str]] = {}
        if self._sealed_file.exists() and self._file.exists() and "encryptionsalt" in self._file.read_text():
            sealed = json.loads(self._sealed_file.read_text())
        return sealed

    def _certificate(self) -> tuple[Path, Path]:
        return certificate(self._home, self.stack)


def certificate(home: Home, stack: str) -> tuple[Path, Path]:
    """The files of the certificate that a stack without a domain imports, and of its key: of the sandbox's own authority."""
    return certificates.issue(home, f"stack-{stack}", dns_names=["*.sandbox.internal"])


def project_name(source: Path = PROJECT) -> str:
    """The project's name, under which Pulumi keeps its state."""
    return str(_load(source / "Pulumi.yaml", "the project's file")["name"])


def known(source: Path = PROJECT) -> str:
    """The stacks that exist, for messages."""
    names = sorted(path.stem.removeprefix("Pulumi.") for path in source.glob("Pulumi.*.yaml"))
    return f"the known stacks are {', '.join(names)}" if names else "there is no stack file at all"


def passphrase(home: Home) -> Path:
    """The file with the passphrase that seals every secret of this home; made when there is none, mode 0600."""
    path = home.root / "passphrase"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path


def _load(path: Path, hint: str) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RefusedError(f"{path.name} does not exist in {path.parent}; {hint}") from error
    except yaml.YAMLError as error:
        raise RefusedError(f"{path} is no YAML: {error}") from error
    return loaded or {}


def _dump(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(yaml.safe_dump(content, sort_keys=False, width=120), encoding="utf-8")
    draft.replace(path)
