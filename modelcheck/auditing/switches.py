"""A program with a switch for each weaker form of each element in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from attrs import define, evolve, field, frozen

from modelcheck.auditing.element import (
    ANNOTATION,
    ATOMIC,
    BARRIER,
    GRACE,
    LOCK,
    SECTION,
    TEST,
    Edit,
    Element,
    Insertion,
    Option,
    Strengthening,
    by_kind_and_place,
)
from modelcheck.auditing.names import BARRIERS, TRIES, WEAKER_FENCES, family_of
from modelcheck.auditing.pairs import paired
from modelcheck.auditing.rewrite import Alternative, Rewriting, copied, plain
from modelcheck.auditing.sites import Gap, Site, Sites, TestSite
from modelcheck.auditing.spelling import stronger_atomics, stronger_marks, unmarked, weaker_atomics, weaker_marks
from modelcheck.auditing.written import Unasked
from modelcheck.program.expr import const
from modelcheck.program.ir import (
    Assert,
    Assign,
    Call,
    Fence,
    Function,
    Instruction,
    Load,
    Program,
    Rmw,
    Source,
    Store,
    Tags,
    Wait,
)
from modelcheck.program.outlived import asks_only

FULL: Tags = frozenset({"MB", "SC", "ACQ_REL"})
ACQUIRING: Tags = frozenset({"ACQUIRE", "ACQ", "CON"})
RELEASING: Tags = frozenset({"RELEASE", "REL"})
FENCES: Final = {"smp_mb()": "Mb", "smp_wmb()": "Wmb", "smp_rmb()": "Rmb"}
"""Fences that may be put in, by their text, with their tags."""

MARKED: Tags = frozenset({"ONCE", "RLX"})
ORDERS: Tags = FULL | ACQUIRING | RELEASING | MARKED


@frozen
class Switched:
    """A program with switches, and what they are.

    ``program`` runs as it did where every switch is off. ``unpaired`` are operations on locks, with their places, that
    have no switch: what belongs to them was not found. ``unasked``: what else has none. ``unmarked``: accesses, with
    their places, whose stronger forms are not known.
    """

    program: Program
    elements: tuple[Element, ...]
    insertions: tuple[Insertion, ...] = ()
    strengthenings: tuple[Strengthening, ...] = ()
    unpaired: tuple[tuple[str, Source], ...] = ()
    unasked: tuple[Unasked, ...] = ()
    unmarked: tuple[tuple[str, Source], ...] = ()


def switched(
    program: Program,
    where: Callable[[Source], bool],
    kinds: Iterable[str],
    fences: Collection[str] = (),
    stronger: bool = False,
) -> Switched:
    """``program`` with a switch for each weaker form of each element of ``kinds`` that stands at a place of ``where``.

    ``fences``: those of `FENCES` that may be put in between statements, each with a switch. ``stronger``: loads and
    stores may be written with more order, each form with a switch.
    """
    return _Switching(program, where, frozenset(kinds), tuple(fences), stronger).result()


@define
class _Switching:
    program: Program
    where: Callable[[Source], bool]
    kinds: frozenset[str]
    fences: tuple[str, ...]
    stronger: bool
    sites: Sites = field(init=False)
    rewritings: dict[str, Rewriting] = field(factory=dict)
    made: dict[str, Function] = field(factory=dict)
    elements: list[Element] = field(factory=list)
    insertions: list[Insertion] = field(factory=list)
    strengthenings: list[Strengthening] = field(factory=list)
    unmarked: list[tuple[str, Source]] = field(factory=list)
    passed_over: list[Unasked] = field(factory=list)
    switches: int = 0

    def __attrs_post_init__(self) -> None:
        self.sites = Sites(self.program)

    def result(self) -> Switched:
        operations = [site for site in self.sites.operations if self.where(site.source)]
        sections = [site for site in operations if site.kind in (LOCK, SECTION)]
        groups = paired(sections, self.sites)
        for group in groups:
            if group[0].kind in self.kinds:
                self._section(group)
        known = {site.source for group in groups for site in group}
        left = [site for site in sections if site.source not in known and site.kind in self.kinds]
        make = {BARRIER: self._barrier, GRACE: self._barrier, ANNOTATION: self._annotation, ATOMIC: self._atomic}
        for site in operations:
            if site.kind in self.kinds and site.kind in make:
                make[site.kind](site)
        if TEST in self.kinds:
            for test in self.sites.tests:
                if self.where(test.source):
                    self._test(test)
        for gap in self.sites.gaps if self.fences else ():
            if self.where(gap.source):
                self._gap(gap)
        if self.stronger:
            for site in self.sites.accesses:
                if self.where(site.source):
                    self._strengthen(site)
        functions = {**self.program.functions, **self.made}
        for name, rewriting in self.rewritings.items():
            functions[name] = rewriting.result()
        self.elements.sort(key=by_kind_and_place)
        return Switched(
            evolve(self.program, functions=functions),
            tuple(self.elements),
            tuple(self.insertions),
            tuple(self.strengthenings),
            tuple((site.text, site.source) for site in left),
            tuple(
                one
                for one in (*self.sites.unasked, *self.passed_over)
                if self.where(one.source) and self.kinds & set(one.kinds)
            ),
            tuple(self.unmarked),
        )

    def _rewriting(self, name: str) -> Rewriting:
        function = self.made.get(name) or self.program.functions[name]
        return self.rewritings.setdefault(name, Rewriting(function))

    def _number(self) -> int:
        self.switches += 1
        return self.switches

    def _replace(self, function: str, at: tuple[int, int], alternative: Alternative) -> None:
        self._rewriting(function).alternatives.setdefault(at, []).append(alternative)

    # ------------------------------------------------------------ kinds of elements

    def _section(self, group: Sequence[Site]) -> None:
        """A lock, or read-side section: without its operations."""
        number = self._number()
        for site in group:
            for step in site.steps:
                widths = self._rewriting(step.function).widths
                left = _skipped(step.instruction, site.name, widths)
                self._replace(step.function, step.at, Alternative(number, left))
        edits = tuple(_without(site) for site in group)
        opening = next(site for site in group if (found := family_of(site.name)) and found[1])
        places = (opening.source, *(site.source for site in group if site is not opening))
        option = Option("left out", number, True, edits)
        self.elements.append(Element(group[0].kind, opening.text, places, (option,)))

    def _barrier(self, site: Site) -> None:
        tag = BARRIERS.get(site.name, "")
        forms: list[tuple[str, Tags | None]] = [(text, frozenset({tag})) for text, tag in WEAKER_FENCES.get(tag, ())]
        fences = [(function, at, step) for function, at, step in self._inside(site) if isinstance(step, Fence)]
        if not fences:
            self.passed_over.append(Unasked(site.source, site.text, (site.kind,), False))
            return
        options = []
        for text, tags in [*forms, ("left out", None)]:
            number = self._number()
            for function, at, step in fences:
                instead = () if tags is None else (evolve(step, tags=tags),)
                self._replace(function, at, Alternative(number, instead))
            edit = _without(site) if tags is None else Edit(site.source, text)
            options.append(Option(text, number, tags is None, (edit,)))
        self.elements.append(Element(site.kind, site.text, (site.source,), tuple(options)))

    def _annotation(self, site: Site) -> None:
        options = []
        for name, tags, text in weaker_marks(site):
            number = self._number()
            done = False
            for step in site.steps:
                if isinstance(step.instruction, Load | Store) and step.instruction.tags & ORDERS:
                    weaker = evolve(step.instruction, tags=tags)
                    self._replace(step.function, step.at, Alternative(number, (weaker,)))
                    done = True
            if done:
                edits = (Edit(site.source, text),) if text else ()
                options.append(Option(name, number, not tags, edits))
        if options:
            self.elements.append(Element(site.kind, site.text, (site.source,), tuple(options)))

    def _atomic(self, site: Site) -> None:
        """A read-modify-write: with less order, and done in two steps."""
        places = self._inside(site)
        steps = [(function, at, step) for function, at, step in places if isinstance(step, Rmw) and not step.waits]
        if not steps:
            return
        present: Tags = frozenset().union(*(step.read_tags | step.write_tags for _, _, step in steps))
        options = []
        for name, read, write, text in weaker_atomics(site, present & ORDERS):
            number = self._number()
            for function, at, step in steps:
                weaker = evolve(
                    step,
                    read_tags=(step.read_tags - ORDERS) | read,
                    write_tags=(step.write_tags - ORDERS) | write,
                )
                self._replace(function, at, Alternative(number, (weaker,)))
            options.append(Option(name, number, False, (Edit(site.source, text),) if text else ()))
        number = self._number()
        for function, at, step in steps:
            self._replace(function, at, plain(step, self._rewriting(function), number))
        text = unmarked(site)
        options.append(Option("not atomic", number, True, (Edit(site.source, text),) if text else ()))
        self.elements.append(Element(site.kind, site.text, (site.source,), tuple(options)))

    def _inside(self, site: Site) -> list[tuple[str, tuple[int, int], Instruction]]:
        """The instructions of a site, and of its own copy of those of our functions that it calls."""
        found: list[tuple[str, tuple[int, int], Instruction]] = []
        for step in site.steps:
            if not isinstance(step.instruction, Call):
                found.append((step.function, step.at, step.instruction))
                continue
            callee = str(step.instruction.callee)
            wanted = {
                name: synchronises and not self.sites.is_own(name) and not name.startswith("__mc_")
                for name, synchronises in self.sites.synchronising.items()
            }
            if not wanted.get(callee):
                continue
            suffix = f"#{self.switches}.{len(self.made)}"
            copies = copied(self.program, callee, suffix, wanted)
            self.made.update(copies)
            self._redirect(step.function, step.at, f"{callee}{suffix}")
            for name, function in copies.items():
                for number, block in enumerate(function.blocks):
                    for index, instruction in enumerate(block.instructions):
                        found.append((name, (number, index), instruction))
        return found

    def _redirect(self, name: str, at: tuple[int, int], callee: str) -> None:
        rewriting = self._rewriting(name)
        number, index = at
        block = rewriting.function.blocks[number]
        steps = list(block.instructions)
        call = steps[index]
        assert isinstance(call, Call)
        steps[index] = evolve(call, callee=callee)
        blocks = list(rewriting.function.blocks)
        blocks[number] = evolve(block, instructions=tuple(steps))
        rewriting.function = evolve(rewriting.function, blocks=tuple(blocks))

    def _test(self, test: TestSite) -> None:
        number = self._number()
        for function, block in test.branches:
            self._rewriting(function).decided.setdefault(block, []).append((number, test.passed))
        value = "1" if test.passed else "0"
        edit = Edit(test.source, value if re.fullmatch(r"[\w\s.>\-*&|!=<+()\[\]]*", test.text) else "")
        edit = Edit(test.source, f"((void)({test.text}), {value})") if "(" in test.text else edit
        option = Option("left out", number, True, (edit,) if edit.text else ())
        self.elements.append(Element(TEST, test.text, (test.source,), (option,)))

    def _gap(self, gap: Gap) -> None:
        for text in self.fences:
            number = self._number()
            for function, at in gap.places:
                fence = Fence(frozenset({FENCES[text]}), gap.source)
                self._rewriting(function).insertions.setdefault(at, []).append((number, fence))
            self.insertions.append(Insertion(text, gap.text, gap.source, number))

    def _strengthen(self, site: Site) -> None:
        forms: list[tuple[str, int, Edit]] = []
        if isinstance(site.steps[0].instruction, Rmw):
            for name, read, write, text in stronger_atomics(site):
                number = self._number()
                for step in site.steps:
                    assert isinstance(step.instruction, Rmw)
                    stronger = evolve(step.instruction, read_tags=read, write_tags=write)
                    self._replace(step.function, step.at, Alternative(number, (stronger,)))
                forms.append((name, number, Edit(site.source, text or "")))
        for name, tags, text in () if forms else stronger_marks(site):
            number = self._number()
            for step in site.steps:
                assert isinstance(step.instruction, Load | Store)
                self._replace(step.function, step.at, Alternative(number, (evolve(step.instruction, tags=tags),)))
            forms.append((name, number, Edit(site.source, text or "")))
        if forms:
            self.strengthenings.append(Strengthening(site.text, site.source, tuple(forms)))
        elif any(isinstance(s.instruction, Load | Store) and s.instruction.tags <= {"ONCE"} for s in site.steps):
            self.unmarked.append((site.text, site.source))


def _skipped(step: Instruction, name: str, widths: Sequence[int]) -> tuple[Instruction, ...]:
    """What is left of a lock operation that is left out: its result, as if it had been done; ``widths`` in bits, of the
    registers."""
    if isinstance(step, Call) and step.dst is not None:
        return (Assign(step.dst, const(1 if TRIES.fullmatch(name) else 0, widths[step.dst]), step.source),)
    if isinstance(step, Rmw | Wait):
        return (Assign(step.dst, const(0, widths[step.dst]), step.source),)
    # An assertion in it is about the lock being held, and so is what asks whether the lock is still there.
    return () if isinstance(step, Store | Fence | Call | Assert) or asks_only(step) else (step,)


def _without(site: Site) -> Edit:
    """The operation taken out of the text; where it is an operand, what it gives is left."""
    found = family_of(site.name)
    opens = found is not None and found[1]
    if TRIES.fullmatch(site.name):
        return Edit(site.source, "1")
    return Edit(site.source, "" if not opens or not site.name.startswith("srcu") else "0")
