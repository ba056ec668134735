"""Why nothing goes wrong: of the facts that the engine used, the few that are needed, for each thing that could."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import evolve, frozen

from modelcheck.cat import Model
from modelcheck.explain.elements import Element, Elements, Fact
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.places import own_place
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.run import OutOfTime
from modelcheck.solve.encode import NOWHERE, Finding
from modelcheck.solve.session import Session

EFFORT: Final = 20_000_000
"""Work that the solver may put into one question."""

MOST_SINGLY: Final = 300
"""Facts up to which each is tried for being needed; beyond, only whole groups are."""


@frozen
class Group:
    """Facts that rest on the same things, which are told in the order of their kinds."""

    rests_on: tuple[Element, ...]
    facts: tuple[str, ...]


@frozen
class Outcome:
    """Something that could go wrong: a property, a line of the user's where it would show (empty: at rest, at none),
    and what it would be, in one way or several."""

    property: str
    place: str
    messages: tuple[str, ...] = ()


@frozen
class Explanation:
    """Why some outcomes cannot be.

    Attributes:
        outcomes: that rest on the same groups.
        groups: what excludes them, smallest first; none: values and conditions alone do.
        least: every one of the facts is needed, as long as the others are what they are.
    """

    outcomes: tuple[Outcome, ...]
    groups: tuple[Group, ...]
    least: bool = True


def explain(
    program: Program, model: Model, properties: frozenset[str], unrolled: int, recursion: int
) -> tuple[Explanation, ...]:
    """Why no execution of ``program`` under ``model`` breaks one of ``properties``: outcomes that need no memory order
    first, then by the size of what excludes them.

    The program must pass. Raises `OutOfTime` when the solver's effort is not enough.
    """
    found: list[Explanation] = []
    races = "race" in properties and "data-race" in model.flag_names
    undefined = "uninitialised" not in properties
    bounds = Bounds(unrolled, recursion, races, model.coherent, model.idempotent, undefined=undefined)
    for initial in initialise(program):
        if isinstance(initial, Initial):
            graph = unroll(program, initial, bounds, lambda: None)
            session = Session(graph, model, symmetry=True, accounted=True)
            if session.encoding.mixed:
                session = Session(graph, model, symmetry=True, accounted=True, pieces=True)
            account = _Account(session, model)
            found += account.explanations(properties)
            if races:
                found += account.of_races()
    return _merged(found)


def _size(explanation: Explanation) -> tuple[int, int, Sequence[str]]:
    groups = explanation.groups
    return len(groups), sum(len(g.facts) for g in groups), [o.place for o in explanation.outcomes]


class _Account:
    """One session whose clauses about order can be switched off."""

    def __init__(self, session: Session, model: Model) -> None:
        self.session = session
        self.session.effort = EFFORT
        self.elements = Elements(session.encoding, model)
        self._facts: dict[int, Fact] = {}
        self._enough: list[int] | None = []

    def explanations(self, properties: frozenset[str]) -> list[Explanation]:
        """An explanation for each outcome that could be."""
        session, circuit, names = self.session, self.session.encoding.circuit, self.elements.names
        findings = session.findings(properties - {"race"})
        # First everything at once, so that all is learnt that is needed.
        anything = circuit.any_of([finding.literal for finding in findings])
        found = session.search(anything)
        assert found is None, "only what passes can be explained"
        # What excludes all of it is far less than all that is known, and what excludes each is among that.
        self._enough = self._excluded(anything, circuit.switches or ())
        several: dict[tuple[str, str], list[Finding]] = {}
        for finding in findings:
            several.setdefault((finding.property, _place(finding)), []).append(finding)
        explanations = []
        for (name, place), those in several.items():
            told = (names.text(finding.message) for finding in those if finding.property != "deadlock")
            messages = tuple(dict.fromkeys(told))
            wanted = circuit.any_of([finding.literal for finding in those])
            explanations.append(self._one(Outcome(name, place, messages), wanted))
        return explanations

    def of_races(self) -> list[Explanation]:
        """An explanation for each two lines that could race."""
        session, encoding = self.session, self.session.encoding
        found = session.race()
        assert found is None, "only what passes can be explained"
        circuit = encoding.circuit
        self._enough = self._excluded(circuit.any_of(session.races.values()), circuit.switches or ())
        several: dict[str, dict[tuple[int, int], None]] = {}
        for pair in session.races:
            lines = (str(own_place(e.source, e.stack)) for e in (encoding.events[number] for number in pair))
            several.setdefault(" and ".join(dict.fromkeys(lines)), {})[pair] = None
        explanations = []
        for place, pairs in several.items():
            cells = {
                self.elements.names.text(encoding.space.name(cell)): None
                for one, other in pairs
                for cell in encoding.at[one]
                if cell in encoding.at[other]
            }
            outcome = Outcome("race", place, (f"data race on {', '.join(cells)}",))
            explanations.append(self._one(outcome, circuit.any_of([session.races[pair] for pair in pairs])))
        return explanations

    def _one(self, outcome: Outcome, wanted: int) -> Explanation:
        needed = self._excluded(wanted, ())
        least = True
        if needed is None:
            assert self._enough is not None
            needed = self._excluded(wanted, self._enough)
            assert needed is not None
            needed, least = self._fewest(wanted, needed)
        return Explanation((outcome,), self._groups(needed), least)

    def _excluded(self, wanted: int, switches: Iterable[int]) -> list[int] | None:
        """Of ``switches`` some that exclude ``wanted``; None when they do not."""
        chosen = list(switches)
        solver = self.session.solver
        answer = solver.check([wanted, *chosen], effort=self.session.effort, model=False)
        if answer is None:
            raise OutOfTime
        if answer:
            return None
        among = set(chosen)
        return [switch for switch in solver.core() if switch in among]

    def _fewest(self, wanted: int, needed: list[int]) -> tuple[list[int], bool]:
        """``needed`` without what is not: whole groups first, the weightiest of them first, then single facts."""
        groups: dict[tuple[Element, ...], list[int]] = {}
        for switch in needed:
            groups.setdefault(self._fact(switch).rests_on, []).append(switch)
        for _, members in sorted(groups.items(), key=lambda g: (-len(g[0]), -len(g[1]), g[0])):
            out = set(members)
            fewer = self._excluded(wanted, [switch for switch in needed if switch not in out])
            needed = needed if fewer is None else fewer
        if len(needed) > MOST_SINGLY:
            return needed, False
        for switch in list(needed):
            if switch in needed:
                fewer = self._excluded(wanted, [other for other in needed if other != switch])
                needed = needed if fewer is None else fewer
        return needed, True

    def _fact(self, switch: int) -> Fact:
        found = self._facts.get(switch)
        if found is None:
            switches = self.session.encoding.circuit.switches
            assert switches is not None
            found = self._facts[switch] = self.elements.fact(switches[switch])
        return found

    def _groups(self, needed: Iterable[int]) -> tuple[Group, ...]:
        found: dict[tuple[Element, ...], dict[str, None]] = {}
        for switch in needed:
            fact = self._fact(switch)
            found.setdefault(fact.rests_on, {})[fact.says] = None
        groups = [Group(rests_on, tuple(sorted(facts))) for rests_on, facts in found.items()]
        return tuple(sorted(groups, key=lambda group: (len(group.facts), group.rests_on)))


def _place(finding: Finding) -> str:
    if finding.source is NOWHERE or finding.property == "deadlock":
        return ""
    return str(own_place(finding.source, finding.stack))


def _merged(explanations: Sequence[Explanation]) -> tuple[Explanation, ...]:
    """Explanations that rest on the same things, whatever the facts, as one."""
    found: dict[tuple[tuple[Element, ...], ...], Explanation] = {}
    for one in explanations:
        key = tuple(sorted(group.rests_on for group in one.groups))
        known = found.get(key)
        if known is None:
            found[key] = one
            continue
        facts: dict[tuple[Element, ...], dict[str, None]] = {}
        for group in (*known.groups, *one.groups):
            facts.setdefault(group.rests_on, {}).update(dict.fromkeys(group.facts))
        groups = [Group(rests_on, tuple(sorted(says))) for rests_on, says in facts.items()]
        groups.sort(key=lambda group: (len(group.facts), group.rests_on))
        outcomes = tuple(dict.fromkeys((*known.outcomes, *one.outcomes)))
        found[key] = evolve(known, outcomes=outcomes, groups=tuple(groups), least=known.least and one.least)
    return tuple(sorted(found.values(), key=_size))
