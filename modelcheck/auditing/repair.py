"""Repairs: the smallest changes with which a failing scenario holds, each checked as the patch that it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import define, evolve, field, frozen

from modelcheck.auditing.audit import Request, Told, places
from modelcheck.auditing.edits import apply_edits, diff
from modelcheck.auditing.element import BARRIER, Edit, Element
from modelcheck.auditing.session import Question, Switchboard
from modelcheck.auditing.switches import FENCES, Switched, switched
from modelcheck.auditing.taking import LockChange, lock_changes
from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.spec import Scenario, Variant, load_program
from modelcheck.program.ir import Program, Source
from modelcheck.solve.check import check
from modelcheck.solve.result import ExecutedEvent
from modelcheck.solve.sat import Circuit, Solver

MOST_CHANGES = 4
"""Repairs of more changes than this are not looked for."""

MOST_LOCKS = 120
"""So many ways to take a lock are tried."""

_ORDERED = 1.3
_COSTS = {"READ_ONCE()": 1.0, "WRITE_ONCE()": 1.0, "smp_wmb()": 1.1, "smp_rmb()": 1.1, "smp_mb()": 2.0}
_ODD = 0.5
"""What changes ask for: marks least, then barriers, acquire and release (`_ORDERED`), and a full barrier most."""


@frozen
class Form:
    """One way to make a change: in words, the switches that make it, how the C says it, and how much it asks for."""

    text: str
    switches: tuple[int, ...]
    edits: tuple[Edit, ...]
    cost: float = 1.0


@frozen
class Change:
    """A place where something can be strengthened; ``forms`` from the weakest to the strongest."""

    forms: tuple[Form, ...]


@frozen
class Repair:
    """Changes with which everything asked about holds.

    Attributes:
        changes: in words.
        patch: a unified diff against the variant's sources.
        checked: scenarios and models that were checked with it, and held.
    """

    changes: tuple[str, ...]
    patch: str
    checked: tuple[tuple[str, str], ...]


@frozen
class Repairs:
    """The repairs of one failing scenario.

    Attributes:
        scenario: its name.
        model: under which it fails.
        repairs: smallest first.
        exhaustive: of the changes considered, no other smallest set does.
        reason: why there are none, or not all.
    """

    scenario: str
    model: str
    repairs: tuple[Repair, ...]
    exhaustive: bool
    reason: str = ""


def repairs(request: Request, scenario: Scenario, told: Told = lambda text: None) -> Repairs:
    """The smallest repairs of ``scenario``, which fails under the model of ``request``.

    Considered are a fence put in or moved, a stronger form of a load or store, and, where none of these do, a lock that
    the program knows taken around the body of a function. Each is then checked as a patch, without switches, in every
    scenario of ``request`` that held before, and in ``scenario``.
    """
    return _Search(request, scenario, told).run()


@define
class _Search:
    request: Request
    scenario: Scenario
    told: Told
    program: Program = field(init=False)
    made: Switched = field(init=False)
    board: Switchboard = field(init=False)
    changes: list[Change] = field(init=False)
    manner: str = ""
    held: dict[tuple[str, str], bool] = field(factory=dict)

    def run(self) -> Repairs:
        request, scenario = self.request, self.scenario
        self.program = load_program(request.spec, scenario, request.variant)
        where = places(request.spec, self.program, request.files)
        self.made = switched(self.program, where, (BARRIER,), FENCES, stronger=True)
        question = Question(
            scenario.properties, scenario.unroll, scenario.recursion, request.seconds or scenario.longest
        )
        self.board = Switchboard(self.made.program, load_model(request.model[1]), question)
        model = request.model[0]
        base = self.board.ask()
        if base.verdict != "FAIL":
            return Repairs(scenario.name, model, (), True, f"it does not fail: {base.verdict} {base.reason}".strip())
        self.manner = _manner(base.execution.events if base.execution else ())
        self.changes = list(self._changes())
        found, exhaustive, reason = self._search()
        done = [repair for forms in found if (repair := self._checked(forms)) is not None]
        if done:
            return Repairs(scenario.name, model, tuple(done), exhaustive, reason)
        events = base.execution.events if base.execution else ()
        functions = {place.function for event in events for place in (event.source, *event.stack)}
        taken, exhaustive, reason = self._locks(where, functions)
        return Repairs(scenario.name, model, taken, exhaustive, reason)

    def _locks(self, where: Callable[[Source], bool], functions: set[str]) -> tuple[tuple[Repair, ...], bool, str]:
        """Locks taken over as few lines as do, in the functions that the failure runs through."""
        candidates = sorted(lock_changes(self.program, where, functions), key=lambda c: c.lines)
        found: list[tuple[LockChange, Repair]] = []
        for tried, change in enumerate(candidates):
            self.told(f"locks: {tried} of {len(candidates)}, {len(found)} repairs")
            if len(found) >= self.request.most or tried >= MOST_LOCKS:
                reason = f"{tried} of {len(candidates)} ways to take a lock were tried"
                return tuple(repair for _, repair in found), False, reason
            if any(change.covers(smaller) for smaller, _ in found):
                continue
            repair = self._checked([Form(change.text, (), change.edits)])
            if repair is not None:
                found.append((change, repair))
        reason = "" if found else f"no fence, marked access or lock considered does{self._left_out()}"
        return tuple(repair for _, repair in found), True, reason

    def _left_out(self) -> str:
        """The plain or once accesses of the code whose stronger forms are not known."""
        left = dict.fromkeys(f"'{text}' at {place}" for text, place in self.made.unmarked)
        return f"; not known how to write with more order: {', '.join(left)}" if left else ""

    def _changes(self) -> Iterator[Change]:
        """What can be strengthened in an execution of this scenario."""
        reaching = self.board.reaching
        gaps: dict[object, list[Form]] = {}
        for insertion in self.made.insertions:
            if insertion.switch in reaching:
                text = f"put {insertion.text} before '{insertion.before}', {insertion.place}"
                form = Form(text, (insertion.switch,), (insertion.edit,), _COSTS[insertion.text])
                gaps.setdefault(insertion.place, []).append(form)
        order = {text: rank for rank, text in enumerate(("smp_wmb()", "smp_rmb()", "smp_mb()"))}
        for forms in gaps.values():
            yield Change(tuple(sorted(forms, key=lambda f: order[f.text.split()[1]])))
        alike = Counter((access.was, str(access.place)) for access in self.made.strengthenings)
        for access in self.made.strengthenings:
            # Two of one line are told apart by their columns.
            several = alike[access.was, str(access.place)] > 1
            place = f"{access.place}:{access.place.column}" if several else str(access.place)
            forms = [
                Form(f"make '{access.was}' a {name}, {place}", (switch,), (edit,), _COSTS.get(name, _ORDERED))
                for name, switch, edit in access.forms
                if switch in reaching
            ]
            if forms:
                yield Change(tuple(forms))

    # ------------------------------------------------------------ the smallest sets

    def _holds(self, forms: Sequence[Form]) -> bool:
        return self.board.ask([switch for form in forms for switch in form.switches]).verdict == "PASS"

    def _search(self) -> tuple[list[list[Form]], bool, str]:
        """The smallest sets of changes that do, each in its weakest form, in the order of their places."""
        strongest = [change.forms[-1] for change in self.changes]
        if not self._holds(strongest):
            return [], True, ""
        circuit = Circuit()
        on = [circuit.fresh() for _ in self.changes]
        solver = Solver(circuit)
        found: dict[tuple[int, ...], list[Form]] = {}
        for size in range(1, MOST_CHANGES + 1):
            bound = _at_most(circuit, on, size)
            while len(found) < self.request.most and solver.check([bound]):
                chosen = [number for number, literal in enumerate(on) if solver.holds(literal)]
                self.told(f"repairs of {size}: {len(found)} found")
                if self._holds([strongest[number] for number in chosen]):
                    found[tuple(chosen)] = self._weakest(chosen)
                    circuit.add(*(-on[number] for number in chosen))
                else:
                    failing = self._grown(set(chosen), strongest)
                    circuit.add(*(literal for number, literal in enumerate(on) if number not in failing))
            if found:
                full = len(found) >= self.request.most
                ordered = [found[chosen] for chosen in sorted(found, key=lambda c: (self._cost(found[c]), c))]
                return ordered, not full, f"stopped after {len(found)} repairs" if full else ""
        return [], False, f"none of up to {MOST_CHANGES} changes does"

    def _cost(self, forms: Sequence[Form]) -> float:
        """How much a repair asks for: what is not in the manner of the code around it, and what does not belong
        together, a barrier that faces an acquire say, costs more."""
        fenced = any("smp_wmb()" in form.text or "smp_rmb()" in form.text for form in forms)
        ordered = any(form.cost == _ORDERED for form in forms)
        odd = (fenced and ordered) + (fenced and self.manner == "tags") + (ordered and self.manner == "fences")
        return sum(form.cost for form in forms) + _ODD * odd

    def _grown(self, chosen: set[int], strongest: Sequence[Form]) -> set[int]:
        """As many changes more as leave it failing; in halves, since most change nothing."""
        rest = [number for number in range(len(strongest)) if number not in chosen]
        stack = [rest]
        while stack:
            part = stack.pop()
            if not self._holds([strongest[number] for number in sorted(chosen | set(part))]):
                chosen |= set(part)
            elif len(part) > 1:
                middle = len(part) // 2
                stack += [part[middle:], part[:middle]]
        return chosen

    def _weakest(self, chosen: Sequence[int]) -> list[Form]:
        forms = [self.changes[number].forms[-1] for number in chosen]
        for index, number in enumerate(chosen):
            for weaker in self.changes[number].forms:
                tried = [*forms[:index], weaker, *forms[index + 1 :]]
                if self._holds(tried):
                    forms = tried
                    break
        return [self._moved(form, forms) for form in forms]

    def _moved(self, form: Form, forms: Sequence[Form]) -> Form:
        """A fence put in, as one that is moved where one like it in the same function is then of no use."""
        for element in self.made.elements:
            insertion = next((i for i in self.made.insertions if (i.switch,) == form.switches), None)
            if insertion is None or insertion.text != element.text:
                continue
            if insertion.place.function == element.places[0].function and self._useless(element, forms):
                option = element.options[-1]
                text = f"move {element.text} from line {element.places[0].line} to before '{insertion.before}'"
                return Form(f"{text}, {insertion.place}", (*form.switches, option.switch), (*form.edits, *option.edits))
        return form

    def _useless(self, element: Element, forms: Sequence[Form]) -> bool:
        option = element.options[-1]
        return option.switch in self.board.reaching and self._holds([*forms, Form("", (option.switch,), ())])

    # ------------------------------------------------------------ as a patch

    def _checked(self, forms: Sequence[Form]) -> Repair | None:
        """The repair as a patch, if it holds as such."""
        request = self.request
        before = {name: text for name, text in self.program.files.items() if not name.startswith("<")}
        after = apply_edits(before, [edit for form in forms for edit in form.edits])
        variant = evolve(request.variant, files={**request.variant.files, **after})
        checked = []
        models = (request.model, *(model for model in request.others if model != request.model))
        for scenario in (self.scenario, *(s for s in request.scenarios if s.name != self.scenario.name)):
            for name, load in models:
                if name not in scenario.models and name != request.model[0]:
                    continue
                self.told(f"a repair as a patch: {scenario.name}, {name}")
                if self._verdict(scenario, variant, load) == "PASS":
                    checked.append((scenario.name, name))
                elif (scenario, name) == (self.scenario, request.model[0]) or self._held(scenario, load):
                    return None
        return Repair(tuple(form.text for form in forms), diff(before, after), tuple(checked))

    def _held(self, scenario: Scenario, load: str) -> bool:
        """Whether a scenario holds without the repair."""
        known = self.held.get((scenario.name, load))
        if known is None:
            known = self._verdict(scenario, self.request.variant, load) == "PASS"
            self.held[scenario.name, load] = known
        return known

    def _verdict(self, scenario: Scenario, variant: Variant, load: str) -> str:
        try:
            program = load_program(self.request.spec, scenario, variant)
        except InputError:
            if variant is self.request.variant:
                raise
            return "no C"  # a change that names what is not in scope there
        return check(
            program,
            load_model(load),
            scenario.properties,
            unroll=scenario.unroll,
            recursion=scenario.recursion,
            timeout=self.request.seconds or scenario.longest,
        ).verdict


def _manner(events: Iterable[ExecutedEvent]) -> str:
    """How code orders its accesses: by ``fences``, by acquire and release (``tags``); empty: by both or neither."""
    own = [e for e in events if not e.name.startswith(("start of ", "end of ")) and not e.tags & {"LKR", "LKW", "UL"}]
    tags = {tag for event in own for tag in event.tags}
    fences, ordered = bool(tags & {"Wmb", "Rmb"}), bool(tags & {"ACQUIRE", "RELEASE"})
    return "" if fences == ordered else "fences" if fences else "tags"


def _at_most(circuit: Circuit, literals: Sequence[int], bound: int) -> int:
    """A literal that demands that no more than ``bound`` of ``literals`` hold (a sequential counter, Sinz 2005)."""
    wanted = circuit.fresh()
    before: list[int] = []
    for literal in literals:
        row = [circuit.fresh() for _ in range(bound)]
        circuit.add(-literal, row[0])
        for column in range(bound):
            if before:
                circuit.add(-before[column], row[column])
                if column + 1 < bound:
                    circuit.add(-literal, -before[column], row[column + 1])
        if before:
            circuit.add(-wanted, -literal, -before[-1])
        before = row
    return wanted
