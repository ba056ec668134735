"""What a trace file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from modelcheck.program.ir import Source
from modelcheck.solve.result import Execution

VERSION: Final = 1
"""Version of the file format; it goes up when an older reader could misunderstand a file."""


@frozen
class SourceText:
    """What is kept of a source: SHA-256 of its text, and the lines that the execution ran, by number from 1."""

    digest: str
    lines: Mapping[int, str]


@frozen
class Trace:
    """One failing execution, and where it comes from.

    Attributes:
        tool: name and version of what wrote it.
        spec, scenario, variant, model: what was checked.
        property, message, source, stack: what failed, and where; as in `Result`.
        unroll, recursion: the bounds within which it was found.
        sources: by the name that `Source.file` gives.
        execution: events, relations and objects.
    """

    tool: str
    spec: str
    scenario: str
    variant: str
    model: str
    property: str
    message: str
    source: Source | None
    stack: tuple[Source, ...]
    unroll: int
    recursion: int
    sources: Mapping[str, SourceText]
    execution: Execution
