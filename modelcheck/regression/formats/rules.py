"""The properties as rules that others list: each with the condition under which it is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNDECIDED: Final = "unknown"
"""The rule of what is not known."""

MEANINGS: Final[Mapping[str, str]] = {
    "assertion": "assert() fails, or BUG_ON() and the like come true",
    "leak": "all threads have ended, and nothing leads to an object that was not freed, or to a page that is in use",
    "misidentified": "the code under check takes an object for what it is not, as the spec defines that",
    "use-after-scope": "an access reaches a local variable whose scope was left",
    "use-after-free": "an access reads what kfree() left, or writes after it",
    "double-free": "an object is freed twice, or a reference is dropped that nobody has",
    "bad-free": "what is freed is no allocated object, or is still in use",
    "list-corruption": "list_add() or list_del() finds neighbours that do not lead back",
    "race": "two accesses, one a plain one and one a write, are unordered by the memory model",
    "deadlock": "every thread has ended or waits, and one waits for what nobody will do any more",
    "counters": "a counter is not what the spec says that it must be",
    "null-dereference": "an access goes through NULL, or to a member of what is not there",
    "wild-pointer": "an access goes where no object is, through an error pointer, or writes to what is read-only",
    "out-of-bounds": "an access goes beside its object",
    "uninitialised": "a value is read that nobody has written",
    "lock-misuse": "a thread releases a lock or leaves a section that it does not hold, or ends within one",
    "undefined": "a division by zero, a shift too far and the like happen",
    "warning": "WARN_ON() or another of the kernel's warnings comes true",
    UNDECIDED: "a bound, a time limit or something that cannot be modelled was reached",
}
