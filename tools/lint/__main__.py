"""`make lint`: runs every check to its end, whatever the others find, and says how long each took."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.lint import locks, makefile, registries, secrets, shell
from tools.lint.files import PROJECT, LintError, project_files

PACKAGES = ("infra", "runtime", "policy", "sandbox", "tools", "tests", "examples")


def tool(*arguments: str) -> Callable[[], bool]:
    """A check by a ready-made tool of the environment."""
    command = [sys.executable, "-m", *arguments]
    return lambda: subprocess.run(command, cwd=PROJECT, check=False).returncode == 0


def own(check: Callable[[], Iterable[str]]) -> Callable[[], bool]:
    """A check of this package: it passes when it has no message."""

    def run() -> bool:
        try:
            messages = list(check())
        except LintError as error:
            messages = [str(error)]
        for message in messages:
            print(message.replace(f"{PROJECT}/", ""))
        return not messages

    return run


def checks() -> dict[str, Callable[[], bool]]:
    """Every check by its name."""
    packages = [name for name in PACKAGES if any(Path(PROJECT, name).glob("**/*.py"))]
    return {
        "ruff check": tool("ruff", "check", "--quiet", "."),
        "ruff format": tool("ruff", "format", "--quiet", "--diff", "."),
        "mypy": tool("mypy", *packages),
        "registry hosts": own(lambda: registries.check(project_files())),
        "secrets": own(lambda: secrets.check(project_files())),
        "locks": own(lambda: locks.check(PROJECT)),
        "shell scripts": own(lambda: shell.check(project_files())),
        "make help": own(lambda: makefile.check(PROJECT / "Makefile")),
    }


def main() -> int:
    """Runs all checks; 0 when all pass."""
    failed = []
    for name, check in checks().items():
        started = time.monotonic()
        passed = check()
        print(f"{'ok    ' if passed else 'FAILED'}  {name} ({time.monotonic() - started:.1f} s)", flush=True)
        if not passed:
            failed.append(name)
    if failed:
        print(f"make lint failed: {', '.join(failed)}. `ruff check --fix` and `ruff format` in .venv/bin mend much.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
