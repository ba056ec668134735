"""Words that say of a lock, a work item or the like that it is in use, where that is to be initialised or destroyed."""

from __future__ import annotations

from typing import Final

from modelcheck.interleave.state import Slots
from modelcheck.program import holding
from modelcheck.program.expr import Value
from modelcheck.program.ir import LockUse, Rmw, Store

COPIED: Final = "{}, or what its word holds has been copied there"
"""Why it is not known whether what is initialised is in use, by what is wrong if it is."""


class InUse:
    """What assignments and operations may have made of words, on whichever way was looked at.

    Args:
        slots: with the initial contents of memory.
    """

    def __init__(self, slots: Slots) -> None:
        # Bytes that have got what is not 0 by an assignment; words that an operation may have changed that is nobody's
        # taking of a lock.
        self._assigned = {
            at
            for address, (size, value) in slots.initial.contents.items()
            if value and address not in slots.operated
            for at in range(address, address + size)
        }
        self._operated = set(slots.operated)

    def changes(self, what: Store | Rmw, address: int, value: Value = 0) -> None:
        """Note that ``what`` may change the word at ``address``; a store to ``value``."""
        if isinstance(what, Rmw):
            self._operated.update((address,) if what.lock is None else ())
        elif value and what.lock is None and not what.unlock:
            self._assigned.update(range(address, address + what.size))

    def tells(self, lock: LockUse, address: int, held: bool, value: Value) -> bool | None:
        """Whether what ``lock`` initialises or destroys is in use, where its word holds ``value``; None: not known.

        Args:
            held: some thread has taken it, and not given it back.
        """
        if held or holding.idle(value):
            return held
        if address not in self._assigned:
            return True
        return None if not lock.owned or address in self._operated else False
