"""The program against one with no logic: preview and unchanged `up`, each on an embedded account of its own."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.home import Home
from tools.bench.processes import MeasuringError, answer, command
from tools.bench.ratios import Measure, Side, measured

# Operations plan: a program must not cost more than a sixth beyond what it declares.
TARGET = 1.15
OPERATIONS = {"preview": "preview, nothing to change", "up": "up, nothing to change"}
PROGRAMS = {Side.OURS: "real", Side.BASELINE: "flat"}
AGAINST = "the same resources registered with no logic"


def measures(stack: str, pairs: int, say: Callable[[str], None]) -> Iterator[Measure]:
    """Deploy the stack twice, record what the program registers, then run both programs in turn.

    Raises:
        MeasuringError: a run failed, or changed something, so that the times would compare different work.
    """
    with _homes() as homes:
        say(f"Deploying the stack {stack} on two embedded accounts (minutes)")
        with ThreadPoolExecutor(len(homes)) as pool:
            list(
                pool.map(
                    lambda home: command(["up", "--stack", stack], {"SANDBOX_HOME": str(home.root)}), homes.values()
                )
            )
        recorded = _run(homes[Side.BASELINE], stack, "preview", "record")
        for operation, name in OPERATIONS.items():
            say(f"{name}: {pairs} pairs")
            for side, home in homes.items():
                _same(_run(home, stack, operation, PROGRAMS[side]), recorded)

            def seconds(side: Side, operation: str = operation) -> float:
                found = _run(homes[side], stack, operation, PROGRAMS[side])
                _same(found, recorded)
                return float(found["seconds"])

            resources = recorded["counts"]["unchanged"]
            yield Measure(
                name=f"{name} ({stack}, {resources} resources)",
                against=AGAINST,
                pairs=measured(seconds, pairs),
                target=TARGET,
            )


@contextmanager
def _homes() -> Iterator[dict[Side, Home]]:
    with tempfile.TemporaryDirectory(prefix="jobr-bench-") as folder:
        homes = {side: Home(Path(folder).resolve() / side.value) for side in Side}
        try:
            yield homes
        finally:
            for home in homes.values():
                command(["reset", "--force"], {"SANDBOX_HOME": str(home.root)})


def _run(home: Home, stack: str, operation: str, program: str) -> dict[str, Any]:
    environment = {"SANDBOX_HOME": str(home.root)}
    return answer(["-m", "tools.bench.one_run", str(home.root), stack, operation, program], environment)


def _same(found: dict[str, Any], recorded: dict[str, Any]) -> None:
    if found["counts"] != recorded["counts"] or set(found["counts"]) != {"unchanged"}:
        raise MeasuringError(
            f"a run did not leave everything unchanged: {found['counts']}, recorded {recorded['counts']}"
        )
