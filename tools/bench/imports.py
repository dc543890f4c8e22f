"""How long the project's modules take to import, against the libraries that they import."""

import importlib
import json
import sys
import time
from collections.abc import Iterator
from types import ModuleType

from sandbox.home import PROJECT
from tools.bench.processes import answer
from tools.bench.ratios import Measure, Side, measured

OWN = frozenset({"infra", "runtime"})
PROGRAM = "infra.stack"
AGAINST = "its libraries alone"
# A hook that is cold answers ECS that much later; what our own code adds to that stays small.
HANDLER_TARGET = 1.3


def entrances() -> list[str]:
    """The modules whose import somebody waits for: the program, and every function's handler."""
    handlers = sorted((PROJECT / "runtime").rglob("handler.py"))
    return [PROGRAM, *(".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in handlers)]


def measures(pairs: int) -> Iterator[Measure]:
    """One measure for each entrance."""
    for entrance in entrances():
        libraries = answer(["-m", "tools.bench.imports", "libraries", entrance])["modules"]
        modules = {Side.OURS: [entrance], Side.BASELINE: libraries}

        def seconds(side: Side, modules: dict[Side, list[str]] = modules) -> float:
            return float(answer(["-m", "tools.bench.imports", "time", *modules[side]])["seconds"])

        # The first runs write what Python compiles.
        for side in Side:
            seconds(side)
        target = None if entrance == PROGRAM else HANDLER_TARGET
        yield Measure(name=f"import of {entrance}", against=AGAINST, pairs=measured(seconds, pairs), target=target)


def libraries(entrance: str) -> list[str]:
    """What the import of a module loads that is neither the project's own nor there before, in the order of its beginning."""
    before = set(sys.modules)
    importlib.import_module(entrance)
    loaded = [name for name, module in sys.modules.items() if name not in before and _is_loaded(module)]
    return [name for name in loaded if name.partition(".")[0] not in OWN and _is_importable(name)]


def _is_importable(name: str) -> bool:
    """Whether a name can be imported; some libraries put names of their own into `sys.modules`."""
    return getattr(sys.modules[name], "__spec__", None) is not None and sys.modules[name].__spec__.name == name  # type: ignore[union-attr]  # asked for first


def _is_loaded(module: ModuleType) -> bool:
    """pulumi_aws enters all its modules as lazy ones, which are loaded when they are touched; asking for the type touches nothing."""
    return type(module).__name__ != "_LazyModule"


def seconds(modules: list[str]) -> float:
    """The processor's time for the import of these modules, with lazy ones loaded: what else the machine does is not in it."""
    started = time.process_time()
    for name in modules:
        load(name)
    return time.process_time() - started


def load(name: str) -> None:
    """Import a module so that its code runs. Those of pulumi_aws are lazy: asking one for an attribute that is not its own runs it."""
    hasattr(importlib.import_module(name), "_")


def main(arguments: list[str]) -> int:
    """The child's side of a measurement."""
    command, *modules = arguments
    found = {"modules": libraries(modules[0])} if command == "libraries" else {"seconds": seconds(modules)}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
