"""What the kernel calls an access with more order than it has, by what it is called in the source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from modelcheck.program.places import own_place
from modelcheck.solve.result import ExecutedEvent
from modelcheck.trace.trace import SourceText

_PLAIN: Final = ("READ_ONCE", "WRITE_ONCE", "ACCESS_ONCE")

_ACQUIRING: Final = {
    "atomic_read": "atomic_read_acquire",
    "atomic64_read": "atomic64_read_acquire",
    "atomic_long_read": "atomic_long_read_acquire",
    "refcount_read": "atomic_read_acquire",
    "test_bit": "test_bit_acquire",
}
_RELEASING: Final = {
    "atomic_set": "atomic_set_release",
    "atomic64_set": "atomic64_set_release",
    "atomic_long_set": "atomic_long_set_release",
    "refcount_set": "refcount_set_release",
    "clear_bit": "clear_bit_unlock",
    "__clear_bit": "__clear_bit_unlock",
    "rcu_init_pointer": "rcu_assign_pointer",
    "RCU_INIT_POINTER": "rcu_assign_pointer",
}
_RELAXED: Final = re.compile(r"((?:atomic(?:64|_long)?_)?(?:\w+_return|fetch_\w+|xchg|cmpxchg)\w*)_relaxed")


def acquiring(event: ExecutedEvent, sources: Mapping[str, SourceText]) -> str | None:
    """The name of the form that acquires of what does ``event``, a load; None where there is none."""
    return _form(event, sources, _ACQUIRING, "smp_load_acquire", "_acquire")


def releasing(event: ExecutedEvent, sources: Mapping[str, SourceText]) -> str | None:
    """The name of the form that releases of what does ``event``, a store; None where there is none."""
    return _form(event, sources, _RELEASING, "smp_store_release", "_release")


def _form(
    event: ExecutedEvent, sources: Mapping[str, SourceText], known: Mapping[str, str], plain: str, suffix: str
) -> str | None:
    name = called(event, sources)
    if name in known:
        return known[name]
    if (relaxed := _RELAXED.fullmatch(name)) is not None:
        return f"{relaxed[1]}{suffix}"
    simple = not name and "RMW" not in event.tags and event.tags <= {"ONCE"}
    own = own_place(event.source, event.stack) is event.source
    return plain if simple and own else None


def called(event: ExecutedEvent, sources: Mapping[str, SourceText]) -> str:
    """The function or macro that the user's source calls to do ``event``; empty for a plain access."""
    place = own_place(event.source, event.stack)
    text = sources.get(place.file)
    line = "" if text is None else text.lines.get(place.line, "")
    end = place.end_column - 1 if place.end_line == place.line else len(line)
    found = re.match(r"([A-Za-z_]\w*)\s*\(", line[place.column - 1 : max(end, place.column)])
    if found is None and place is not event.source:
        # The call is within what stands there.
        found = re.search(r"([A-Za-z_]\w*)\s*\(", line[place.column - 1 :])
    return "" if found is None or found[1] in _PLAIN else found[1]
