"""The program that Pulumi runs: settings, stack, outputs."""

import sys
from pathlib import Path

PROJECT = str(Path(__file__).resolve().parents[1])
if PROJECT not in sys.path:
    sys.path.insert(0, PROJECT)

from infra import settings, stack  # noqa: E402 - the project's root has to be found first

stack.build(settings.load()).export()
