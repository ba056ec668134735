"""From the text of litmus tests to `LitmusTest`s."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from attrs import evolve, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c.builder import Builder
from modelcheck.frontend.litmus.body import TYPES, rewrite
from modelcheck.frontend.litmus.c11 import primitives
from modelcheck.frontend.litmus.initial import MARGIN, InitialValue, Places, read_initial
from modelcheck.frontend.litmus.primitives import Macros
from modelcheck.frontend.litmus.proposition import Rest
from modelcheck.frontend.litmus.scan import Text, ThreadText, Token, take_apart
from modelcheck.frontend.litmus.test import WORD, LitmusTest, LitmusThread, Place
from modelcheck.frontend.litmus.unit import ThreadCode, lower_threads
from modelcheck.frontend.litmus.width import width_of
from modelcheck.program.expr import const, mask
from modelcheck.program.ir import Function, Join, Layout, Leaf, MemoryObject, Program, Return, Source, Spawn

_RESULT = re.compile(r"(?m)^[ \t(*/]*Result:[ \t]*(.*?)[ \t]*(?:\*\)|\*/)?[ \t]*$")


def read_tests(texts: Sequence[Text], macros: Macros | None = None) -> list[LitmusTest | InputError]:
    """The test in each text, or what is wrong with it; ``macros`` are the primitives, where they are not ours."""
    found: list[LitmusTest | InputError | None] = [None] * len(texts)
    outlines: list[tuple[int, _Outline]] = []
    for number, text in enumerate(texts):
        try:
            names = primitives(text.content).keys() if macros is None else macros.names
            outlines.append((number, _outline(text, names)))
        except InputError as error:
            found[number] = error
    lowered = lower_threads([outline.threads for _, outline in outlines], macros)
    for (number, outline), functions in zip(outlines, lowered, strict=True):
        found[number] = functions if isinstance(functions, InputError) else outline.finish(functions)
    return [test for test in found if test is not None]


@frozen(eq=False)
class _Outline:
    """A test whose threads are still to be lowered."""

    text: Text
    name: str
    rest: Rest
    places: Mapping[str, Place]
    objects: tuple[MemoryObject, ...]
    threads: tuple[ThreadCode, ...]
    initial: tuple[tuple[int, ...], ...]

    def finish(self, functions: Sequence[Function]) -> LitmusTest:
        """The test, with the functions of its threads."""
        threads = tuple(
            LitmusThread(
                code.name,
                code.parameters,
                (*code.parameters, *code.body.registers),
                values,
                {name: width_of(words) for name, words in code.body.types.items()},
            )
            for code, values in zip(self.threads, self.initial, strict=True)
        )
        main = _main(functions, threads)
        program = Program(
            {function.name: function for function in (*functions, main)},
            self.objects,
            main.name,
            {self.text.file: self.text.content},
            syntactic=True,
        )
        comment = _RESULT.search(self.text.content)
        return LitmusTest(
            name=self.name,
            file=self.text.file,
            program=program,
            threads=threads,
            places=self.places,
            condition=self.rest.condition,
            filter=self.rest.filter,
            locations=self.rest.locations,
            result_comment=comment.group(1) if comment else None,
        )


def _outline(text: Text, names: Set[str]) -> _Outline:
    parts = take_apart(text)
    places = Places()
    read_initial(text, parts.initial, places)
    parameters = [_parameters(text, thread, places) for thread in parts.threads]
    threads = [
        _code(text, thread, given, places, names) for thread, given in zip(parts.threads, parameters, strict=True)
    ]
    for (number, _), (_, at) in places.registers.items():
        if number >= len(threads):
            text.wrong(f"there is no thread P{number}", at)
    settled = places.settled()
    values = {key: _value(text, value, settled) for key, value in places.values.items()}
    registers = [frozenset((*thread.parameters, *thread.body.registers)) for thread in threads]
    rest = Rest(text, parts.rest, settled, registers)
    rest.read()
    for absent in dict.fromkeys(rest.absent):
        code = threads[absent.thread]
        body = evolve(code.body, registers=(*code.body.registers, absent.name))
        threads[absent.thread] = evolve(code, body=body)
    initial = tuple(
        (
            *(settled[name].address for name in thread.parameters),
            *(_register(text, number, name, places, settled) for name in thread.body.registers),
        )
        for number, thread in enumerate(threads)
    )
    objects = tuple(_object(place, values) for place in settled.values())
    return _Outline(text, parts.name, rest, settled, objects, tuple(threads), initial)


def _parameters(text: Text, thread: ThreadText, places: Places) -> tuple[str, ...]:
    """The names of a thread's parameters; each is a location."""
    found: list[str] = []
    group: list[Token] = []
    for token in (*thread.parameters, Token("end", ",", thread.start)):
        if token.text != ",":
            group.append(token)
            continue
        if not group and (token.kind == "end" and not found):
            break
        names = [part for part in group if part.kind == "name"]
        if token.kind == "end" and not found and len(group) == 1 and group[0].text == "void":
            break
        if not names or names[-1].text in TYPES:
            text.wrong(f"a parameter of P{thread.number} needs a name", group[0].at if group else token.at)
        name = names[-1].text
        if name in found:
            text.wrong(f"P{thread.number} has two parameters {name}", names[-1].at)
        type_ = " ".join(part.text for part in names[:-1] if part.text not in ("volatile", "const"))
        places.meet(name, type_ if places.types.get(name, "int") == "int" else "")
        found.append(name)
        group = []
    return tuple(found)


