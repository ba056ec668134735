"""The address space: which object an address lies in, what is wrong with an access there, and its name for a reader."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Final

from modelcheck.program.ir import PER_CPU, PITCH, Leaf, MemoryObject, Ranges

NULL_PAGE: Final = 4096
"""An access below this address goes through a null pointer (to a member, perhaps)."""

ERROR_POINTERS: Final = 2**64 - 4095
"""From this address on a pointer is an errno in disguise (ERR_PTR)."""

NEAR: Final = 64
"""An access this many bytes before or behind an object, and in no other one, counts as out of its bounds."""

UNSUPPORTED: Final = "unsupported"
"""What `AddressSpace.fault` gives instead of a property's name when the access is not wrong but cannot be modelled."""

_OFFSET = attrgetter("offset")
_BASE = attrgetter("base")


class AddressSpace:
    """All objects of a program by address. Grows by `add`; nothing is ever taken out (addresses are not reused).

    Args:
        objects: the first objects; no two may overlap.
    """

    def __init__(self, objects: Iterable[MemoryObject] = ()) -> None:
        self._objects = sorted(objects, key=_BASE)
        self._bases = [thing.base for thing in self._objects]

    def __iter__(self) -> Iterator[MemoryObject]:
        """The objects in order of address."""
        return iter(self._objects)

    @property
    def end(self) -> int:
        """The first address behind all objects; 0 when there are none."""
        return self._objects[-1].base + self._objects[-1].size if self._objects else 0

    def add(self, thing: MemoryObject) -> None:
        """Make one more object known."""
        insort(self._objects, thing, key=_BASE)
        insort(self._bases, thing.base)

    def find(self, address: int) -> MemoryObject | None:
        """The object that the byte at ``address`` belongs to (an empty one: if it starts there), or None."""
        index = bisect_right(self._bases, address) - 1
        if index < 0:
            return None
        thing = self._objects[index]
        return thing if address < thing.base + max(thing.size, 1) else None

    def fault(self, address: int, size: int, write: bool) -> tuple[str, str] | None:
        """What is wrong with an access whatever memory holds; whether the object is still alive is not looked at.

        Args:
            address: of its first byte.
            size: bytes.
            write: whether it writes.

        Gives None for a proper access, else (property, message), where the property is ``null-dereference``,
        ``wild-pointer``, ``out-of-bounds`` or `UNSUPPORTED`.
        """
        verb = "write to" if write else "read of"
        if address < NULL_PAGE:
            return "null-dereference", f"{verb} address {address:#x} through a null pointer"
        thing = self.find(address)
        if thing is None:
            return self._outside(address, size, verb)
        if thing.kind == "function":
            return "wild-pointer", f"{verb} the function {thing.name}"
        if thing.problem:
            return (
                UNSUPPORTED,
                f"{verb} {self.name(address)}, with an initialiser that cannot be modelled: {thing.problem}",
            )
        if address + size > thing.base + thing.size:
            return "out-of-bounds", f"{verb} {size} bytes at {self.name(address)} passes the end of {thing.name}"
        if thing.family == PER_CPU and (address - thing.base) % PITCH + size > (thing.size - 1) % PITCH + 1:
            return "out-of-bounds", f"{verb} {size} bytes at {self.name(address)}, between the parts of two processors"
        if write and _meets(thing.readonly, address - thing.base, size):
            return "wild-pointer", f"write to {self.name(address)}, which is read-only"
        if address % size:
            misaligned = f"misaligned access: {verb} {size} bytes at {self.name(address)}"
            # Of a packed type, the access is what the C says.
            packed = _scalar(thing, address - thing.base, size)
            return (UNSUPPORTED if packed else "wild-pointer"), misaligned
        return None

    def _outside(self, address: int, size: int, verb: str) -> tuple[str, str]:
        if address >= ERROR_POINTERS:
            return "wild-pointer", f"{verb} the error pointer {address - 2**64}"
        index = bisect_right(self._bases, address) - 1
        if index >= 0:
            before = self._objects[index]
            gap = address - (before.base + before.size)
            if gap < NEAR and before.kind != "function":
                return "out-of-bounds", f"{verb} {size} bytes, {gap} bytes behind the end of {before.name}"
        if index + 1 < len(self._objects):
            behind = self._objects[index + 1]
            gap = behind.base - address
            if gap <= NEAR and behind.kind != "function":
                return "out-of-bounds", f"{verb} {size} bytes, {gap} bytes before the start of {behind.name}"
        return "wild-pointer", f"{verb} {address:#x}, where there is no object"

    def scalar(self, address: int, size: int) -> bool:
        """Whether the type of the object at ``address`` has a scalar of ``size`` bytes just there."""
        thing = self.find(address)
        return thing is not None and _scalar(thing, address - thing.base, size)

    def name(self, address: int) -> str:
        """``address`` as a reader knows it: ``page[1].mapping``, ``vb.lock``, ``buffer+3``, ``NULL``, else a number."""
        if address == 0:
            return "NULL"
        thing = self.find(address)
        if thing is None:
            return str(address - 2**64) if address >= ERROR_POINTERS else f"{address:#x}"
        return thing.name + leaf_path(thing, address - thing.base)

    def of_another(self, address: int) -> str:
        """The message of a finding for an object that is freed into a cache of which it is not."""
        return f"free of {self.name(address)} into a cache that it is not of"

    def of_another_family(self, address: int, families: tuple[str, ...]) -> str | None:
        """The message of a finding for an object at ``address`` that is freed by what frees those of ``families`` only;
        None where it is of one of them, or anything may free it."""
        thing = self.find(address)
        assert thing is not None
        if not families or not thing.family or thing.family in families:
            return None
        others = " or ".join(f"{one}()" for one in families)
        return f"free of {thing.name}, which {thing.family}() gave, by what frees memory of {others}"

    def owner(self, address: int) -> str:
        """What the object at ``address`` is called, or the unit of it that counts by itself: ``vb@balloon.c:41``,
        ``mem_map[1]``. There must be one."""
        thing = self.find(address)
        assert thing is not None
        if not thing.units:
            return thing.name
        unit = (address - thing.base) // thing.units
        path = leaf_path(thing, unit * thing.units)
        return thing.name + (path[: path.index("]") + 1] if "]" in path else f"[{unit}]")

    def pointed(self, holder: int, value: int) -> str:
        """What the pointer at address ``holder`` leads to when it is ``value``: ``&page[1]``, ``&vb.pages``,
        a function's name; empty when what is there is no pointer by its type, or leads to no object."""
        at, to = self.find(holder), self.find(value)
        if at is None or to is None:
            return ""
        leaf = _leaf(at, holder - at.base)
        if leaf is not None and "*" not in leaf.type:
            return ""
        return self.leads(value)

    def leads(self, value: int) -> str:
        """What a pointer leads to that is ``value``: ``&page[1]``, ``&vb.pages``, a function; empty for no object."""
        to = self.find(value)
        if to is None:
            return ""
        return to.name if to.kind == "function" else f"&{to.name}{_whole(to, value - to.base)}"


