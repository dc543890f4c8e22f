"""How the objects of a backup are named: the order of the names is the order of the backups."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from runtime.common.errors import SettingsError

URL = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)")


@dataclass(frozen=True)
class BackupKeys:
    """The two objects of one backup. Without its manifest, a dump is no backup."""

    dump: str
    manifest: str


def new_backup(prefix: str, database: str, moment: datetime, token: str) -> BackupKeys:
    """The keys of a backup begun at `moment`; `token` keeps two of the same moment apart.

    The database's name is percent-encoded, full stops included, so that it is one harmless folder whatever it holds.
    """
    folder = quote(database, safe="").replace(".", "%2E")
    stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    backup = f"{prefix}{folder}/{stamp}-{token}"
    return BackupKeys(dump=f"{backup}/dump.zst", manifest=f"{backup}/manifest.json")


def split_url(url: str) -> tuple[str, str]:
    """Bucket and key of an `s3://bucket/key`. Raises SettingsError for anything else."""
    match = URL.fullmatch(url)
    if match is None:
        raise SettingsError(
            "The manifest's address is wrong", [f"{url!r} is not like s3://bucket/database/…/manifest.json"]
        )
    return match["bucket"], match["key"]
