"""The audit of a spec: each element left out or made weaker, alone and together, in every scenario."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

from attrs import define, evolve, field, frozen

from modelcheck.auditing.element import BARRIER, KINDS, LOCK, SECTION, Element
from modelcheck.auditing.judgement import (
    GIVEN,
    MISPLACED,
    NECESSARY,
    NOT_ASKED,
    NOT_REACHED,
    OPEN,
    REDUNDANT,
    TOO_STRONG,
    Failure,
    Judgement,
    ModelAudit,
)
from modelcheck.auditing.names import name_of
from modelcheck.auditing.session import Question, Switchboard
from modelcheck.auditing.sets import Sets, minimal_sets
from modelcheck.auditing.switches import FENCES, Switched, switched
from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.spec import Scenario, Spec, Variant, load_program
from modelcheck.program.ir import Program, Source
from modelcheck.program.words import plain
from modelcheck.solve.result import Result

LARGEST = 40
"""Of more elements than this that can each be left out, minimal sets are not looked for."""


@frozen
class Request:
    """What to audit.

    Attributes:
        spec, variant: the code.
        scenarios: those asked about.
        model: name and what loads it.
        kinds: of elements.
        files: globs of the files whose elements are asked about; empty: see `places`.
        most: how many minimal sets to look for.
        seconds: for one set of changes in one scenario, None for no limit.
        others: further models under which a repair is checked.
    """

    spec: Spec
    variant: Variant
    scenarios: tuple[Scenario, ...]
    model: tuple[str, str]
    kinds: tuple[str, ...] = KINDS
    files: tuple[str, ...] = ()
    most: int = 16
    seconds: float | None = None
    others: tuple[tuple[str, str], ...] = ()


Told = Callable[[str], None]
"""Told what is being done, from time to time."""


def audit(request: Request, told: Told = lambda text: None) -> ModelAudit:
    """The audit of one variant of a spec under one model.

    Raises `InputError` for sources that are wrong.
    """
    return _Audit(request, told).run()


def places(spec: Spec, program: Program, files: Sequence[str]) -> Callable[[Source], bool]:
    """Whether a place is in the code under check.

    That is in the files that ``files`` name (globs); without any, in those that are no scenario's own and define no
    function which a scenario names, unless there are no others.
    """
    for glob in files:
        if not any(fnmatchcase(name, glob) for name in program.files if not name.startswith("<")):
            raise InputError(f"--file: no source or header is called '{glob}'", str(spec.file))
    if files:
        return lambda place: any(fnmatchcase(place.file, glob) for glob in files)
    named = {
        name
        for scenario in spec.scenarios.values()
        for name in (scenario.init, scenario.final, *(function for _, function in scenario.threads))
    }
    setting = {f.source.file for name, f in program.functions.items() if name in named}
    setting |= {source for scenario in spec.scenarios.values() for source in scenario.sources}
    if all(source in setting for source in spec.sources):
        return lambda place: True
    return lambda place: place.file not in setting


@define
class _Board:
    """One scenario."""

    scenario: Scenario
    switched: Switched
    switches: Switchboard
    base: Result
    breaks: int = 0

    def option(self, key: object, name: str) -> int | None:
        """The number of the switch for a form of the element with ``key``; None where the scenario cannot reach it."""
        for element in self.switched.elements:
            if element.key == key:
                for option in element.options:
                    if option.name == name and option.switch in self.switches.reaching:
                        return option.switch
        return None


@define
class _Audit:
    request: Request
    told: Told
    boards: list[_Board] = field(factory=list)
    elements: dict[object, Element] = field(factory=dict)

    def run(self) -> ModelAudit:
        started = time.monotonic()
        for scenario in self.request.scenarios:
            self.told(f"{scenario.name} as it is")
            self._open(scenario)
        holding = [board for board in self.boards if board.base.verdict == "PASS"]
        found = [self._judge(element, holding) for element in self.elements.values()]
        sets = self._sets(found, holding)
        found = [self._with_others(judgement, found, sets) for judgement in found]
        found = self._misplaced(found)
        elements = [judgement.element for judgement in found]
        unasked = [one for board in self.boards for one in board.switched.unasked]

        def named(several: Iterable[frozenset[int]]) -> tuple[tuple[Element, ...], ...]:
            return tuple(tuple(elements[number] for number in sorted(chosen)) for chosen in several)

        return ModelAudit(
            self.request.model[0],
            tuple(found),
            tuple(board.scenario.name for board in holding),
            tuple((b.scenario.name, _said(b.base)) for b in self.boards if b.base.verdict != "PASS"),
            named(sets.suffice),
            named(sets.losses),
            sets.exhaustive,
            sets.reason,
            sum(board.switches.asked for board in self.boards),
            time.monotonic() - started,
            tuple(dict.fromkeys(f"{t} at {s}" for board in self.boards for t, s in board.switched.unpaired)),
            tuple(dict.fromkeys(f"{one.text} at {one.source}" for one in unasked if one.unclear)),
            tuple(dict.fromkeys(name_of(one.text) or one.text for one in unasked if not one.unclear)),
        )

    def _open(self, scenario: Scenario) -> None:
        request = self.request
        program = load_program(request.spec, scenario, request.variant)
        where = places(request.spec, program, request.files)
        made = switched(program, where, request.kinds)
        switches = self._board(scenario, made)
        base = switches.ask()
        if base.verdict != "PASS" and BARRIER in request.kinds:
            # Another place for a barrier is looked for only where something fails as it is.
            made = switched(program, where, request.kinds, FENCES)
            switches = self._board(scenario, made)
        self.boards.append(_Board(scenario, made, switches, base))
        for element in made.elements:
            self.elements.setdefault(element.key, element)

    def _board(self, scenario: Scenario, made: Switched) -> Switchboard:
        request = self.request
        seconds = request.seconds or scenario.longest
        question = Question(scenario.properties, scenario.unroll, scenario.recursion, seconds)
        return Switchboard(made.program, load_model(request.model[1]), question)

    # ------------------------------------------------------------ one element

    def _judge(self, element: Element, holding: Sequence[_Board]) -> Judgement:
        """What becomes of ``element`` in the scenarios that hold as they are."""
        self.told(str(element))
        results = {option.name: self._without(element, option.name, holding) for option in element.options}
        if not any(results.values()):
            others = [board for board in self.boards if board not in holding]
            reached = [b for b in others if any(b.option(element.key, o.name) is not None for o in element.options)]
            names = ", ".join(board.scenario.name for board in reached)
            return (
                Judgement(element, NOT_ASKED, reason=f"no scenario but {names} comes by it")
                if reached
                else (Judgement(element, NOT_REACHED))
            )
        last = element.options[-1]
        failures = _failures(results[last.name])
        if failures and element.kind in (LOCK, SECTION):
            # A lock goes with all that gives it back: where something is still given back, that belongs to it, too.
            failures = tuple(failure for failure in failures if failure.property != "lock-misuse")
            if not failures:
                return Judgement(element, OPEN, reason="without it, something that is not part of it gives it back")
        if failures:
            for option in reversed(element.options[:-1]):
                if all(result.verdict == "PASS" for _, result in results[option.name]):
                    return Judgement(element, TOO_STRONG, option.name, failures)
            return Judgement(element, NECESSARY, failures=failures)
        for scenario, result in results[last.name]:
            if result.verdict == "UNKNOWN":
                return Judgement(element, OPEN, reason=f"{scenario}: {result.reason}")
        return Judgement(element, REDUNDANT)

    def _without(self, element: Element, form: str, holding: Sequence[_Board]) -> list[tuple[str, Result]]:
        """By scenario that comes by the element, the verdict with a form of it."""
        found = []
        for board in holding:
            number = board.option(element.key, form)
            if number is not None:
                found.append((board.scenario.name, board.switches.ask((number,))))
        return found

    # ------------------------------------------------------------ several

    def _sets(self, found: Sequence[Judgement], holding: Sequence[_Board]) -> Sets:
        """Minimal sets among all elements, by their numbers in ``found``."""
        needed = [number for number, j in enumerate(found) if j.verdict in (NECESSARY, TOO_STRONG)]
        free = [number for number, j in enumerate(found) if j.verdict == REDUNDANT]
        single = tuple(frozenset((number,)) for number in needed)
        if not holding:
            return Sets((), (), False, "no scenario holds as it is")
        if len(free) > LARGEST:
            return Sets((), single, False, f"more than {LARGEST} elements can each be left out")

        def holds(gone: frozenset[int]) -> bool | None:
            self.told(f"{len(gone)} elements left out together")
            known: bool | None = True
            for board in sorted(holding, key=lambda b: -b.breaks):
                keys = [(found[free[n]].element.key, found[free[n]].element.options[-1].name) for n in gone]
                numbers = [number for key, form in keys if (number := board.option(key, form)) is not None]
                verdict = board.switches.ask(numbers).verdict
                if verdict == "FAIL":
                    board.breaks += 1
                    return False
                known = known if verdict == "PASS" else None
            return known

        sets = minimal_sets(len(free), holds, most=self.request.most)
        suffice = tuple(frozenset(needed) | {free[n] for n in chosen} for chosen in sets.suffice)
        losses = tuple(frozenset(free[n] for n in chosen) for chosen in sets.losses)
        open_ones = [j for j in found if j.verdict == OPEN]
        reason = sets.reason or ("some elements could not be decided" if open_ones else "")
        return Sets(suffice, (*single, *losses), sets.exhaustive and not open_ones, reason)

    def _with_others(self, judgement: Judgement, found: Sequence[Judgement], sets: Sets) -> Judgement:
        """A redundant element that others stand in for."""
        if judgement.verdict != REDUNDANT:
            return judgement
        number = next(index for index, other in enumerate(found) if other is judgement)
        given = tuple(
            tuple(found[n].element for n in sorted(loss - {number})) for loss in sets.losses if number in loss
        )
        return evolve(judgement, verdict=GIVEN, given=given) if given else judgement

    # ------------------------------------------------------------ elsewhere

    def _misplaced(self, found: list[Judgement]) -> list[Judgement]:
        """Barriers with which a scenario fails as they stand, and holds with one of them at another place.

        One that another scenario needs where it is keeps its verdict.
        """
        failing = [board for board in self.boards if board.base.verdict == "FAIL" and board.switched.insertions]
        return [
            self._moved(judgement, failing)
            if judgement.element.kind == BARRIER and not judgement.failures
            else judgement
            for judgement in found
        ]

    def _moved(self, judgement: Judgement, failing: Sequence[_Board]) -> Judgement:
        element = judgement.element
        for board in failing:
            gone = board.option(element.key, element.options[-1].name)
            if gone is None:
                continue
            self.told(f"other places for {element}")
            for insertion in board.switched.insertions:
                same = insertion.text == element.text and insertion.place.function == element.places[0].function
                if not same or insertion.switch not in board.switches.reaching:
                    continue
                if board.switches.ask((gone, insertion.switch)).verdict == "PASS":
                    place = f"before '{insertion.before}', {insertion.place}"
                    failures = (_failure(board.scenario.name, board.base),)
                    return evolve(judgement, verdict=MISPLACED, failures=failures, place=place)
        return judgement


def _failures(results: Iterable[tuple[str, Result]]) -> tuple[Failure, ...]:
    return tuple(_failure(scenario, result) for scenario, result in results if result.verdict == "FAIL")


def _failure(scenario: str, result: Result) -> Failure:
    return Failure(scenario, result.property or "", plain(result.message))


def _said(result: Result) -> str:
    said = f"FAIL:{result.property}: {result.message}" if result.verdict == "FAIL" else f"UNKNOWN: {result.reason}"
    return plain(said)
