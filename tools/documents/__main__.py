"""`python -m tools.documents --write` writes every generated document; without the option it says which are out of date."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
WRITERS = (
    "infra.settings_reference",
    "infra.outputs_reference",
    "tools.architecture",
    "tools.costs",
    "tools.documents.stages",
)


def main(arguments: Sequence[str]) -> int:
    """Run every writer in a process of its own, because some load the program anew; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.documents", description="The generated documents")
    parser.add_argument("--write", action="store_true", help="write what is out of date")
    options = ["--write"] if parser.parse_args(arguments).write else []
    codes = [
        subprocess.run([sys.executable, "-m", writer, *options], cwd=PROJECT, check=False).returncode
        for writer in WRITERS
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
