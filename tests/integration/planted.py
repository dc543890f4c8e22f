"""Looks for secrets where they must not be, in every form in which text carries them on."""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

# A shorter value would be found by chance.
LEAST_LENGTH = 8
# Where a home keeps secrets on purpose: the passphrase, private keys, PostgreSQL's own files and what is encrypted.
KEEPERS = ("passphrase", "tls", "postgres")


def forms(secret: str) -> Iterator[str]:
    """The text that gives a secret away: itself, escaped, quoted, in hexadecimal digits, and in base64 wherever it begins."""
    lines = [line for line in secret.splitlines() if len(line) >= LEAST_LENGTH and not line.startswith("-----")]
    for line in lines:
        yield line
        yield json.dumps(line)[1:-1]
        yield json.dumps(line, ensure_ascii=False)[1:-1]
        yield quote(line, safe="")
        yield line.encode().hex()
        for offset in range(3):
            # The letters that depend on the bytes before and behind are cut off.
            encoded = base64.b64encode(b"\0" * offset + line.encode()).decode().rstrip("=")
            core = encoded[(0, 2, 3)[offset] : -1]
            if len(core) >= LEAST_LENGTH:
                yield core
                yield core.replace("+", "-").replace("/", "_")


def found(secrets: Mapping[str, str], texts: Mapping[str, str]) -> list[str]:
    """Which secret stands in which text; neither the secret nor the text is told, so that a failing test gives nothing away."""
    return sorted(
        f"{name} in {where}"
        for name, secret in secrets.items()
        for where, text in texts.items()
        if any(form in text for form in set(forms(secret)))
    )


def files(home: Path) -> dict[str, str]:
    """Everything that a home holds beside its keepers: state, names, stack files, logs, functions and their files."""
    kept = [path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink()]
    return {
        str(path.relative_to(home)): path.read_bytes().decode(errors="replace")
        for path in kept
        if path.relative_to(home).parts[0] not in KEEPERS and path.suffix not in {".so", ".pyc"}
    }
