"""`make lock`: locks the requirements with hashes, for every platform and Python from 3.11 on."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DEVELOPMENT = "requirements-development.txt"
# Each source with its lock. Development includes the other two, and is held to their versions.
LOCKS = {
    "requirements.in": "requirements.txt",
    "runtime/requirements.in": "runtime/requirements.txt",
    "requirements-development.in": DEVELOPMENT,
}
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-annotate")


def main(arguments: list[str]) -> int:
    """Compiles every lock; more arguments, such as --upgrade, go to uv."""
    uv = Path(sys.executable).with_name("uv")
    for source, lock in LOCKS.items():
        sys.stderr.write(f"Locking {source} in {lock}.\n")
        held = [f"--constraints={other}" for other in LOCKS.values() if lock == DEVELOPMENT != other]
        command = [str(uv), "pip", "compile", "--quiet", *OPTIONS, *held, *arguments, "-o", lock, source]
        code = subprocess.run(command, cwd=PROJECT, check=False).returncode
        if code:
            sys.stderr.write(f"{source} could not be locked; uv's message stands above.\n")
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
