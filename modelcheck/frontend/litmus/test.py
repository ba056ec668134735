"""A litmus test as the front end gives it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from modelcheck.frontend.litmus.condition import Condition, Observable, Proposition
from modelcheck.program.ir import Program


@frozen
class Place:
    """A location of a test.

    Attributes:
        name: as the test calls it.
        address: of its first word.
        type: C type without stars, as written in the initial state or by a parameter: ``int``, ``spinlock_t``,
            ``struct srcu_struct``; ``int`` where nothing is written.
        words: number of elements of an array, 1 for others.
        array: whether it is one.
    """

    name: str
    address: int
    type: str
    words: int = 1
    array: bool = False


@frozen
class LitmusThread:
    """A thread of a test.

    Attributes:
        name: ``P0`` and so on; thread ``Pn`` is thread number n + 1 of the program.
        parameters: its parameters in order.
        registers: all its variables, parameters first.
        initial: the values (modulo 2 ** 64) they start with, in the order of ``registers``.
    """

    name: str
    parameters: tuple[str, ...]
    registers: tuple[str, ...]
    initial: tuple[int, ...]


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
