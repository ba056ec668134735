"""Executions that come to rest, by how they end: which final values are possible, and all of them, counted.

An execution is complete when every thread has run to its end. Two are distinct when a read reads from another write,
two writes are ordered otherwise, or a choice falls otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from modelcheck.program.expr import FALSE, UNDEFINED, Value
from modelcheck.solve.properties import rest
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.sat import NO
from modelcheck.solve.session import Session


@frozen
class Register:
    """A named variable of a thread's function, where that function returns."""

    thread: int
    name: str


@frozen
class Cell:
    """``size`` bytes of memory at ``address``, at rest."""

    address: int
    size: int


Observable = Register | Cell


class Outcomes:
    """Questions about the complete executions of one session's event graph."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.complete = rest(session.encoding)
        self._values: dict[Observable, dict[Value, int]] = {}

    def values(self, what: Observable) -> dict[Value, int]:
        """The possible final values of ``what``, each with its literal. Registers never written count as 0.

        Raises:
            KeyError: a register that the thread's function does not have.
        """
        found = self._values.get(what)
        if found is None:
            found = self._values[what] = self._register(what) if isinstance(what, Register) else self._cell(what)
        return found

    def _register(self, what: Register) -> dict[Value, int]:
        encoding = self.session.encoding
        if FALSE in encoding.graph.completed[what.thread]:
            return {}  # no path leads to the end of the thread
        values = encoding.valuation.values(encoding.graph.registers[what.thread, what.name])
        ways: dict[Value, list[int]] = {}
        for value, literal in values.items():
            ways.setdefault(0 if value is UNDEFINED else value, []).append(literal)
        return {value: encoding.circuit.any_of(literals) for value, literals in ways.items()}

    def _cell(self, what: Cell) -> dict[Value, int]:
        encoding, coherence = self.session.encoding, self.session.coherence
        if what.address not in encoding.initial:
            return {encoding.memory[what.address, what.size]: encoding.circuit.all_of(())}
        ways: dict[Value, list[int]] = {}
        for write, last in coherence.last(what.address).items():
            written = encoding.events[write].value
            if last == NO or written is None:
                continue
            for value, literal in encoding.valuation.values(written).items():
                ways.setdefault(value, []).append(encoding.circuit.all_of((last, literal)))
        return {value: encoding.circuit.any_of(literals) for value, literals in ways.items()}

    def possible(self, literal: int) -> bool:
        """Whether ``literal`` holds in some complete execution that the model allows."""
        return self.session.search(self._completely(literal)) is not None

    def all(self, condition: int, observed: Sequence[Observable]) -> Iterator[tuple[Proposal, tuple[Value, ...]]]:
        """Every complete execution in which ``condition`` holds, with its final values of ``observed``, one by one.

        An execution can be read until the next one is asked for.
        """
        yield from self.each(self._completely(condition), observed)

    def _completely(self, literal: int) -> int:
        return self.session.in_time(self.session.encoding.circuit.all_of((self.complete, literal)))

    def each(self, wanted: int, observed: Sequence[Observable]) -> Iterator[tuple[Proposal, tuple[Value, ...]]]:
        """The same for the executions in which ``wanted`` holds, which need not be complete.

        No execution in which ``wanted`` holds is found by this session afterwards.
        """
        circuit, solver = self.session.encoding.circuit, self.session.solver
        maps = [self.values(what) for what in observed]
        self._settle_choices()
        while (proposal := self.session.search(wanted)) is not None:
            state = tuple(next((v for v, literal in m.items() if solver.holds(literal)), UNDEFINED) for m in maps)
            yield proposal, state
            circuit.add(-wanted, *self._distinct(proposal))

    def _settle_choices(self) -> None:
        """A choice that is not made falls out as 0: executions do not differ by it."""
        encoding = self.session.encoding
        for number, guard in enumerate(encoding.graph.chosen):
            if encoding.valuation.choice(number) is not None:
                encoding.circuit.add(encoding.valuation.all(guard), encoding.valuation.outcome(number, 0))

    def _distinct(self, proposal: Proposal) -> list[int]:
        """The clause that forbids this very execution, in whatever order its hidden events come."""
        encoding, coherence = self.session.encoding, self.session.coherence
        hidden = encoding.hidden
        literals = {encoding.rf[write, read] for read, write in proposal.rf.items() if read not in hidden}
        literals |= {
            coherence.before(*pair) for pair in coherence.pairs if hidden.isdisjoint(pair) and proposal.ordered(*pair)
        }
        for number in range(len(encoding.graph.choices)):
            outcome = encoding.valuation.choice(number)
            if outcome is not None:
                literals |= encoding.valuation.said(outcome, self.session.solver.holds)
        # What a read reads from fixes its value, but where values or branches justify themselves.
        for read in encoding.domains.circular:
            value = encoding.events[read].value
            if read in proposal.rf and value is not None:
                literals |= encoding.valuation.said(value, self.session.solver.holds)
        return [-literal for literal in sorted(literals)]
