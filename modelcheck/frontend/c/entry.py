"""The function that starts a program: the user's main, or one made for a scenario."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c.beside import Hook
from modelcheck.frontend.c.builder import Builder
from modelcheck.frontend.c.context import LAST
from modelcheck.frontend.c.link import Linker, Lowered
from modelcheck.frontend.c.types import CType
from modelcheck.frontend.c.unit import Unit
from modelcheck.program.expr import Expr, const
from modelcheck.program.ir import EVERY, Call, Halt, Join, Return, Source, Spawn, Unsupported


@frozen
class ScenarioEntry:
    """What runs in a scenario.

    Attributes:
        init: a function that runs alone, before the threads; None for none.
        threads: label and function of each thread. A function takes nothing, or one integer or pointer: it gets the
            number of its thread, 0 for the first.
        final: a function that runs at rest, after all threads; None for none.
    """

    init: str | None
    threads: tuple[tuple[str, str], ...]
    final: str | None


def main_entry(linker: Linker) -> str:
    """The entry of a program that has a main.

    Raises:
        InputError: there is no main, or several.
    """
    main = linker.by_name("main", "the program starts in main()")
    params = linker.signature(main).params
    builder = Builder()
    source = main.unit.source(main.cursor, "main")
    begins = _begin(linker, builder)
    if not params and not begins and linker.ending() is None:
        return main.program_name
    arguments = _arguments(linker, builder, params)
    builder.emit(Call(None, main.program_name, arguments, source))
    _end(linker, builder, source)
    builder.end(Return(None))
    return _add(linker, builder, source)


def scenario_entry(linker: Linker, scenario: ScenarioEntry) -> str:
    """The entry made for a scenario: init, start the threads, wait for each, final.

    Raises:
        InputError: a function does not exist (names that are close are listed) or takes arguments it cannot get.
    """
    builder = Builder()
    _begin(linker, builder)
    first: Source | None = None
    if scenario.init is not None:
        first = _call(linker, builder, scenario.init, "init")
    threads = []
    for number, (label, name) in enumerate(scenario.threads):
        found = linker.by_name(name, f"thread {label}")
        params = linker.signature(found).params
        source = found.unit.source(found.cursor, name)
        if len(params) > 1 or any(not param.scalar for param in params):
            message = f"thread {label}: {name}() takes {len(params)} arguments; a thread gets none, or its number"
            raise InputError(message, source.file, source.line, source.column)
        arguments = tuple(const(number, param.width) for param in params)
        register = builder.register(64)
        builder.emit(Spawn(register, found.program_name, arguments, source, label))
        threads.append((register, source))
    for register, source in threads:
        builder.emit(Join(builder.value(register), source))
    if scenario.final is not None:
        last = _call(linker, builder, scenario.final, "final")
        first = first or last
    place = first or (threads[0][1] if threads else Source("", 0, 0, 0, 0))
    _end(linker, builder, place)
    builder.end(Return(None))
    return _add(linker, builder, place)


def _call(linker: Linker, builder: Builder, name: str, what: str) -> Source:
    found = linker.by_name(name, what)
    source = found.unit.source(found.cursor, name)
    if linker.signature(found).params:
        raise InputError(f"{what}: {name}() must not take arguments", source.file, source.line, source.column)
    builder.emit(Call(None, found.program_name, (), source))
    return source


def _begin(linker: Linker, builder: Builder) -> bool:
    """What comes first: constructors, those of low priorities before others, in the order of their definitions; and
    before them what keeps the program from being modelled at all. Whether there is anything of it.
    """
    for unit in linker.units:
        for problem in unit.beside.problems:
            file = unit.files.shown(problem.file)
            source = Source(file, problem.line, problem.column, problem.line, problem.column)
            builder.emit(Unsupported(problem.reason, source))
            builder.end(Halt())
            builder.open()
    for unit, hook in _hooks(linker, "constructor"):
        _run(linker, builder, unit, hook)
    _endings(linker)
    return bool(builder.blocks[0])


def _endings(linker: Linker) -> None:
    """What runs where the process ends: what atexit() was given (C11 7.22.4.4), then destructors; none where there is
    neither."""
    ending = Builder()
    source: Source | None = None
    for unit in linker.units if linker.calls(linker.units[0], "atexit") else ():
        handlers = linker.function(unit, "__mc_run_at_exit")
        if handlers is not None:
            source = handlers.unit.source(handlers.cursor, handlers.name)
            ending.emit(Call(None, handlers.program_name, (), source))
            break
    for unit, hook in reversed(_hooks(linker, "destructor")):
        source = unit.source(unit.functions[hook.function], hook.function)
        _run(linker, ending, unit, hook)
    if source is None:
        return
    ending.end(Return(None))
    name = _add(linker, ending, source, "(end)")
    linker.ends_with(name)
    last = Builder()
    last.emit(Join(const(EVERY, 64), source))
    last.emit(Call(None, name, (), source))
    last.end(Return(None))
    _add(linker, last, source, LAST)


def _hooks(linker: Linker, which: str) -> list[tuple[Unit, Hook]]:
    """What runs by itself, in the order in which constructors do; destructors go the other way."""
    found = [(unit, hook) for unit in linker.units for hook in unit.beside.hooks if hook.which == which]
    return sorted(found, key=lambda pair: pair[1].priority)


def _run(linker: Linker, builder: Builder, unit: Unit, hook: Hook) -> None:
    found = linker.function(unit, hook.function)
    assert found is not None
    arguments = _arguments(linker, builder, linker.signature(found).params)
    builder.emit(Call(None, found.program_name, arguments, unit.source(found.cursor, hook.function)))


def _arguments(linker: Linker, builder: Builder, params: Sequence[CType]) -> tuple[Expr, ...]:
    """What main() and what runs before it are given: no argument but the program's name, and an empty environment."""
    if params:
        builder.assumes.add("no-arguments")
    vector = linker.objects.arguments() if len(params) > 1 else 0
    values = (1, vector, vector + 8)
    return tuple(const(values[min(number, 2)], param.width) for number, param in enumerate(params))


def _end(linker: Linker, builder: Builder, source: Source) -> None:
    """What comes last: destructors."""
    ending = linker.ending()
    if ending is not None:
        builder.emit(Call(None, ending, (), source))


def _add(linker: Linker, builder: Builder, source: Source, name: str = "(start)") -> str:
    linker.add(name, Lowered(builder, (), 0, source))
    return name
