"""Threads of litmus tests, several tests at a time, through the C front end: one C text, parsed once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.builder import Builder
from modelcheck.frontend.c.context import Context, Memory, Register
from modelcheck.frontend.c.declarations import variable
from modelcheck.frontend.c.escape import in_memory
from modelcheck.frontend.c.expressions import value
from modelcheck.frontend.c.functions import contents, lower
from modelcheck.frontend.c.initialise import extent
from modelcheck.frontend.c.link import RUNTIME, Library, Linker
from modelcheck.frontend.c.nesting import deep
from modelcheck.frontend.c.statements import block, missing_labels, statement
from modelcheck.frontend.c.translation import TranslationUnit
from modelcheck.frontend.c.types import Types
from modelcheck.frontend.c.unit import Files, Unit
from modelcheck.frontend.litmus.body import Body, Edit, c_name
from modelcheck.frontend.litmus.c11 import primitives
from modelcheck.frontend.litmus.primitives import Macros, prelude
from modelcheck.frontend.litmus.scan import Text
from modelcheck.frontend.texts import Texts
from modelcheck.program.ir import NONE, Function, Return, Source, Store

_ARGUMENTS = (
    *("-x", "c", "-nostdinc", "-std=gnu11", "-ffreestanding", "-target", "x86_64-linux-gnu", "-fno-builtin"),
    *("-ferror-limit=0", "--no-default-config", "-Wno-everything", "-Wno-int-conversion", "-Wno-error=int-conversion"),
)
_NAME = "litmus.c"


@frozen(eq=False)
class ThreadCode:
    """A thread to lower: its names, its parameters and its body in C."""

    text: Text
    name: str
    at: int
    parameters: tuple[str, ...]
    body: Body
    start: int


@frozen(eq=False)
class _Span:
    """Lines ``first`` … of the C text are those from ``line`` on of ``text``."""

    first: int
    text: Text
    line: int
    edits: Mapping[int, list[Edit]]
    owner: int

    def original(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the test of a place in the C text."""
        row = line - self.first
        extra = 0
        for at, length in sorted(self.edits.get(row, ())):
            if column <= at + extra:
                break
            extra += min(length, column - at - extra)
        return self.line + row, column - extra


@frozen(eq=False)
class _LitmusUnit(Unit):
    """A parsed C text whose places are told in the tests that it is made of."""

    spans: list[_Span] = field(factory=list)
    starts: list[int] = field(factory=list)

    def source(self, cursor: cl.Cursor, function: str) -> Source:
        extent_ = cl.lib.clang_getCursorExtent(cursor)
        _, line, column = cl.expansion(cl.lib.clang_getRangeStart(extent_))
        _, end_line, end_column = cl.expansion(cl.lib.clang_getRangeEnd(extent_))
        span = self.span(line)
        return Source(span.text.file, *span.original(line, column), *span.original(end_line, end_column), function)

    def span(self, line: int) -> _Span:
        """What line ``line`` of the C text is made of."""
        return self.spans[max(bisect_right(self.starts, line) - 1, 0)]


def lower_threads(
    tests: Sequence[Sequence[ThreadCode]], macros: Macros | None = None
) -> list[list[Function] | InputError]:
    """The functions of each test's threads, or what is wrong with the test.

    The parameters of a function are those of the thread, then its other variables; all have 64 bits.
    """
    with deep():
        return _lower(tests, macros)


