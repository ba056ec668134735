"""Small executions that a model is asked about: whether what lies around a release and an acquire stays in order."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

from modelcheck.cat import Candidate, Model
from modelcheck.program.ir import Tags

Access = tuple[str, Tags]
"""Kind (R or W) and tags."""


@frozen(cache_hash=True)
class Passage:
    """A way from a releasing write to an acquiring read-modify-write of one cell.

    Attributes:
        release: tags of the releasing write.
        releasing_read: tags of its read half, None for an unlocking store.
        acquire: tags of the acquiring read, and of its write half if it has one.
        between: a section that may lie between: its read, its write, and its unlocking store if it has one. None when
            the read reads from the releasing write itself.
    """

    release: Tags
    releasing_read: Tags | None
    acquire: tuple[Tags, Tags | None]
    between: tuple[Tags, Tags, Tags | None] | None


@lru_cache(maxsize=65536)
def forbids(model: Model, edge: str, one: Access, other: Access, passage: Passage) -> bool:
    """Whether ``model`` forbids ``edge`` from ``other``, behind the acquire, back to ``one``, before the release."""
    lengths = (False,) if passage.between is None else (False, True)
    return all(not model.allows(_shape(edge, one, other, (passage,), between)) for between in lengths)


@lru_cache(maxsize=64)
def overtaken(model: Model) -> bool:
    """Whether ``model`` lets a write be seen before a read ahead of it in program order is done (load buffering)."""
    return any(model.allows(_buffered(tags)) for tags in (frozenset[str](), frozenset({"ONCE"})))


def _buffered(tags: Tags) -> Candidate:
    """Two threads; each reads, with ``tags``, what the other writes behind its own read."""
    shape = _Shape()
    cells = shape.initial(), shape.initial()
    reads = [shape.event(thread, "R", tags, place=thread) for thread in (0, 1)]
    for thread in (0, 1):
        write = shape.event(thread, "W", frozenset({"ONCE"}), place=1 - thread)
        shape.reads(write, reads[1 - thread])
        shape.ordered([cells[1 - thread], write])
    return shape.candidate()


EDGES: tuple[tuple[str, str, str], ...] = (("rf", "R", "W"), ("co", "W", "W"), ("fr", "W", "R"))
"""Each edge that may lead back, with the kinds of the access that it leads to and of the one that it leads from."""

USUAL: tuple[Tags, ...] = (frozenset(), frozenset({"ONCE"}))
"""Tags of accesses that no order comes with."""


@lru_cache(maxsize=4096)
def orders(model: Model, passage: Passage) -> bool:
    """Whether ``model`` orders the usual accesses around ``passage``."""
    return all(
        forbids(model, edge, (kind, one), (other, two), passage)
        for edge, kind, other in EDGES
        for one in USUAL
        for two in USUAL
    )


@lru_cache(maxsize=4096)
def follow_on(model: Model, first: Passage, second: Passage) -> bool:
    """Whether ``model`` orders what lies around ``first`` and, behind its acquire, ``second``; and lets none of the two
    lead back to where the other begins."""
    joints = [False]
    if first.acquire == (second.releasing_read, second.release):
        joints.append(True)  # one read-modify-write may be both
    return not model.allows(_circle(first, second)) and not any(
        model.allows(_shape(edge, (kind, tags), (other, tags), (first, second), True, joint))
        for edge, kind, other in EDGES
        for tags in USUAL
        for joint in joints
    )


def _shape(
    edge: str, one: Access, other: Access, passages: tuple[Passage, ...], between: bool, joint: bool = False
) -> Candidate:
    """The small execution: one; release || [a section] || acquire; other, with ``edge`` from ``other`` to ``one``.

    Of several ``passages`` each begins where the one before ends; ``joint``: with the very read-modify-write.
    """
    shape = _Shape()
    cell = shape.initial()
    locks = [shape.initial() for _ in passages]
    first = shape.event(0, *one, place=cell)
    thread = 0
    chain: list[int] = []
    for lock, passage in zip(locks, passages, strict=True):
        if not chain or not joint:
            chain = [lock]
            shape.release(thread, chain, passage, lock)
        place = locks[0] if joint else lock
        if between and passage.between is not None:
            read, write, unlock = passage.between
            thread += 1
            chain += shape.rmw(thread, chain[-1], read, write, place)
            if unlock is not None:
                chain.append(shape.event(thread, "W", unlock, place))
        thread += 1
        read_tags, write_tags = passage.acquire
        if write_tags is None:
            shape.reads(chain[-1], shape.event(thread, "R", read_tags, place))
        else:
            chain += shape.rmw(thread, chain[-1], read_tags, write_tags, place)
        shape.ordered(chain)
    second = shape.event(thread, *other, place=cell)
    if edge == "rf":
        shape.reads(second, first)
        shape.ordered([cell, second])
    elif edge == "co":
        shape.ordered([cell, second, first])
    else:
        shape.reads(cell, second)
        shape.ordered([cell, first])
    return shape.candidate()


def _circle(first: Passage, second: Passage) -> Candidate:
    """The small execution of two threads, each of which releases behind its acquire what the other one acquires."""
    shape = _Shape()
    locks = [shape.initial(), shape.initial()]
    chains = [[lock] for lock in locks]
    acquired: list[int] = []
    for thread, (mine, theirs) in enumerate(((first, second), (second, first))):
        read_tags, write_tags = theirs.acquire
        place = locks[1 - thread]
        acquired.append(shape.event(thread, "R", read_tags, place))
        if write_tags is not None:
            write = shape.event(thread, "W", write_tags, place)
            shape.joined(acquired[-1], write)
        shape.release(thread, chains[thread], mine, locks[thread])
    for thread, read in enumerate(acquired):
        chain = chains[1 - thread]
        shape.reads(chain[-1], read)
        chain += shape.written(read)
        shape.ordered(chain)
    return shape.candidate()


class _Shape:
    """A small candidate execution under construction; a cell goes by the number of its initial write."""

    def __init__(self) -> None:
        self._events: list[tuple[int, str, Tags, int]] = []
        self._rf: list[tuple[int, int]] = []
        self._co: list[tuple[int, int]] = []
        self._rmw: list[tuple[int, int]] = []

    def initial(self) -> int:
        return self.event(-1, "W", frozenset({"IW"}), place=len(self._events))

    def event(self, thread: int, kind: str, tags: Tags, place: int) -> int:
        self._events.append((thread, kind, tags, place))
        return len(self._events) - 1

    def rmw(self, thread: int, source: int, read_tags: Tags, write_tags: Tags, place: int) -> list[int]:
        """A read-modify-write that reads from ``source``; gives its write."""
        read = self.event(thread, "R", read_tags, place)
        write = self.event(thread, "W", write_tags, place)
        self.reads(source, read)
        self.joined(read, write)
        return [write]

    def release(self, thread: int, chain: list[int], passage: Passage, place: int) -> None:
        """The releasing write of ``passage``, behind all of ``chain``."""
        if passage.releasing_read is not None:
            chain += self.rmw(thread, chain[-1], passage.releasing_read, passage.release, place)
        else:
            chain.append(self.event(thread, "W", passage.release, place))

    def joined(self, read: int, write: int) -> None:
        self._rmw.append((read, write))

    def written(self, read: int) -> list[int]:
        """The other half of ``read``, if there is one."""
        return [write for half, write in self._rmw if half == read]

    def reads(self, write: int, read: int) -> None:
        self._rf.append((write, read))

    def ordered(self, writes: list[int]) -> None:
        self._co += [(a, b) for i, a in enumerate(writes) for b in writes[i + 1 :]]

    def candidate(self) -> Candidate:
        size = len(self._events)
        sets: dict[str, int] = {"R": 0, "W": 0, "F": 0, "M": (1 << size) - 1, "IW": 0, "FW": 0}
        po, same, loc = [0] * size, [0] * size, [0] * size
        for index, (thread, kind, tags, place) in enumerate(self._events):
            for name in {kind, *tags}:
                sets[name] = sets.get(name, 0) | 1 << index
            for other, (mate, _, _, where) in enumerate(self._events):
                if thread == mate and thread >= 0:
                    same[index] |= 1 << other
                    if other > index:
                        po[index] |= 1 << other
                if place == where:
                    loc[index] |= 1 << other
        everything = (1 << size) - 1
        empty = (0,) * size

        def rows(pairs: list[tuple[int, int]]) -> tuple[int, ...]:
            found = [0] * size
            for a, b in pairs:
                found[a] |= 1 << b
            return tuple(found)

        return Candidate(
            size,
            sets,
            {
                "po": tuple(po), "rf": rows(self._rf), "co": rows(self._co), "rmw": rows(self._rmw),
                "addr": empty, "data": empty, "ctrl": empty, "loc": tuple(loc),
                "int": tuple(same), "ext": tuple(everything & ~row for row in same),
            },
        )  # fmt: skip
