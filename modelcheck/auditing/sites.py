"""Where elements stand in a program: the operations, by their place in the user's sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from attrs import define, evolve, field, frozen

from modelcheck.auditing.element import LOCK, SECTION
from modelcheck.auditing.names import kind_of, name_of
from modelcheck.auditing.rewrite import At
from modelcheck.auditing.written import Unasked, Writing, closing, kinds_of
from modelcheck.program.expr import Expr
from modelcheck.program.flow import EXIT, Loop, flow_of
from modelcheck.program.ir import (
    Assert,
    Assign,
    Branch,
    Call,
    Fence,
    Function,
    Instruction,
    Load,
    Program,
    Rmw,
    Source,
    Store,
    Switch,
    Wait,
)


@frozen
class Step:
    """One instruction of a site."""

    function: str
    at: At
    instruction: Instruction


@define
class Site:
    """An operation at one place of the sources; compiled into several functions where it stands in a header.

    Attributes:
        source: the place.
        text: the operation as it is written.
        kind: of the element that it is, or part of.
        steps: the instructions that it came to.
    """

    source: Source
    text: str
    kind: str
    steps: list[Step] = field(factory=list)

    @property
    def name(self) -> str:
        """The operation's name."""
        return name_of(self.text)


@frozen
class TestSite:
    """A condition that decides whether the code goes on: a branch with far more behind one arm than behind the other.

    Attributes:
        source, text: the condition, or the part of it that the branch is on.
        passed: its value where the code goes on.
        branches: functions and blocks that end in the branch.
    """

    source: Source
    text: str
    passed: bool
    branches: tuple[tuple[str, int], ...]


@frozen
class Gap:
    """A place between two statements of a function: before the one that begins at ``source``.

    Attributes:
        source: of the statement behind it, or where the function returns.
        text: of that statement.
        places: functions, blocks and indexes of its first instruction.
    """

    source: Source
    text: str
    places: tuple[tuple[str, At], ...]