def _lower(tests: Sequence[Sequence[ThreadCode]], macros: Macros | None) -> list[list[Function] | InputError]:
    pieces = [prelude({name for threads in tests for thread in threads for name in thread.body.called}, macros)]
    line = pieces[0].count("\n") + 1
    spans: list[_Span] = []
    for owner, threads in enumerate(tests):
        for thread in threads:
            row, _ = thread.text.place(thread.at)
            spans.append(_Span(line, thread.text, row, {}, owner))
            variables = (*thread.parameters, *thread.body.registers)
            pointers = thread.body.pointers
            declared = ", ".join(f"long {'*' * (name in pointers)}{c_name(name)}" for name in variables) or "void"
            code = f"void {thread.name}__{owner}({declared})\n{thread.body.code}\n"
            row, _ = thread.text.place(thread.start)
            spans.append(_Span(line + 1, thread.text, row, thread.body.edits, owner))
            pieces.append(code)
            line += code.count("\n")
    unit = _parse("".join(pieces), spans)
    wrong = _errors(unit)
    linker = Linker([unit], contents, lower, extent, Library(RUNTIME, _no_runtime))
    found: list[list[Function] | InputError] = []
    for owner, threads in enumerate(tests):
        if owner in wrong:
            found.append(wrong[owner])
            continue
        if any(f"{thread.name}__{owner}" not in unit.functions for thread in threads):
            found.extend(_lower([threads], macros))  # clang stopped early, at what is wrong with another test
            continue
        try:
            found.append([_function(linker, unit, owner, thread, macros) for thread in threads])
        except InputError as error:
            found.append(error)
        except RecursionError:
            found.append(InputError("this test is nested too deeply", threads[0].text.file))
    return found


def _parse(code: str, spans: list[_Span]) -> _LitmusUnit:
    parsed = TranslationUnit(_NAME, _ARGUMENTS, {_NAME: code.encode("utf-8", "replace")})
    functions: dict[str, cl.Cursor] = {}
    for cursor in cl.children(parsed.cursor):
        if cursor.kind == cl.FUNCTION_DECL and cl.lib.clang_isCursorDefinition(cursor):
            functions[cl.text(cl.lib.clang_getCursorSpelling(cursor))] = cursor
    known = Files(Texts(Path()), {})
    starts = [span.first for span in spans]
    return _LitmusUnit(_NAME, parsed, Types(), known, functions, {}, spans=spans, starts=starts)


def _errors(unit: _LitmusUnit) -> dict[int, InputError]:
    """The first complaint of clang about each test."""
    found: dict[int, InputError] = {}
    for diagnostic in unit.parsed.diagnostics():
        if diagnostic.severity >= 3:
            span = unit.span(diagnostic.line)
            line, column = span.original(diagnostic.line, diagnostic.column)
            found.setdefault(span.owner, InputError(diagnostic.message, span.text.file, line, column))
    return found


def _function(linker: Linker, unit: Unit, owner: int, thread: ThreadCode, macros: Macros | None) -> Function:
    cursor = unit.functions[f"{thread.name}__{owner}"]
    node = cl.tree(cursor)
    body = node.children[-1]
    builder = Builder()
    ctx = Context(
        unit=unit,
        linker=linker,
        builder=builder,
        name=thread.name,
        run=block,
        evaluate=value,
        body=node,
        result_type=unit.types.of(node),
        in_memory=in_memory(unit.types, body) if thread.body.addresses else frozenset(),
        syntactic=True,
        primitives=primitives(thread.text.content) if macros is None else {},
    )
    source = ctx.source(node)
    params: list[int] = []
    variables = [child for child in node.children if child.kind == cl.PARM_DECL]
    for name, child in zip((*thread.parameters, *thread.body.registers), variables, strict=True):
        if child.cursor.d0 not in ctx.in_memory:
            params.append(builder.register(64, name))
            ctx.places[child.cursor.d0] = Register(params[-1], ctx.types.of(child))
            continue
        params.append(builder.register(64))
        place = variable(ctx, child.cursor.d0, name, ctx.types.of(child), child)
        assert isinstance(place, Memory)
        builder.emit(Store(place.address, builder.value(params[-1]), 8, NONE, source))
    statement(ctx, body)
    builder.end(Return(None))
    missing_labels(ctx, node)
    return builder.finish(thread.name, params, 0, source, {})


def _no_runtime() -> Unit:
    raise AssertionError("a litmus test calls no library")
