"""The function that starts a program: the user's main, or one made for a scenario."""

from __future__ import annotations

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c.builder import Builder
from modelcheck.frontend.c.link import Linker, Lowered
from modelcheck.program.expr import const
from modelcheck.program.ir import Call, Join, Return, Source, Spawn


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
    if not params:
        return main.program_name
    builder = Builder()
    source = main.unit.source(main.cursor, "main")
    arguments = tuple(const(1 if number == 0 else 0, param.width) for number, param in enumerate(params))
    builder.emit(Call(None, main.program_name, arguments, source))
    builder.end(Return(None))
    return _add(linker, builder, source)


def scenario_entry(linker: Linker, scenario: ScenarioEntry) -> str:
    """The entry made for a scenario: init, start the threads, wait for each, final.

    Raises:
        InputError: a function does not exist (names that are close are listed) or takes arguments it cannot get.
    """
    builder = Builder()
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
    builder.end(Return(None))
    place = first or (threads[0][1] if threads else Source("", 0, 0, 0, 0))
    return _add(linker, builder, place)


def _call(linker: Linker, builder: Builder, name: str, what: str) -> Source:
    found = linker.by_name(name, what)
    source = found.unit.source(found.cursor, name)
    if linker.signature(found).params:
        raise InputError(f"{what}: {name}() must not take arguments", source.file, source.line, source.column)
    builder.emit(Call(None, found.program_name, (), source))
    return source


def _add(linker: Linker, builder: Builder, source: Source) -> str:
    name = "(start)"
    linker.add(name, Lowered(builder, (), 0, source))
    return name