class Sites:
    """The sites in the functions of a program that the user wrote.

    Args:
        program: whose.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._unasked: dict[Source, Instruction] = {}

    @cached_property
    def own(self) -> tuple[Function, ...]:
        """The functions that the user wrote."""
        return tuple(function for name, function in self.program.functions.items() if self.is_own(name))

    def is_own(self, name: str) -> bool:
        """Whether a function is the user's, and none of our headers'."""
        return self.program.functions[name].source.file in self._texts

    @cached_property
    def _texts(self) -> Mapping[str, list[str]]:
        """The lines of the user's files."""
        return {name: t.splitlines() for name, t in self.program.files.items() if not name.startswith("<")}

    @cached_property
    def operations(self) -> tuple[Site, ...]:
        """What has a name that is known."""
        found: dict[Source, Site] = {}
        for function in self.own:
            for number, block in enumerate(function.blocks):
                for index, instruction in enumerate(block.instructions):
                    if isinstance(instruction, Call) and not self._is_ours(instruction):
                        continue
                    place = self._operation(instruction) or self._writing.meant(function, instruction)
                    if place is None and (_synchronises(instruction) or _is_known(instruction)):
                        self._unasked.setdefault(self._writing.seen(instruction.source), instruction)
                    if place is not None:
                        text = self.text(place)
                        kind = kind_of(name_of(text))
                        assert kind is not None
                        site = found.setdefault(place, Site(place, text, kind))
                        site.steps.append(Step(function.name, (number, index), instruction))
        # Of a macro, all uses are asked about, or none.
        unclear = {name for place in self._unasked for name in self._writing.named_from(place)}
        sites = [site for site in found.values() if self._writing.macro_at(site.source) not in unclear]
        return tuple(sorted(sites, key=lambda s: (s.source.file, s.source.line, s.source.column)))

    @cached_property
    def unasked(self) -> tuple[Unasked, ...]:
        """The fences, marked accesses and read-modify-writes that are of no site among `operations`."""
        known = {site.source for site in self.operations}
        return tuple(
            Unasked(place, self.text(place).strip(), kinds_of(step), self._writing.holds_known(place))
            for place, step in self._unasked.items()
            if place not in known
        )

    @cached_property
    def accesses(self) -> tuple[Site, ...]:
        """Loads, stores and read-modify-writes that stand by themselves: no other access comes from the same text."""
        found: dict[Source, Site] = {}
        for function in self.own:
            for number, block in enumerate(function.blocks):
                for index, step in enumerate(block.instructions):
                    if not isinstance(step, Assign | Assert):
                        site = found.setdefault(step.source, Site(step.source, self.text(step.source), ""))
                        site.steps.append(Step(function.name, (number, index), step))

        def alone(site: Site) -> bool:
            kinds = {type(step.instruction) for step in site.steps}
            functions = [step.function for step in site.steps]
            return kinds in ({Load}, {Store}, {Rmw}) and len(functions) == len(set(functions))

        sites = [site for site in found.values() if site.text and alone(site)]
        return tuple(sorted(sites, key=lambda s: (s.source.file, s.source.line, s.source.column)))

    def _operation(self, instruction: Instruction) -> Source | None:
        """The place of the operation that an instruction belongs to; within a macro's arguments, the innermost known.

        A call of one of our functions is looked for by its name, anything else is what the whole text begins with.
        """
        source = instruction.source
        text = self.text(source)
        if not text:
            # Within the arguments of a macro clang gives but the line.
            source = evolve(source, column=1, end_line=source.line, end_column=1 << 20)
            text = self.text(source)
        wanted = str(instruction.callee).partition("@")[0] if isinstance(instruction, Call) else name_of(text)
        if name_of(text) == wanted or (kind_of(name_of(text)) is not None and kind_of(wanted) is None):
            return self._call(source) if kind_of(name_of(text)) is not None else None
        if kind_of(wanted) is None or source.line != source.end_line:
            return None
        text = self._lines(source)[0]
        found = re.search(rf"\b{re.escape(wanted)}\s*\(", text)
        if found is None:
            return None
        end = closing(text, found.end()) or len(text)
        return evolve(source, column=source.column + found.start(), end_column=source.column + end)

    @cached_property
    def _writing(self) -> Writing:
        return Writing(self._texts)

    def _call(self, source: Source) -> Source:
        """``source`` without what clang takes in behind the call that it begins with, such as the semicolon."""
        text = self._lines(source)[0]
        if source.line != source.end_line or not text.rstrip().endswith(";") or "(" not in text:
            return source
        return evolve(source, end_column=source.column + (closing(text, text.index("(") + 1) or len(text)))

    def _is_ours(self, call: Call) -> bool:
        return isinstance(call.callee, str) and not self.is_own(call.callee)

    def text(self, source: Source) -> str:
        """What stands at ``source``, on one line."""
        return " ".join(line.strip() for line in self._lines(source))

    def _lines(self, source: Source) -> list[str]:
        lines = self._texts.get(source.file, [])[source.line - 1 : source.end_line]
        if lines:
            lines[-1] = lines[-1][: source.end_column - 1]
            lines[0] = lines[0][source.column - 1 :]
        return lines

    @cached_property
    def synchronising(self) -> Mapping[str, bool]:
        """Of every function, whether it or one that it calls holds a read-modify-write, a fence or a marked access."""
        return self._closed({name: any(map(_synchronises, _steps(f))) for name, f in self.program.functions.items()})

    @cached_property
    def reading(self) -> Mapping[str, bool]:
        """Of every function, whether it or one that it calls reads memory."""
        looks = (Load, Rmw, Wait)
        return self._closed(
            {name: any(isinstance(s, looks) for s in _steps(f)) for name, f in self.program.functions.items()}
        )

    def _closed(self, found: dict[str, bool]) -> Mapping[str, bool]:
        again = True
        while again:
            again = False
            for name, function in self.program.functions.items():
                if not found[name] and any(found.get(callee, False) for callee in _called(function)):
                    found[name] = again = True
        return found

    # ------------------------------------------------------------ between statements

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Before each statement that does something with memory, and before each return: where a line may be put in."""
        found: dict[Source, list[tuple[str, At]]] = {}
        for function in self.own:
            for number, block in enumerate(function.blocks):
                before = None
                for index, instruction in enumerate(block.instructions):
                    source = self._statement(instruction.source)
                    if source is not None and source.line != before and not isinstance(instruction, Assign):
                        before = source.line
                        start = _first_of_line(block.instructions, index, source)
                        found.setdefault(source, []).append((function.name, (number, start)))
        gaps = [Gap(source, self._line(source).strip(), tuple(places)) for source, places in found.items()]
        return tuple(sorted(gaps, key=lambda g: (g.source.file, g.source.line)))

    def _line(self, source: Source) -> str:
        return self._texts[source.file][source.line - 1]

    def _statement(self, source: Source) -> Source | None:
        """The empty range where the statement begins that something at ``source`` is in; None where no line can be put
        in before it: within a statement of several lines, in a head, or where a body is without braces."""
        lines = self._texts.get(source.file)
        if lines is None or not 0 < source.line <= len(lines):
            return None
        line = lines[source.line - 1]
        indent = len(line) - len(line.lstrip())
        above = _code_above(lines, source.line)
        starts = re.match(r"(while|for|else|do|case|default|\}|#)\b|\}|#", line.strip())
        if starts or not re.search(r"[;{}:]$", above) or re.match(r"(case|default)\b", above):
            return None
        if _DECLARATION.match(line):
            return None
        column = indent + 1
        return Source(source.file, source.line, column, source.line, column, source.function)

    # ------------------------------------------------------------ tests

    @cached_property
    def tests(self) -> tuple[TestSite, ...]:
        """Conditions on what was read from memory, or given by what reads it, that decide whether the code goes on."""
        found: dict[tuple[Source, bool], list[tuple[str, int]]] = {}
        for function in self.own:
            flow = flow_of(function)
            read = self._read_registers(function)
            for number, block in enumerate(function.blocks):
                end = block.terminator
                if not isinstance(end, Branch) or not _registers(end.condition) & read:
                    continue
                loops = list(_around(flow.order, number))
                if any(target not in loop.blocks for loop in loops for target in (end.then, end.otherwise)):
                    continue
                join = flow.join.get(number, EXIT)
                then, otherwise = _arm(function, end.then, join), _arm(function, end.otherwise, join)
                if then != otherwise and self.text(end.source) and self._is_no_lock(end):
                    found.setdefault((end.source, then > otherwise), []).append((function.name, number))
        sites = [TestSite(s, self.text(s), passed, tuple(where)) for (s, passed), where in found.items()]
        return tuple(sorted(sites, key=lambda s: (s.source.file, s.source.line, s.source.column)))

    def _read_registers(self, function: Function) -> set[int]:
        """Registers that hold what was read from memory."""
        found: set[int] = set()
        again = True
        while again:
            size = len(found)
            for step in _steps(function):
                match step:
                    case Load(dst) | Rmw(dst) | Wait(dst):
                        found.add(dst)
                    case Call(dst, callee) if dst is not None:
                        names = [callee] if isinstance(callee, str) else list(step.targets)
                        if any(self.reading.get(name, False) for name in names):
                            found.add(dst)
                    case Assign(dst, value) if _registers(value) & found:
                        found.add(dst)
            again = len(found) > size
        return found

    def _is_no_lock(self, branch: Branch) -> bool:
        """Whether a branch is not on the result of taking a lock, which is the lock's business."""
        kind = kind_of(name_of(self.text(branch.source).lstrip("!( ")))
        return kind not in (LOCK, SECTION)


