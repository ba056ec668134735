"""Static objects of a program: their addresses, names and contents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

from attrs import evolve, field, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c.constant import const_bytes
from modelcheck.frontend.c.types import CType, Types
from modelcheck.program.expr import Value
from modelcheck.program.ir import HEAP_BASE, Layout, MemoryObject, Ranges

FIRST_BASE = 0x1000
SLOT = 64
"""Alignment of objects, and the least gap between two of them, in bytes."""

PER_CPU_BASE = HEAP_BASE // 2
"""Where the variables of the first CPU begin."""

MOST_THREADS = 64
"""Of a thread-local variable there are so many copies, for the threads with the lowest numbers."""

Cell = tuple[int, int, Value]
"""Offset, bytes and value of a scalar in an object."""


@frozen(eq=False)
class Static:
    """A static object in the making: as `MemoryObject`, with its type, and cells that are still to come."""

    name: str
    base: int
    size: int
    kind: str
    type: CType | None
    layout: Layout | None
    readonly: Ranges
    units: int
    copies: int = 1
    once: int = 0
    cells: list[Cell] = field(factory=list)


class Objects:
    """The static objects of a program, by keys that the linker chooses, and the names that are taken."""

    def __init__(self) -> None:
        self._objects: dict[object, Static] = {}
        self._names: dict[str, object] = {}
        self._next = FIRST_BASE
        self._next_per_cpu = PER_CPU_BASE
        self._pending: list[Callable[[], None]] = []
        self._lent: set[int] = set()
        self._problems: dict[int, str] = {}

    def get(self, key: object) -> Static | None:
        """The object of that key, if it is there."""
        return self._objects.get(key)

    def variable(
        self,
        key: object,
        name: str,
        types: Types,
        type_: CType,
        *,
        size: int = 0,
        align: int = 1,
        units: int = 0,
        copies: int = 1,
        pitch: int = 0,
        fill: Callable[[], list[Cell]] | None = None,
    ) -> Static:
        """A new object for a variable.

        Args:
            key, name: what it is found by, and how it is shown.
            types, type_: its type, and where that is from.
            size: bytes, where it has more than its type.
            align: what its address must be a multiple of, where that is more than its type asks for.
            units: as in `MemoryObject`.
            copies: how many there are, `stride` apart: one for each thread.
            pitch: bytes from one of them to the next, where they are objects of their own: one for each CPU.
            fill: gives its contents; called by `settle`.
        """
        align = max(SLOT, align, types.alignment(type_))
        if pitch:
            return self._per_cpu(key, name, types, type_, max(size, type_.size), align, copies, pitch, fill)
        self._next = (self._next + align - 1) // align * align
        size = max(size, type_.size)
        readonly = const_bytes(types, type_, size)
        layout, step, once = types.layout(type_), stride(size), size
        if copies > 1:
            size, layout = step * copies, _repeated(layout, step, copies)
        made = self._place(key, Static(name, self._next, size, "global", type_, layout, readonly, units, copies, once))

        def settle(cells: Callable[[], list[Cell]]) -> None:
            found = self._cells([made], cells)
            for number in range(copies):
                made.cells.extend((number * step + offset, length, value) for offset, length, value in found)

        if fill is not None:
            self._pending.append(lambda: settle(fill))
        return made

    def _per_cpu(
        self,
        key: object,
        name: str,
        types: Types,
        type_: CType,
        size: int,
        align: int,
        copies: int,
        pitch: int,
        fill: Callable[[], list[Cell]] | None,
    ) -> Static:
        """A new object for each CPU; gives the first one."""
        base = self._next_per_cpu = (self._next_per_cpu + align - 1) // align * align
        self._next_per_cpu = (base + size + 2 * SLOT - 1) // SLOT * SLOT
        if self._next_per_cpu > PER_CPU_BASE + pitch:
            raise InputError(f"the per-CPU variables of the program do not fit into {pitch} bytes ({name} is too much)")
        layout, readonly = types.layout(type_), const_bytes(types, type_, size)
        made = [
            Static(f"{name} of CPU {cpu}", base + cpu * pitch, size, "global", type_, layout, readonly, 0)
            for cpu in range(copies)
        ]
        for cpu, each in enumerate(made):
            self._objects[key if cpu == 0 else (key, cpu)] = each

        def settle(cells: Callable[[], list[Cell]]) -> None:
            found = self._cells(made, cells)
            for each in made:
                each.cells.extend(found)

        if fill is not None:
            self._pending.append(lambda: settle(fill))
        return made[0]

    def _cells(self, made: Sequence[Static], cells: Callable[[], list[Cell]]) -> list[Cell]:
        """The contents of objects; none where they cannot be modelled, which matters to who comes by them alone."""
        try:
            return cells()
        except InputError as error:
            self._problems.update({one.base: str(error) for one in made})
            return []

    def lend(self, base: int) -> None:
        """Note that pointers lead to the thread-local variable at ``base``: it matters when its copies' lives end."""
        self._lent.add(base)

    def function(self, name: str) -> int:
        """The address of a new object for a function."""
        return self._place(("function", name), Static(name, self._next, 1, "function", None, None, (), 0)).base

    def string(self, content: bytes, where: str) -> int:
        """The address of a string literal with these bytes (the final zero is added)."""
        key = ("string", content)
        made = self._objects.get(key)
        if made is None:
            shown = content.decode("utf-8", "replace").replace("\n", "\\n")
            name = self.unique(f'"{shown[:24]}"', key, where)
            size = len(content) + 1
            made = self._place(key, Static(name, self._next, size, "global", None, None, ((0, size),), 0))
            made.cells.extend((offset, 1, byte) for offset, byte in enumerate(content) if byte)
        return made.base

    def arguments(self) -> int:
        """The address of the vector of a program's arguments: its name, and NULL, with which its environment begins."""
        key = ("arguments",)
        made = self._objects.get(key)
        if made is None:
            name = self.string(b"program", "")
            made = Static(self.unique("argv", key, ""), self._next, 16, "global", None, None, (), 0)
            self._place(key, made)
            made.cells.append((0, 8, name))
        return made.base

    def unique(self, name: str, key: object, where: str) -> str:
        """``name`` if only ``key`` has it, else with the file ``where`` after it, and a number if need be."""
        wanted, number = name, 2
        while self._names.setdefault(wanted, key) != key:
            wanted = f"{name}@{PurePath(where).name}" + (f"#{number}" if number > 2 else "")
            number += 1
        return wanted

    def settle(self) -> None:
        """Compute the contents that are still to come; more objects may be made on the way."""
        while self._pending:
            self._pending.pop()()

    def finish(self) -> tuple[MemoryObject, ...]:
        """All objects, by address."""
        return tuple(
            thing
            for made in sorted(self._objects.values(), key=lambda made: made.base)
            for thing in self._finished(made)
        )

    def _finished(self, made: Static) -> Iterator[MemoryObject]:
        whole = MemoryObject(
            name=made.name,
            base=made.base,
            size=made.size,
            kind=made.kind,
            layout=made.layout,
            cells=tuple(made.cells),
            zeroed=True,
            readonly=made.readonly,
            units=made.units,
            problem=self._problems.get(made.base, ""),
        )
        if made.copies == 1:
            yield whole
            return
        step = made.size // made.copies
        for number in range(made.copies):
            first = number * step
            yield evolve(
                whole,
                name=f"{made.name}[{number}]",
                base=made.base + first,
                size=made.once,
                kind="local" if made.base in self._lent else "global",
                layout=None if made.layout is None else _one_of(made.layout, number, first, made.once),
                cells=tuple((at - first, size, value) for at, size, value in made.cells if first <= at < first + step),
                thread=number,
            )

    def _place(self, key: object, made: Static) -> Static:
        self._next = (made.base + made.size + 2 * SLOT - 1) // SLOT * SLOT
        if self._next > PER_CPU_BASE:
            message = f"the static objects of the program do not fit below {PER_CPU_BASE:#x} ({made.name} is too large)"
            raise InputError(message)
        self._objects[key] = made
        return made


def stride(size: int) -> int:
    """From one copy of an object of so many bytes to the next, in bytes."""
    return (size + 2 * SLOT - 1) // SLOT * SLOT


def _repeated(layout: Layout | None, step: int, copies: int) -> Layout | None:
    """The layout of copies of an object, each named by its number."""
    if layout is None:
        return None
    leaves = (
        evolve(leaf, path=f"[{number}].{leaf.path}".rstrip("."), offset=number * step + leaf.offset)
        for number in range(copies)
        for leaf in layout.leaves
    )
    return Layout(f"{layout.type} of each thread", step * copies, tuple(leaves))


def _one_of(layout: Layout, number: int, first: int, size: int) -> Layout:
    """The layout of one of the copies that `_repeated` lists."""
    name = f"[{number}]"
    leaves = (
        evolve(leaf, path=leaf.path.removeprefix(name).removeprefix("."), offset=leaf.offset - first)
        for leaf in layout.leaves
        if first <= leaf.offset < first + size
    )
    return Layout(layout.type, size, tuple(leaves))
