"""A litmus test as the front end gives it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from modelcheck.frontend.litmus.condition import Condition, Observable, Proposition, Register
from modelcheck.frontend.litmus.width import INT, Width
from modelcheck.program.ir import Program

FIRST = 0x8_0000_0000
"""Address of the first location: far from the numbers that tests use."""
WORD = 8
"""Bytes of a location."""
_SPAN = 1 << 32
"""All locations lie in so many bytes from `FIRST` on."""


@frozen
class Place:
    """A location of a test.

    Attributes:
        name: as the test calls it.
        address: of its first word.
        type: C type without stars, as written in the initial state or by a parameter: ``int``, ``spinlock_t``,
            ``struct srcu_struct``; ``int`` where nothing is written.
        words: number of elements of an array, 1 for others.
        step: bytes of an element in C. A pointer counts bytes, as herd7 has it, and each has a word of its own here.
        array: whether it is one.
        width: how its values are told.
    """

    name: str
    address: int
    type: str
    words: int = 1
    array: bool = False
    width: Width = INT
    step: int = 4

    def element(self, index: int) -> int:
        """The address of element ``index``."""
        return self.address + WORD * self.step * index


@frozen
class LitmusThread:
    """A thread of a test.

    Attributes:
        name: ``P0`` and so on; thread ``Pn`` is thread number n + 1 of the program.
        parameters: its parameters in order.
        registers: all its variables, parameters first.
        initial: the values (modulo 2 ** 64) they start with, in the order of ``registers``.
        widths: how the values of those that are declared are told.
    """

    name: str
    parameters: tuple[str, ...]
    registers: tuple[str, ...]
    initial: tuple[int, ...]
    widths: Mapping[str, Width] = field(factory=dict)


@frozen
class LitmusTest:
    """A C litmus test.

    Attributes:
        name: from its first line.
        file: as given.
        program: function ``main`` starts the threads and joins them; ``P0`` … are its functions. Every variable and
            location is a word of 64 bits. A variable of thread Pn is the register that ``names`` of
            function Pn calls so (one whose address is taken is a `Local` instead).
        threads: by number.
        places: the locations, by name, in the order they are met.
        condition: what is asked; ``forall (true)`` when the file asks nothing.
        filter: executions in which it does not hold do not count; None for none.
        locations: what ``locations […]`` lists to be shown.
        result_comment: what follows ``Result:`` in a comment (``Never``, ``Sometimes DATARACE``), or None.
    """

    name: str
    file: str
    program: Program
    threads: tuple[LitmusThread, ...]
    places: Mapping[str, Place]
    condition: Condition
    filter: Proposition | None
    locations: tuple[Observable, ...]
    result_comment: str | None

    def width(self, what: Observable) -> Width:
        """How the values of ``what`` are told."""
        if isinstance(what, Register):
            return self.threads[what.thread].widths.get(what.name, INT)
        place = self.places.get(what.name.partition("[")[0])
        return INT if place is None else place.width

    def told(self, what: Observable, value: int) -> int:
        """``value``, of 64 bits with a sign, as a value of ``what`` is told; an address is one of all bits."""
        return value if self.address(value) else self.width(what).told(value)

    def address(self, value: int) -> bool:
        """Whether ``value`` is an address of a location, or near it, and no number that the test computes with."""
        return FIRST <= value < FIRST + _SPAN