def _leaf(thing: MemoryObject, offset: int) -> Leaf | None:
    leaves = thing.layout.leaves if thing.layout is not None else ()
    return next((leaf for leaf in leaves if leaf.offset == offset), None)


def _whole(thing: MemoryObject, offset: int) -> str:
    """Path of the largest part of ``thing`` that starts at ``offset``."""
    leaf = _leaf(thing, offset)
    if offset == 0 or leaf is None or thing.layout is None:
        return leaf_path(thing, offset) if offset else ""
    part = leaf.path
    for end in [index for index, sign in enumerate(part) if index and sign in ".["]:
        # Behind the name of a part comes a member or an index: pages.next is none of pages_lock.
        within = (o for o in thing.layout.leaves if o.path.startswith(part[:end]) and o.path[end : end + 1] in ".[")
        if next(within).offset == offset:
            part = part[:end]
            break
    return f".{part}" if part[0] not in "[." else part


def _scalar(thing: MemoryObject, offset: int, size: int) -> bool:
    """Whether the type of ``thing`` has a scalar just there."""
    leaves = thing.layout.leaves if thing.layout is not None else ()
    return any(leaf.offset == offset and leaf.size == size for leaf in leaves)


def leaf_path(thing: MemoryObject, offset: int) -> str:
    """What to put behind the name of ``thing`` for its byte ``offset``: a leaf's path, and ``+n`` inside a leaf."""
    leaves = thing.layout.leaves if thing.layout is not None else ()
    index = bisect_right(leaves, offset, key=_OFFSET) - 1
    # Members of a union start together: the first one listed gives the name.
    while index > 0 and leaves[index - 1].offset == leaves[index].offset:
        index -= 1
    if index < 0 or offset >= leaves[index].offset + leaves[index].size:
        return f"+{offset}" if offset else ""
    leaf = leaves[index]
    path = f".{leaf.path}" if leaf.path and leaf.path[0] not in "[." else leaf.path
    inside = offset - leaf.offset
    return f"{path}+{inside}" if inside else path


def _meets(ranges: Ranges, offset: int, size: int) -> bool:
    """Whether ``size`` bytes from ``offset`` on have one in common with ``ranges``."""
    return any(first < offset + size and offset < first + length for first, length in ranges)
