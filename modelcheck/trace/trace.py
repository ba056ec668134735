"""What a trace file holds."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import field, frozen

from modelcheck.cat import BUILT_IN
from modelcheck.errors import InputError
from modelcheck.program.ir import Source
from modelcheck.reading import C_FILES
from modelcheck.solve.result import Execution
from modelcheck.trace.judged import Judged

VERSION: Final = 2
"""Version of the file format; it goes up when an older reader could misunderstand a file."""


@frozen
class SourceText:
    """What is kept of a source: SHA-256 of its text, and the lines that the execution ran, by number from 1."""

    digest: str
    lines: Mapping[int, str]


@frozen
class Setting:
    """What was checked beside the sources.

    Attributes:
        origin: the folder of the spec, or the lone C file, as a path that the command line gave; empty: not known.
        engine: which engine found the failure, ``z3`` or ``interleave``.
        properties: those that were looked at, sorted; none: not known.
        init, final: the functions that run before and after all threads, where there are such.
        threads: the threads' functions; none: the sources' own ``main()`` runs.
        macros: those defined for the compiler.
    """

    origin: str = ""
    engine: str = "z3"
    properties: tuple[str, ...] = ()
    init: str | None = None
    threads: tuple[str, ...] = ()
    final: str | None = None
    macros: Mapping[str, str] = field(factory=dict)


@frozen
class Trace:
    """One failing execution, and where it comes from.

    Attributes:
        tool: name and version of what wrote it.
        spec, scenario, variant, model: what was checked; a model is a built-in name, or a path as the spec writes it.
        property, message, source, stack: what failed, and where; as in `Result`.
        unroll, recursion: the bounds within which it was found.
        sources: by the name that `Source.file` gives.
        execution: events, relations and objects.
        setting: what else was checked.
        judged: what the model says of the execution.
        minimised: what was dropped when the execution was cut down to what matters, a sentence each.
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
    setting: Setting = field(factory=Setting)
    judged: Judged = field(factory=Judged)
    minimised: tuple[str, ...] = ()


def model_place(trace: Trace) -> str:
    """What to load for the model of ``trace``: a path is seen from where its spec was, else from here.

    Raises `InputError` for what is neither built in nor a ``.cat`` file that is there: the name is whoever's who wrote
    the trace, and need not be one to be opened.
    """
    if trace.model in BUILT_IN:
        return trace.model
    origin = Path(trace.setting.origin)
    for place in ((origin.parent if origin.suffix in C_FILES else origin) / trace.model, Path(trace.model)):
        with suppress(OSError, ValueError):
            if place.suffix == ".cat" and place.is_file():
                return str(place)
    raise InputError(f"its memory model '{trace.model[:80]}' is not there")
