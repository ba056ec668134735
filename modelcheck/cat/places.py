"""Errors at a place in a cat file."""

from __future__ import annotations

from modelcheck.cat.syntax import Place
from modelcheck.errors import InputError


def wrong(message: str, at: Place) -> InputError:
    """What is wrong with the text at ``at``."""
    return InputError(message, at.file, at.line, at.column)


def not_supported(what: str, at: Place) -> InputError:
    """``what`` belongs to the language, but cannot be taken here."""
    return wrong(f"{what} is not supported", at)
