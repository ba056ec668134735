"""Errors that a user can cause: one family, each with the place in the user's file."""

from __future__ import annotations


class InputError(Exception):
    """Something in the user's input is wrong.

    ``str(error)`` is the one line that the command line prints:
    ``file:line:column: what is wrong, and what to do`` with the parts that are known.

    Args:
        message: what is wrong and what to do, without a trailing newline.
        file: the file as the user named it, or None.
        line: line number from 1, or None.
        column: column number from 1, or None.
    """

    def __init__(
        self,
        message: str,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        super().__init__(message)

    def __str__(self) -> str:
        place = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message
