from pathlib import Path

import pytest

from tools.prepare import environment, places


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a path with spaces whose lock is empty, so that it installs in seconds and without a network."""
    project = tmp_path / "a project"
    project.mkdir()
    lock = project / "requirements-development.txt"
    lock.write_text("# nothing\n")
    monkeypatch.setattr(places, "PROJECT", project)
    monkeypatch.setattr(places, "ENVIRONMENT", project / ".venv")
    monkeypatch.setattr(places, "PYTHON", project / ".venv" / "bin" / "python")
    monkeypatch.setattr(places, "LOCK", lock)
    monkeypatch.setattr(environment, "STAMP", project / ".venv" / ".installed")
    return lock


def test_it_is_made_once_and_anew_when_the_lock_changes(lock: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert environment.prepare().is_file()
    assert "Installing" in capfd.readouterr().err
    environment.prepare()
    assert capfd.readouterr().err == ""

    lock.write_text("# something else\n")

    assert not environment.ready()
    environment.prepare()
    assert "Installing" in capfd.readouterr().err
    assert environment.ready()


def test_it_is_not_ready_when_it_was_interrupted_moved_or_its_python_is_gone(
    lock: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = environment.prepare()
    stamp = environment.STAMP.read_text()

    environment.STAMP.unlink()
    assert not environment.ready(), "an installation that did not end leaves no stamp"

    environment.STAMP.write_text(stamp)
    assert environment.ready()
    with monkeypatch.context() as moved:
        moved.setattr(places, "PROJECT", tmp_path / "elsewhere")
        assert not environment.ready(), "its scripts carry the old path"

    python.unlink()
    assert not environment.ready(), f"{python} is gone"
    assert lock.exists()