_DECLARATION = re.compile(
    r"\s*(?!return\b|goto\b|else\b)(?:(?:const|volatile|static|register|unsigned|signed|struct|union|enum)\s+)*"
    r"[A-Za-z_]\w*(?:\s+|\s*\*+\s*)(?:\w+\s+)*\**[A-Za-z_]\w*\s*(?:\[[^\]]*\]\s*)*[=;,]"
)
"""The line of a declaration: before it the kernel's style puts no statement."""


def _code_above(lines: Sequence[str], line: int) -> str:
    """The last line above ``line`` that holds code, without comments: preprocessor lines hold none."""
    inside = False
    for index in range(line - 2, -1, -1):
        text = lines[index].strip()
        if inside:
            begins = text.find("/*")
            if begins < 0:
                continue
            inside, text = False, text[:begins]
        elif text.endswith("*/") and "/*" not in text:
            inside = True
            continue
        text = re.sub(r"/\*.*?\*/|//.*", "", text).strip()
        continued = index > 0 and lines[index - 1].rstrip().endswith("\\")
        if text and not text.startswith("#") and not (continued and _in_directive(lines, index)):
            return text
    return ""


def _in_directive(lines: Sequence[str], index: int) -> bool:
    """Whether a line goes on with a preprocessor line above it."""
    while index and lines[index - 1].rstrip().endswith("\\"):
        index -= 1
    return lines[index].lstrip().startswith("#")


def _steps(function: Function) -> Iterator[Instruction]:
    for block in function.blocks:
        yield from block.instructions


def _first_of_line(steps: Sequence[Instruction], index: int, source: Source) -> int:
    """The first of the instructions up to ``index`` that stand on the line of ``source`` without a break."""
    while index and steps[index - 1].source.line == source.line and steps[index - 1].source.file == source.file:
        index -= 1
    return index


def _called(function: Function) -> Iterator[str]:
    for step in _steps(function):
        if isinstance(step, Call):
            if isinstance(step.callee, str):
                yield step.callee
            yield from step.targets


def _synchronises(step: Instruction) -> bool:
    match step:
        case Rmw() | Fence():
            return True
        case Load() | Store():
            return bool(step.tags)
    return False


def _is_known(step: Instruction) -> bool:
    """Whether a step calls a known operation."""
    return isinstance(step, Call) and kind_of(str(step.callee).partition("@")[0]) is not None


def _registers(expression: Expr) -> set[int]:
    if expression.kind == "reg":
        return {expression.data}
    return set().union(*map(_registers, expression.args)) if expression.args else set()


def _around(elements: tuple[int | Loop, ...], block: int) -> Iterator[Loop]:
    for element in elements:
        if isinstance(element, Loop) and block in element.blocks:
            yield element
            yield from _around(element.body, block)


def _arm(function: Function, start: int, join: int) -> int:
    """How much stands on the way from block ``start`` to block ``join``: instructions that may touch memory."""
    seen: set[int] = set()
    stack = [start]
    count = 0
    while stack:
        number = stack.pop()
        if number == join or number in seen:
            continue
        seen.add(number)
        block = function.blocks[number]
        count += sum(not isinstance(step, Assign) for step in block.instructions)
        match block.terminator:
            case Branch(_, then, otherwise):
                stack += [then, otherwise]
            case Switch(_, cases, default):
                stack += [*(target for _, target in cases), default]
            case end:
                target = getattr(end, "target", None)
                if target is not None:
                    stack.append(target)
    return count
