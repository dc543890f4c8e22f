"""Settings for one command alone, as `pulumi up --config` takes them."""

import argparse


def argument(parser: argparse.ArgumentParser) -> None:
    """Have the parser take `--config KEY=VALUE`, as often as it is given; `config` is then a list of pairs."""
    parser.add_argument(
        "--config",
        "-c",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        type=_pair,
        help="a setting to use this once in place of the stack file's (no secret: it is shown)",
    )


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no KEY=VALUE, such as applicationTasks=2")
    return key, value
