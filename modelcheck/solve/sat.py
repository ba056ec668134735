"""Clauses over numbered Booleans, decided by z3.

A literal is a non-zero integer, negative for negation; `YES` is the true one. Gates are shared and folded.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from modelcheck.run.alarm import OutOfTime, left

Clause = tuple[int, ...]
"""Literals of which one holds."""

YES: Final = 1
NO: Final = -1


class Circuit:
    """Collects clauses; gates define new literals. `Solver` takes the clauses over.

    Attributes:
        switches: None, or a dictionary to be filled: every demand that comes with a reason holds only while a literal
            of its own does, and here is the reason of each such literal.
    """

    def __init__(self) -> None:
        self.variables = 1
        self.clauses: list[Clause] = [(YES,)]
        self._ands: dict[tuple[int, ...], int] = {}
        self.gates: dict[int, tuple[int, ...]] = {}
        self.switches: dict[int, object] | None = None

    def fresh(self) -> int:
        """A new literal."""
        self.variables += 1
        return self.variables

    def add(self, *literals: int, because: object = None) -> None:
        """Demand that one of ``literals`` holds; ``because``: what in the model or the program it rests on."""
        if YES not in literals:
            if self.switches is not None and because is not None:
                switch = self.fresh()
                self.switches[switch] = because
                literals = (*literals, -switch)
            self.clauses.append(tuple(literal for literal in literals if literal != NO))

    def all_of(self, literals: Iterable[int]) -> int:
        """A literal that holds when all of ``literals`` do."""
        chosen = {literal for literal in literals if literal != YES}
        if NO in chosen or any(-literal in chosen for literal in chosen):
            return NO
        if len(chosen) < 2:
            return chosen.pop() if chosen else YES
        key = tuple(sorted(chosen))
        gate = self._ands.get(key)
        if gate is None:
            gate = self._ands[key] = self.fresh()
            self.gates[gate] = key
            for literal in key:
                self.clauses.append((-gate, literal))
            self.clauses.append((gate, *(-literal for literal in key)))
        return gate

    def any_of(self, literals: Iterable[int]) -> int:
        """A literal that holds when one of ``literals`` does."""
        return -self.all_of(-literal for literal in literals)

    def if_else(self, condition: int, then: int, other: int) -> int:
        """``then`` where ``condition`` holds, else ``other``."""
        if condition == YES or then == other:
            return then
        if condition == NO:
            return other
        return self.any_of((self.all_of((condition, then)), self.all_of((-condition, other))))

    def at_most_one(self, literals: Sequence[int]) -> None:
        """Demand that no two of ``literals`` hold; linear in their number beyond a handful."""
        rest = [literal for literal in literals if literal != NO]
        while len(rest) > 6:
            head, rest = rest[:4], rest[4:]
            link = self.fresh()
            self._pairwise([*head, link])
            # link says: one of those left holds
            for literal in rest:
                self.add(-literal, link)
            # and forbids the head
        self._pairwise(rest)

    def _pairwise(self, literals: Sequence[int]) -> None:
        for index, literal in enumerate(literals):
            for other in literals[index + 1 :]:
                self.add(-literal, -other)


_context: Any = None
"""The z3 context of solvers: making one costs more than a small question."""


def begin_anew() -> None:
    """Give the solvers that are made from now on a new z3 context.

    Which of several models z3 gives depends on all that its context has held. After this, the same questions get the
    same answers, whatever was asked before.
    """
    global _context
    _context = None


NEVER: Final = 1 << 30
"""After so many conflicts z3 may rewrite the clauses: it takes longer to do so than it saves."""


LONGEST: Final = 4_000_000
"""Seconds that z3 can be given at most."""

OVER: Final = "timeout"
"""What z3 says where its time was over."""


def _library() -> Any:
    """z3, imported where it is used. Raises MemoryError where there is not enough to load it."""
    try:
        import z3
    except Exception:  # what it raises is defined in what could not be loaded
        if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
            raise MemoryError from None
        raise
    return z3


class Solver:
    """z3 over the clauses of a circuit. Clauses can still be added to the circuit between checks."""

    def __init__(self, circuit: Circuit) -> None:
        z3 = _library()

        self._z3 = z3
        self._circuit = circuit
        global _context
        if _context is None:
            _context = z3.Context()
        self._context = _context
        self._solver = z3.SolverFor("QF_BV", ctx=self._context)
        self._solver.set("simplify.delay", NEVER)
        self._loaded = 0
        self._declared = 0
        self._words: dict[int, str] = {}
        self._constants: dict[int, Any] = {}
        self._declarations: dict[int, Any] = {}
        self._model: Any = None
        self._known: dict[int, bool] = {}
        self._since: list[bool] = []
        self._interpretation = z3.z3core.Z3_model_get_const_interp
        self._true = z3.BoolVal(True, self._context).as_ast().value
        self.checks = 0

    def _load(self) -> None:
        circuit = self._circuit
        new = circuit.clauses[self._loaded :]
        for variable in range(self._declared + 1, circuit.variables + 1):
            self._words[variable], self._words[-variable] = str(variable), str(-variable)
        if new:
            word = self._words.__getitem__
            text = " 0\n".join([" ".join(map(word, clause)) for clause in new])
            self._solver.from_string(f"p cnf {circuit.variables} {len(new)}\n{text} 0\n")
        if self._declared != circuit.variables:
            self._declared, self._since = circuit.variables, []
        self._loaded = len(circuit.clauses)

    def check(
        self,
        assumptions: Sequence[int] = (),
        seconds: float | None = None,
        effort: int | None = None,
        model: bool = True,
    ) -> bool | None:
        """Whether the clauses can hold together with ``assumptions``; None when time or effort ran out.

        ``effort`` is in z3's own unit of work, which is the same on every machine. ``model``: it will be asked what
        holds; getting that costs more than the answer. Raises MemoryError where there is not enough for z3, and
        `OutOfTime` where an alarm comes meanwhile.
        """
        end = None if seconds is None else time.monotonic() + seconds
        try:
            while True:
                most = left()  # z3 takes no notice of an alarm
                limits = [limit for limit in (seconds, most) if limit is not None]
                answer = self._check(assumptions, min(limits, default=LONGEST), effort, model)
                if answer is not None or most is None or self._solver.reason_unknown() != OVER:
                    return answer
                if (most := left()) is not None and most <= 0:
                    raise OutOfTime
                if end is not None and (seconds := end - time.monotonic()) <= 0:
                    return None
        except self._z3.Z3Exception as error:
            if "memory" in str(error) or "bad_alloc" in str(error):
                raise MemoryError from None
            raise

    def _check(self, assumptions: Sequence[int], seconds: float, effort: int | None, model: bool) -> bool | None:
        self._load()
        self.checks += 1
        if effort is not None:
            self._solver.set("rlimit", effort)
        self._solver.set("timeout", min(max(1, int(seconds * 1000)), LONGEST * 1000))
        terms = [
            self._constant(literal) if literal > 0 else self._z3.Not(self._constant(-literal))
            for literal in assumptions
            if literal != YES
        ]
        answer = self._solver.check(*terms)
        self._known, self._since = {}, []
        if answer == self._z3.unknown and "memory" in self._solver.reason_unknown():
            raise MemoryError
        if answer == self._z3.sat:
            self._model = self._solver.model() if model else None
            return True
        self._model = None
        return False if answer == self._z3.unsat else None

    def core(self) -> list[int]:
        """Of the assumptions of the last check, which found that they cannot hold, some that cannot; ascending."""
        found: list[int] = []
        for term in self._solver.unsat_core():
            negated = self._z3.is_not(term)
            name = (term.arg(0) if negated else term).decl().name()
            found.append(-int(name[2:]) if negated else int(name[2:]))
        return sorted(found, key=abs)

    def _constant(self, variable: int) -> Any:
        found = self._constants.get(variable)
        if found is None:
            found = self._constants[variable] = self._z3.Bool(variable, self._context)
        return found

    def _declaration(self, variable: int) -> Any:
        found = self._declarations.get(variable)
        if found is None:
            found = self._declarations[variable] = self._constant(variable).decl().ast
        return found

    def holds(self, literal: int) -> bool:
        """The value of ``literal`` in the last model (False for one that the model leaves open)."""
        if literal in (YES, NO):
            return literal == YES
        variable = abs(literal)
        if variable > self._declared:  # a gate made since the last check, of what was there before
            while len(self._since) < variable - self._declared:
                inputs = self._circuit.gates.get(self._declared + len(self._since) + 1)
                self._since.append(inputs is not None and all(map(self.holds, inputs)))
            return self._since[variable - self._declared - 1] == (literal > 0)
        known = self._known.get(variable)
        if known is None:
            declaration = self._declarations.get(variable) or self._declaration(variable)
            found = self._interpretation(self._context.ref(), self._model.model, declaration)
            known = self._known[variable] = found.value == self._true
        return known == (literal > 0)
