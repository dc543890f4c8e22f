"""The program that the engine runs: `infra/__main__.py`, as `pulumi up` would run it."""

import runpy
import sys
from pathlib import Path

from sandbox.home import PROJECT

MAIN = PROJECT / "infra" / "__main__.py"
# The packages whose modules must not survive from one run to the next: they may hold resources of the former.
_PACKAGES = ("infra", "runtime")


def program(main: Path = MAIN) -> None:
    """Declare the stack's resources. Fresh at each call: nothing is left of an earlier run in this process."""
    for name in [name for name in sys.modules if name.split(".")[0] in _PACKAGES]:
        del sys.modules[name]
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))
    runpy.run_path(str(main), run_name="__main__")