def _code(text: Text, thread: ThreadText, parameters: tuple[str, ...], places: Places, names: Set[str]) -> ThreadCode:
    preset = {name for number, name in places.registers if number == thread.number}
    name = f"P{thread.number}"
    widths = {p: places.widths.get(p) or width_of(places.types.get(p, "").split()) for p in parameters}
    steps = {parameter: width.bits // 8 for parameter, width in widths.items()}
    body = rewrite(text, thread.start, thread.end, name, steps, preset, names)
    return ThreadCode(text, name, thread.at, parameters, body, thread.start)


def _register(text: Text, number: int, name: str, places: Places, settled: Mapping[str, Place]) -> int:
    value, _ = places.registers.get((number, name), (0, 0))
    return _value(text, value, settled)


def _value(text: Text, value: InitialValue, places: Mapping[str, Place]) -> int:
    if isinstance(value, int):
        return value & mask(64)
    place = places[value.name]
    if value.index >= place.words:
        text.wrong(f"there is no {place.name}[{value.index}]", value.at)
    return place.element(value.index)


def _object(place: Place, values: Mapping[tuple[str, int], int]) -> MemoryObject:
    base = place.address - MARGIN
    leaves = tuple(
        Leaf(f"[{index}]" if place.array else "", place.element(index) - base, WORD, place.type)
        for index in range(place.words)
    )
    cells = tuple(
        (place.element(index) - base, WORD, values[place.name, index])
        for index in range(place.words)
        if (place.name, index) in values
    )
    size = WORD * place.step * place.words + 2 * MARGIN
    return MemoryObject(place.name, base, size, "global", Layout(place.type, size, leaves), cells)


def _main(functions: Sequence[Function], threads: Sequence[LitmusThread]) -> Function:
    """The function that starts all threads and waits for them."""
    builder = Builder()
    handles: list[tuple[int, Source]] = []
    for function, thread in zip(functions, threads, strict=True):
        register = builder.register(64)
        arguments = tuple(const(value, 64) for value in thread.initial)
        builder.emit(Spawn(register, function.name, arguments, function.source, thread.name))
        handles.append((register, function.source))
    for register, source in handles:
        builder.emit(Join(builder.value(register), source))
    builder.end(Return(None))
    return builder.finish("main", (), 0, functions[0].source, {})
