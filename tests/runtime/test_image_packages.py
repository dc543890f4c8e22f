"""The image's packages: its requirements in an empty folder, and the functions' code with those alone."""

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.recording import DEVELOPMENT, PRODUCTION, record, run_program

PROJECT = Path(__file__).parents[2]
DOCKERFILE = PROJECT / "runtime" / "Dockerfile"
REQUIREMENTS = PROJECT / "runtime" / "requirements.txt"
# Debian trixie has glibc 2.41; uv's nearest older one is this.
PLATFORMS = {"arm64": "aarch64-manylinux_2_40", "x86_64": "x86_64-manylinux_2_40"}
UV = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--no-config"]
LOCKED = ["--require-hashes", "--only-binary", ":all:", "-r", str(REQUIREMENTS)]


@dataclass(frozen=True)
class Image:
    """What of the image can be had without building it: the folder of its packages and that of its code."""

    packages: Path
    code: Path

    def python(self, program: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the code's folder with the standard library and the packages, and no other module of this machine."""
        alone = f"import sys; sys.path += ['.', {str(self.packages)!r}]; exec({program!r})"
        command = [sys.executable, "-I", "-S", "-c", alone]
        return subprocess.run(command, cwd=self.code, env={}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    made = Image(tmp_path_factory.mktemp("packages"), tmp_path_factory.mktemp("app"))
    subprocess.run([*UV, "--python", sys.executable, "--target", str(made.packages), *LOCKED], check=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(PROJECT / "runtime", made.code / "runtime", ignore=ignored)
    return made


@pytest.fixture(scope="module")
def handlers() -> set[str]:
    """The handler of every function that a stack declares."""
    commands: list[list[str]] = []
    # ECS asks no hook in a rolling deployment, so its gate has a door of its own.
    rolling = {**PRODUCTION, "deploymentStrategy": "ROLLING"}
    for configuration, stack in ((DEVELOPMENT, "development"), (PRODUCTION, "production"), (rolling, "production")):
        functions = record(run_program, configuration, stack).all("aws:lambda/function:Function")
        commands += [function.inputs["imageConfig"]["commands"] for function in functions]
    assert all(len(command) == 1 for command in commands)
    return {command[0] for command in commands}


def test_every_function_that_the_stack_declares_finds_its_handler_with_the_images_packages_alone(
    image: Image, handlers: set[str]
) -> None:
    assert {"runtime.backups.handler.handle", "runtime.database_roles.handler.handle"} <= handlers
    for handler in sorted(handlers):
        module, _, name = handler.rpartition(".")
        # As awslambdaric splits it, which is the image's entry point.
        found = image.python(
            f"import awslambdaric, importlib; assert callable(importlib.import_module({module!r}).{name})"
        )
        assert found.returncode == 0, f"{handler}: {found.stderr}"


def test_every_handler_of_the_runtime_is_declared_by_the_stack(handlers: set[str]) -> None:
    there = {
        ".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in PROJECT.glob("runtime/**/handler.py")
    }
    assert there == {handler.rpartition(".")[0] for handler in handlers}


def test_every_module_of_the_runtime_can_be_imported_with_the_images_packages_alone(image: Image) -> None:
    paths = [path.relative_to(PROJECT).with_suffix("") for path in (PROJECT / "runtime").rglob("*.py")]
    modules = sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)
    assert "runtime.backups.__main__" in modules
    tried = image.python(f"import importlib\nfor name in {modules!r}: importlib.import_module(name)")
    assert tried.returncode == 0, tried.stderr


def test_nothing_of_this_machine_helps_the_images_packages(image: Image) -> None:
    stranger = image.python("import pytest")
    assert "No module named 'pytest'" in stranger.stderr
    without = Image(packages=image.code / "nothing", code=image.code)
    assert "No module named" in without.python("import runtime.backups.handler").stderr


def test_the_images_own_check_imports_every_handler(image: Image, handlers: set[str]) -> None:
    (check,) = [line for line in DOCKERFILE.read_text().splitlines() if "importlib" in line]
    program = shlex.split(check)[-1]
    modules = {handler.rpartition(".")[0] for handler in handlers}
    seen = image.python(f"{program}\nimport sys\nassert {modules!r} <= set(sys.modules), sorted(sys.modules)")
    assert seen.returncode == 0, seen.stderr
    (image.code / "runtime" / "broken").mkdir()
    (image.code / "runtime" / "broken" / "handler.py").write_text("import pytest\n")
    try:
        assert "No module named 'pytest'" in image.python(program).stderr
    finally:
        shutil.rmtree(image.code / "runtime" / "broken")


@pytest.mark.parametrize("architecture", PLATFORMS)
def test_every_package_is_there_as_a_wheel_for_the_images_python_on_each_processor(
    architecture: str, tmp_path: Path
) -> None:
    base = re.search(r"^FROM python:(3\.\d+)\.", DOCKERFILE.read_text(), re.MULTILINE)
    assert base is not None
    place = ["--python-version", base[1], "--python-platform", PLATFORMS[architecture], "--target", str(tmp_path)]
    said = subprocess.run([*UV, "--dry-run", *place, *LOCKED], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
