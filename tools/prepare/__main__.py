"""`python3 -m tools.prepare check|environment|pulumi|language-host|run ...`: see tools/README.md."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from tools.prepare import environment, prerequisites, pulumi
from tools.prepare.work import PreparationError, say


def main() -> int:
    """Runs one command; answers go to standard output, everything for people to standard error."""
    parser = argparse.ArgumentParser(
        prog="tools.prepare", description="Prepares what the project's commands need, once."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="list everything that this machine lacks")
    commands.add_parser("environment", help="make the virtual environment; prints its Python")
    commands.add_parser("pulumi", help="find or build the Pulumi CLI; prints its path")
    commands.add_parser("language-host", help="build the old Python language host; prints its folder")
    runner = commands.add_parser("run", help="prepare, then become the environment's Python with what follows --")
    runner.add_argument("--no-pulumi", action="store_true", help="the command needs no Pulumi CLI")
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    chosen = parser.parse_args(words[:end])
    # An end that is asked for runs the clean-up like Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with_cli = chosen.command not in {"environment", "language-host"} and not getattr(chosen, "no_pulumi", False)
    lacks = prerequisites.lacks(cli=with_cli, language_host=chosen.command == "language-host")
    if lacks:
        say("This machine is not ready yet:")
        for lack in lacks:
            say(f"  - {lack.problem}\n    {lack.mend}")
        return 1
    try:
        perform(chosen.command, with_cli=with_cli, arguments=words[end + 1 :])
    except PreparationError as error:
        say(f"Not prepared: {error}")
        return 1
    except KeyboardInterrupt:
        say("Interrupted: the next call begins anew what was not finished.")
        return 130
    return 0


def perform(command: str, *, with_cli: bool, arguments: list[str]) -> None:
    """Carries out a command on a machine that lacks nothing. `run` does not return."""
    if command == "environment":
        print(environment.prepare())
    elif command == "pulumi":
        print(pulumi.prepare())
    elif command == "language-host":
        print(pulumi.prepare_language_host())
    elif command == "run":
        python = str(environment.prepare())
        variables = dict(os.environ)
        if with_cli:
            variables["JOBR_PULUMI"] = str(pulumi.prepare())
        os.execve(python, [python, *arguments], variables)  # noqa: S606 - becomes the command: its signals and exit status are make's
    else:
        say("This machine has everything that is needed.")


if __name__ == "__main__":
    sys.exit(main())
