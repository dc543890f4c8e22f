"""`python -m tests.integration.consumer HOME JOBR_STACK`: runs examples/consumer on a home's embedded cloud and prints its outputs, or its error.

A process of its own, because Pulumi's SDK keeps the state of a program in the process.
"""

import json
import runpy
import sys
from pathlib import Path

from pulumi.automation import ConfigValue
from pulumi.automation.errors import CommandError

from sandbox.engine import preflight
from sandbox.engine.cli import Interrupts
from sandbox.engine.workspace import open_stack
from sandbox.home import PROJECT, Home

SOURCE = PROJECT / "examples" / "consumer"
STACK = "reports-development"


def program() -> None:
    """The example, as `pulumi up` runs it."""
    runpy.run_path(str(SOURCE / "__main__.py"), run_name="__main__")


def main(arguments: list[str]) -> int:
    """Up, its outputs as JSON, and down again; 1 with the error when the up fails."""
    home, jobr_stack = Home(Path(arguments[0])), arguments[1]
    preflight.pin(home)
    with Interrupts(print) as interrupts:
        stack = open_stack(home, STACK, interrupts, program=program, source=SOURCE).stack
        stack.set_config("reports:jobrStack", ConfigValue(jobr_stack))
        try:
            outputs = stack.up(color="never").outputs
        except CommandError as error:
            sys.stderr.write(str(error))
            return 1
        finally:
            stack.destroy(color="never")
        sys.stdout.write(json.dumps({name: output.value for name, output in outputs.items()}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
