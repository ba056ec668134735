"""Ways to write a report down; each takes one and gives a text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from modelcheck.regression.report import Report

FORMATS: Final = ("table", "json", "junit", "sarif", "ktap", "markdown")
"""Each is the function ``write`` in the module of its name here."""


def formatted(report: Report, shape: str) -> str:
    """``report`` as a text of one of `FORMATS`."""
    write: Callable[[Report], str] = import_module(f"modelcheck.regression.formats.{shape}").write
    return write(report)
