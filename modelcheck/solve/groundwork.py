"""What several memory models share of one event graph: its clauses but for those that one model alone bears out."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from attrs import frozen

from modelcheck.cat import Model
from modelcheck.program.graph import EventGraph
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, Outcome, initialise
from modelcheck.program.memory import AddressSpace
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.counting import add_counting
from modelcheck.solve.domains import analyse
from modelcheck.solve.encode import Encoding
from modelcheck.solve.pieces import in_pieces
from modelcheck.solve.rising import add_rising
from modelcheck.solve.sections import close_sections
from modelcheck.solve.symmetry import break_symmetry
from modelcheck.solve.valuesets import Tick


@frozen
class Assumptions:
    """What of a model the clauses rest on that are not its lemmas, and what else is wanted of them.

    Attributes:
        coherent: the model forbids cycles of po-loc, rf, co and fr.
        atomic: it forbids a write between the two halves of a read-modify-write.
        thin_air: values may justify themselves, and sections need not end: for litmus tests, whose judge is herd.
        symmetry: of identical threads only one order is looked at.
        pieces: accesses are taken apart where memory is accessed whole and in parts (`modelcheck.solve.pieces`).
        accounted: each clause that rests on the memory model can be switched off (`Circuit.switches` has them).
    """

    coherent: bool
    atomic: bool
    thin_air: bool = False
    symmetry: bool = False
    accounted: bool = False
    pieces: bool = False

    @classmethod
    def of(
        cls,
        model: Model,
        thin_air: bool = False,
        symmetry: bool = False,
        accounted: bool = False,
        pieces: bool = False,
    ) -> Assumptions:
        """Those of ``model``."""
        return cls(model.coherent, model.atomic, thin_air, symmetry, accounted, pieces)


class Groundwork:
    """An event graph as clauses, for every model of which ``assumed`` is true.

    One session at a time builds on it; `renew` takes away what the last one added.

    Attributes:
        graph: the events, in pieces where that is assumed.
        torn: as in `Pieces`.
        live: events that may be executed.
        identical: groups of threads that stand for one another.
        left_open: the read-side sections that a thread may end in.

    Raises `TooManyValues`, and what ``tick``, called now and then, raises.
    """

    def __init__(self, graph: EventGraph, assumed: Assumptions, tick: Tick = lambda: None) -> None:
        self.graph = graph
        self.space = AddressSpace(graph.objects)
        domains = analyse(graph, self.space, assumed.coherent, assumed.thin_air, tick)
        self.torn: str | None = None
        if assumed.pieces and domains.mixed and assumed.coherent and not assumed.thin_air:
            pieces = in_pieces(
                graph, domains, self.space, lambda other: analyse(other, self.space, assumed.coherent, tick=tick)
            )
            graph = self.graph = pieces.graph
            domains, self.torn = pieces.domains, pieces.torn
        self.live = len(domains.live)
        self.encoding = Encoding(graph, domains, self.space)
        if assumed.accounted:
            self.encoding.circuit.switches = {}
        self.left_open = close_sections(self.encoding, paired=assumed.thin_air)
        tick()
        self.coherence = Coherence(self.encoding, assumed.coherent, assumed.atomic)
        tick()
        self.identical = break_symmetry(self.encoding, self.coherence) if assumed.symmetry else []
        in_order = not any(event.operands for event in graph.events)
        if assumed.coherent and assumed.atomic and not assumed.accounted and in_order:
            add_counting(self.encoding, self.coherence)
            add_rising(self.encoding, self.coherence)
        self._mark = self._sizes()

    def renew(self) -> None:
        """Be as when new: what was asked since then leaves no trace, in the numbers of literals neither."""
        variables, sizes = self._mark
        self.encoding.circuit.variables = variables
        for thing, name, size in sizes:
            grown = getattr(thing, name)
            if isinstance(grown, dict):
                while len(grown) > size:
                    grown.popitem()
            elif len(grown) > size:
                setattr(thing, name, grown[:size])  # refutations are remembered with the list as it is

    def _sizes(self) -> tuple[int, list[tuple[object, str, int]]]:
        """How much there is of all that grows with questions: nothing in it changes once it is there."""
        encoding, coherence = self.encoding, self.coherence
        things: tuple[object, ...] = encoding.circuit, encoding.valuation, encoding, coherence
        sizes = [(t, n, len(held)) for t in things for n, held in vars(t).items() if isinstance(held, dict | list)]
        return encoding.circuit.variables, sizes


MOST: Final = 2_000_000
"""So many clauses of one program are kept, about 200 MB."""


class Groundworks:
    """The event graphs of one program, and their clauses, kept from one question to the next."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._graphs: dict[tuple[int, Bounds], EventGraph] = {}
        self._clauses: dict[tuple[int, Bounds, Assumptions], Groundwork] = {}
        self._kept = 0

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways in which the program comes to its threads."""
        return initialise(self.program)

    def of(self, outcome: int, bounds: Bounds, assumed: Assumptions, tick: Tick = lambda: None) -> Groundwork:
        """The groundwork as it is when new; what was built on it before is of no use any more.

        Args:
            outcome: the number of an `Initial` among `outcomes`.
            bounds: how far to unroll.
            assumed: what is true of the model.
            tick: called now and then.

        Raises `TooManyValues`, and what ``tick`` raises.
        """
        key = outcome, bounds, assumed
        found = self._clauses.get(key)
        if found is None:
            found = Groundwork(self.graph(outcome, bounds, tick), assumed, tick)
            self._kept += len(found.encoding.circuit.clauses)
            if self._kept <= MOST:
                self._clauses[key] = found
        else:
            found.renew()
        return found

    def graph(self, outcome: int, bounds: Bounds, tick: Tick = lambda: None) -> EventGraph:
        """The event graph alone; arguments as for `of`. Raises what ``tick`` raises."""
        found = self._graphs.get((outcome, bounds))
        if found is None:
            initial = self.outcomes[outcome]
            assert isinstance(initial, Initial)
            found = self._graphs[outcome, bounds] = unroll(self.program, initial, bounds, tick)
        return found
