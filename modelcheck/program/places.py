"""Where something happens, told so that a user finds it: by a line of their own also when it happens in our headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from attrs import evolve

from modelcheck.program.ir import Function, Layout, Source


def own_place(source: Source, stack: Sequence[Source]) -> Source:
    """The innermost place that is in a file of the user's: ``source``, or a call site around it in ``stack``.

    Headers of ours have names like ``<linux/list.h>``. Gives ``source`` where everything is in such.
    """
    return next((place for place in (source, *reversed(stack)) if not _ours(place)), source)


def inside(source: Source, stack: Sequence[Source]) -> str:
    """What `own_place` leaves out: ``put_page, <linux/gfp.h>:104``, the function of ours that the user calls there and
    the place within; empty when nothing is left out."""
    if not _ours(source) or own_place(source, stack) is source:
        return ""
    outermost = source
    for place in reversed(stack):
        if not _ours(place):
            break
        outermost = place
    return f"{outermost.function}, {source}" if outermost.function else str(source)


def told(source: Source, stack: Sequence[Source]) -> str:
    """Both as one text: ``mm/migrate.c:42 (in put_page, <linux/gfp.h>:104)``."""
    within = inside(source, stack)
    return f"{own_place(source, stack)} (in {within})" if within else str(source)


def start(function: Function, source: Source, stack: Sequence[Source]) -> tuple[Source, ...]:
    """What a thread has around its first call that `Spawn` at ``source``, called from ``stack``, starts in it.

    They tell where a thread of a header's, which no function of the user's may ever be in, comes from. None where it
    begins in a file of the user's.
    """
    return (*stack, evolve(source, starts=True)) if _ours(function.source) else ()


def within_thread(source: Source, stack: Sequence[Source]) -> tuple[Source, ...]:
    """The thread's own part of the way to ``source``: the call sites in ``stack`` behind its start, and ``source``."""
    begins = next((index for index in reversed(range(len(stack))) if stack[index].starts), -1)
    return (*stack[begins + 1 :], source)


UNTYPED: Final = "heap"
"""What an allocated object is called whose type is not known."""


def heap_name(layout: Layout | None, source: Source, stack: Sequence[Source] = ()) -> str:
    """What to call an object that is allocated at a place, by its type where that is known: ``vb@balloon.c:41``."""
    place = own_place(source, stack)
    kind = UNTYPED if layout is None else layout.type.removeprefix("struct ").removeprefix("union ").replace(" ", "")
    return f"{kind}@{PurePosixPath(place.file).name}:{place.line}"


def thread_called(function: str) -> str:
    """What a thread is called that starts in ``function``: for ``__mc_work_main``, which is ours, ``work``."""
    if not function.startswith("__mc_"):
        return function
    return function.removeprefix("__mc_").removesuffix("_main").replace("_", " ")


def _ours(place: Source) -> bool:
    return place.file.startswith("<")
