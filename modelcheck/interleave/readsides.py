"""Read-side sections of RCU and SRCU: which a thread is in, where it has entered them, and which one it leaves."""

from __future__ import annotations

from typing import Final

from modelcheck.interleave.cookies import cookies_of
from modelcheck.interleave.local import Local, Sections
from modelcheck.interleave.state import Slots
from modelcheck.program.ir import LockUse, Program, Source
from modelcheck.program.thread import Halting

RCU: Final = -1
"""Number of the RCU read-side sections; those of an SRCU structure have its address."""

NOT_KNOWN: Final = "which of several SRCU sections ends here is not known to the explorer"

UNSURE: Final = -2
"""Stands among the sections of a thread, with the place of an end of which it is not known what it has ended."""

Opener = tuple[Source, tuple[Source, ...], LockUse | None]
"""What opens a section: where, its call sites, and what else is switched off by it."""


class ReadSides:
    """Numbers for the kinds of sections, and for the places that open them, as they turn up.

    Args:
        program: whose cookies say which section an end of SRCU means.
        slots: numbers of what steps depend on.
        strict: whoever leaves a section that it is not in has gone wrong.
    """

    def __init__(self, program: Program, slots: Slots, strict: bool) -> None:
        self._strict = strict
        self.cookies = cookies_of(program)
        self._slots = slots
        self._kinds: dict[int, int] = {}
        self._openers: list[Opener] = []
        self._numbers: dict[Opener, int] = {}

    def mark(self, kind: int) -> int:
        """The slot that stands for the sections of ``kind``: `RCU`, or the address of an SRCU structure."""
        slot = self._slots.other("sections", kind)
        self._kinds[slot] = kind
        return slot

    def entered(self, sections: Sections, mark: int, opener: Opener) -> Sections:
        """``sections`` and one more, of kind ``mark``, that ``opener`` has opened."""
        kind = self._kinds[mark]
        place = self._number(opener)
        taken = {number for one, _, number in sections if one == kind}
        # Of RCU the outermost counts alone.
        number = 0 if kind == RCU else next(number for number in range(len(taken) + 1) if number not in taken)
        return (*sections, (kind, place, number))

    def outside(self, sections: Sections) -> bool:
        """Whether none of ``sections`` was begun by rcu_read_lock()."""
        return all(one != RCU or self._openers[place][2] is not None for one, place, _ in sections)

    def without(self, sections: Sections, lock: LockUse | None) -> Sections:
        """``sections`` after the end of the last of RCU that switches off what ``lock`` says, or else of any of RCU."""
        kind = None if lock is None else lock.kind
        found = [index for index, (one, _, _) in enumerate(sections) if one == RCU]
        like = [index for index in found if self._switches(sections[index][1]) == kind]
        for index in (like or found)[-1:]:
            return (*sections[:index], *sections[index + 1 :])
        return sections

    def _switches(self, place: int) -> str | None:
        lock = self._openers[place][2]
        return None if lock is None else lock.kind

    def _number(self, opener: Opener) -> int:
        place = self._numbers.setdefault(opener, len(self._openers))
        if place == len(self._openers):
            self._openers.append(opener)
        return place

    def left(self, sections: Sections, mark: int, number: int) -> Sections:
        """``sections`` without those of kind ``mark`` with ``number``."""
        ended = self._kinds[mark], number
        return tuple(one for one in sections if (one[0], one[2]) != ended)

    def inside(self, local: Local, mark: int) -> tuple[int, ...]:
        """The sections of kind ``mark`` that the thread of ``local`` is in; those of RCU count as one."""
        kind = self._kinds[mark]
        numbers = tuple(number for one, _, number in local.own.sections if one == kind)
        return numbers[:1] if kind == RCU else numbers

    def endable(self, local: Local, mark: int) -> Source | None:
        """Where the thread of ``local`` has entered a section of kind ``mark`` that others may end, if it is in one."""
        places = [self._openers[place][0] for kind, place, _ in local.own.sections if kind == self._kinds[mark]]
        return next((source for source in places if source in self.cookies.handed_on), None)

    def left_open(self, sections: Sections) -> Opener | None:
        """What has opened the first of ``sections`` that its thread may not end in."""
        openers = (self._openers[place] for kind, place, _ in sections if kind != UNSURE)
        return next((one for one in openers if one[2] is None and one[0] not in self.cookies.handed_on), None)

    def doubted(self, sections: Sections, end: Source) -> Sections:
        """``sections``, one of which has ended at ``end``, and perhaps another one than was thought."""
        if any(kind == UNSURE for kind, _, _ in sections):
            return sections
        return (*sections, (UNSURE, self._number((end, (), None)), 0))

    def doubtful(self, sections: Sections) -> Source | None:
        """Where a section has ended and it is not known which, if so."""
        return next((self._openers[place][0] for kind, place, _ in sections if kind == UNSURE), None)

    def ended_by(self, local: Local, end: Source) -> tuple[int | None, bool]:
        """The number of the section that srcu_read_unlock() at ``end`` ends in this thread, by whose cookie it gives,
        and whether it may be another: several may be meant, or what is none of a section that is stored.

        Raises Halting where that matters to who waits for it.
        """
        cookies = self.cookies
        given = cookies.given.get(end, frozenset())
        loaded = end in cookies.loaded
        if loaded:
            given |= cookies.stored
        meant = [
            (number, self._openers[opener][0])
            for kind, opener, number in local.own.sections
            if kind == local.address and self._openers[opener][0] in given
        ]
        unsure = self._strict and self.doubtful(local.own.sections) is not None
        if not meant and unsure:
            # How many are left says whether all have ended.
            meant = [
                (number, source)
                for kind, opener, number in local.own.sections
                if kind == local.address and (source := self._openers[opener][0]) not in cookies.handed_on
            ]
        if not meant:
            return None, False
        number, source = meant[-1]
        unsure = unsure or len(meant) > 1 or (loaded and source not in cookies.stored)
        if unsure and cookies.awaited:
            raise Halting(NOT_KNOWN, end)
        return number, unsure and self._strict


def open_sections(sections: Sections) -> int:
    """How many sections of RCU are open."""
    return sum(one == RCU for one, _, _ in sections)
