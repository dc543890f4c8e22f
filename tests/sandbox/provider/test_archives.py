import io
import zipfile
from pathlib import Path

import pytest

from sandbox.provider.archives import ArchiveError, zipped
from sandbox.provider.values import ARCHIVE, ASSET, SIGNATURE, Archive


def contents(archive: Archive) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(zipped(archive))) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def folder(path: Path) -> Archive:
    return Archive({SIGNATURE: ARCHIVE, "path": str(path)})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source" / "package").mkdir(parents=True)
    (tmp_path / "source" / "main.py").write_text("main")
    (tmp_path / "source" / "package" / "inner.py").write_text("inner")
    return tmp_path / "source"


def test_a_folder_becomes_its_files(source: Path) -> None:
    assert contents(folder(source)) == {"main.py": "main", "package/inner.py": "inner"}


def test_a_zip_file_stays_as_it_is(tmp_path: Path, source: Path) -> None:
    file = tmp_path / "code.zip"
    file.write_bytes(zipped(folder(source)))
    assert zipped(folder(file)) == file.read_bytes()


def test_assets_stand_under_their_names(source: Path) -> None:
    text = Archive({SIGNATURE: ASSET, "text": "written"})
    file = Archive({SIGNATURE: ASSET, "path": str(source / "main.py")})
    archive = Archive({SIGNATURE: ARCHIVE, "assets": {"a.py": text, "b.py": file, "inside": folder(source)}})
    assert contents(archive) == {
        "a.py": "written",
        "b.py": "main",
        "inside/main.py": "main",
        "inside/package/inner.py": "inner",
    }


def test_equal_contents_give_equal_bytes(source: Path) -> None:
    first = zipped(folder(source))
    (source / "main.py").write_text("main")
    assert zipped(folder(source)) == first


def test_an_executable_stays_one(source: Path) -> None:
    (source / "main.py").chmod(0o755)
    with zipfile.ZipFile(io.BytesIO(zipped(folder(source)))) as file:
        assert file.getinfo("main.py").external_attr >> 16 & 0o111


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="none"):
        zipped(folder(tmp_path / "none"))
