"""How the objects of bases are named (decision 17): the order of the manifests' names is the order of the bases."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote

_CHUNK = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})\.zst")


@dataclass(frozen=True)
class BaseFolder:
    """Where all bases of one database lie: the prefix of their keys, with a slash at its end."""

    prefix: str

    @classmethod
    def of(cls, prefix: str, database: str) -> Self:
        """The folder of a database under the prefix of bases, such as `database/`; a name's every character stays one harmless part of a key."""
        return cls(f"{prefix}{quote(database, safe='').replace('.', '%2E')}/")

    @property
    def chunks(self) -> str:
        """What the keys of all chunks begin with."""
        return f"{self.prefix}chunks/"

    @property
    def bases(self) -> str:
        """What the keys of all manifests begin with."""
        return f"{self.prefix}bases/"

    def manifest(self, moment: datetime, token: str) -> str:
        """The key of the manifest of a base begun at `moment`; `token` keeps two of the same moment apart."""
        stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return f"{self.bases}{stamp}-{token}/manifest.json"

    def chunk(self, sha256: str) -> str:
        """The key of the chunk whose raw bytes have this checksum (hexadecimal)."""
        return f"{self.chunks}{sha256[:2]}/{sha256}.zst"

    def sha256_of(self, key: str) -> str | None:
        """The checksum that a chunk's key says, None when it is no chunk's."""
        match = _CHUNK.fullmatch(key.removeprefix(self.chunks))
        return match[2] if match else None

    @classmethod
    def around(cls, manifest_key: str) -> Self:
        """The folder in which a manifest lies, by its key."""
        return cls(manifest_key.rpartition("bases/")[0])
