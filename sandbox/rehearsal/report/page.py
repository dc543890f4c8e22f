"""The report as one HTML file, for light and dark screens: no script, and nothing from outside, which its own policy also forbids."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.rehearsal.report import words
from sandbox.rehearsal.report.plots import figure

TEMPLATES = Path(__file__).with_name("templates")


def page(document: Mapping[str, Any]) -> str:
    """The whole page of this document. Whatever its texts hold is text there: everything is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "count": words.count,
        "latency": words.latency,
        "moment": words.moment,
        "measure": words.measure,
        "printable": words.printable,
    }
    return environment.get_template("page.html").render(document=document, figure=figure)
