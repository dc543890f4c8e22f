"""`pulumi up` needs what requirements.txt locks and nothing else: the functions' own packages stay in their image."""

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LOCK = PROJECT / "requirements.txt"
# Refuses the modules that it is given, as if their packages were not installed.
PROGRAM = """
import json, sys
absent = frozenset(json.loads(sys.argv[1]))
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import importlib
importlib.import_module(sys.argv[2])
"""


def _named(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _absent() -> list[str]:
    """Modules that are here for development or for the functions, and not where somebody installed requirements.txt."""
    locked = {_named(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(), re.MULTILINE)}
    by_module = {module: {_named(one) for one in ones} for module, ones in packages_distributions().items()}
    return sorted(module for module, ones in by_module.items() if not ones & locked)


def _imported(module: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, json.dumps(_absent()), module]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_the_program_is_imported_with_its_own_requirements_alone() -> None:
    assert {"boto3", "psycopg", "zstandard", "pytest"} <= set(_absent())
    tried = _imported("infra.stack")
    assert tried.returncode == 0, tried.stderr


def test_a_module_beyond_the_requirements_would_be_told() -> None:
    tried = _imported("runtime.backups.handler")
    assert tried.returncode != 0
    assert "No module named" in tried.stderr
