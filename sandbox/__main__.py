"""`python -m sandbox`: the commands of the embedded cloud."""

import argparse
import importlib
import sys

from rich.console import Console

from sandbox.cloud.errors import CloudError
from sandbox.engine.errors import RefusedError, SandboxError
from sandbox.engine.run import FailedError, StoppedError
from sandbox.home import Home

COMMANDS = {
    "up": "deploy a stack onto the embedded cloud",
    "preview": "show what a deployment would change",
    "refresh": "find what was changed behind Pulumi's back",
    "down": "remove everything, count what is left, end the cloud",
    "invoke": "run a deployed function",
    "status": "say what runs and what exists",
    "reset": "forget a dead cloud: its state and its processes",
    "rehearse": "rehearse deployments on real traffic, on a stack of its own",
    "gaps": "list where the embedded cloud keeps less than AWS does",
}
# What a shell expects: 0 done, 1 failed, 2 refused before anything changed, 128 + the signal's number when interrupted.
FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    options = _parsed(arguments)
    console, home = Console(soft_wrap=True, emoji=False), Home.current()
    try:
        code: int = importlib.import_module(f"sandbox.commands.{options.command}").run(home, console, options)
    except FailedError:
        code = FAILED
    except StoppedError as error:
        code = _told(error, INTERRUPTED)
    except RefusedError as error:
        code = _told(error, REFUSED)
    except (SandboxError, CloudError) as error:
        code = _told(error, FAILED)
    except OSError as error:
        code = _told(SandboxError(f"{error.filename or home.root}: {error.strerror or error}"), FAILED)
    except KeyboardInterrupt:
        code = INTERRUPTED
    return code


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="The embedded cloud and what is deployed on it."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        importlib.import_module(f"sandbox.commands.{name}").arguments(command)
    return parser.parse_args(arguments)


def _told(error: Exception, code: int) -> int:
    Console(stderr=True, emoji=False).print(
        f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True
    )
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
