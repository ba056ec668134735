"""The litmus front end: C litmus tests, as herd7 reads them, become programs with a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from modelcheck.errors import InputError
from modelcheck.frontend.litmus.build import read_tests
from modelcheck.frontend.litmus.primitives import Macros
from modelcheck.frontend.litmus.scan import Text
from modelcheck.frontend.litmus.test import LitmusTest, LitmusThread, Place
from modelcheck.reading import file_content

__all__ = ["LitmusTest", "LitmusThread", "Macros", "Place", "parse_litmus", "read_litmus"]

BATCH = 32
"""Tests that clang parses at a time: starting it costs as much as parsing a dozen of them."""


def parse_litmus(text: str, file: str, macros: Macros | None = None) -> LitmusTest:
    """The litmus test in ``text``, shown as ``file``; ``macros`` are the primitives, where they are not ours.

    Raises:
        InputError: it is none, or uses what does not exist; with file, line and column.
    """
    (found,) = read_tests([Text(file, text)], macros)
    if isinstance(found, InputError):
        raise found
    return found


def read_litmus(
    paths: Iterable[Path], batch: int = BATCH, macros: Macros | None = None
) -> Iterator[tuple[Path, LitmusTest | InputError]]:
    """Read files, ``batch`` at a time; each comes with its test or with what is wrong with it, in order.

    ``macros`` are the primitives, where they are not ours.
    """
    remaining = iter(paths)
    while group := list(islice(remaining, batch)):
        found: dict[Path, LitmusTest | InputError] = {}
        texts: list[tuple[Path, Text]] = []
        for path in group:
            try:
                texts.append(
                    (
                        path,
                        Text(str(path), file_content(path, "this file cannot be read").decode("utf-8-sig", "replace")),
                    )
                )
            except InputError as error:
                found[path] = error
        found.update(zip((path for path, _ in texts), read_tests([text for _, text in texts], macros), strict=True))
        yield from ((path, found[path]) for path in group)
