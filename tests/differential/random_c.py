# ruff: noqa: E501 (C programs)
"""Random single-threaded C without undefined behaviour: each program is a function that gives a hash of what it did.

Its arithmetic is that of -fwrapv, as the kernel's. What the standard leaves to the implementation is as gcc and clang
have it for x86-64. Only what both say alike is used: bit-fields are converted to their declared type when they are
read (the two promote those of more than 32 bits in different ways), and no expression has two effects that clash.
"""

from __future__ import annotations

import re
from random import Random

from attrs import define, field, frozen

SCALARS = (
    *("_Bool", "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int"),
    *("long", "unsigned long", "long long", "unsigned long long", "enum sign"),
)
SIZES = {"_Bool": 1, "char": 1, "signed char": 1, "unsigned char": 1, "short": 2, "unsigned short": 2, "int": 4}
SIZES |= {"unsigned int": 4, "long": 8, "unsigned long": 8, "long long": 8, "unsigned long long": 8, "enum sign": 4}

BEFORE = """
typedef unsigned long word;
enum sign { MINUS = -3, NONE, PLUS = 7 };
static word mix(word h, word x) { return (h ^ x) * 0x100000001b3ul + (x >> 7); }
"""


@frozen
class Member:
    """A scalar in a record: how it is reached from the whole, its type, and its width if it is a bit-field."""

    path: str
    type: str
    bits: int = 0


@define
class Scope:
    """The names that an expression may use. Effects go only to what `writable` gives."""

    scalars: list[tuple[str, str]] = field(factory=list)
    arrays: list[tuple[str, str, int]] = field(factory=list)
    pointers: list[tuple[str, str]] = field(factory=list)
    records: list[tuple[str, int]] = field(factory=list)
    read_only: set[str] = field(factory=set)

    def copy(self) -> Scope:
        """The names here, for a block of its own."""
        return Scope(
            list(self.scalars), list(self.arrays), list(self.pointers), list(self.records), set(self.read_only)
        )


class Writer:
    """Writes one program; ``random`` decides all.

    Attributes:
        lines: what stands at file scope so far.
    """

    def __init__(self, random: Random, number: int) -> None:
        self.random = random
        self.number = number
        self.lines: list[str] = []
        self.records: list[list[Member]] = []
        self.functions: list[tuple[str, str, tuple[str, ...]]] = []
        self.makers: list[tuple[str, int]] = []
        self._names = 0

    def name(self, what: str) -> str:
        """A new name."""
        self._names += 1
        return f"{what}{self.number}_{self._names}"

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.random.randrange(100) < percent

    # ---------------------------------------------------------------- types

    def record(self) -> int:
        """Declare a record; gives its number."""
        members: list[Member] = []
        body = self._members(members, "", 0)
        attribute = self.random.choice(("", "", "", " __attribute__((aligned(16)))"))
        self.records.append(members)
        number = len(self.records) - 1
        self.lines.append(f"struct s{self.number}_{number} {{ {body} }}{attribute};")
        return number

    def tag(self, record: int) -> str:
        """The type of a record."""
        return f"struct s{self.number}_{record}"

    def _members(self, members: list[Member], path: str, depth: int) -> str:
        pieces: list[str] = []
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.randrange(10)
            type_ = self.random.choice(SCALARS)
            name = self.name("m")
            if kind < 4:
                members.append(Member(f"{path}.{name}", type_))
                pieces.append(f"{type_} {name};")
            elif kind < 6:
                pieces.append(self._bitfields(members, path))
            elif kind == 6:
                count = self.random.randint(1, 3)
                members.extend(Member(f"{path}.{name}[{index}]", type_) for index in range(count))
                pieces.append(f"{type_} {name}[{count}];")
            elif kind == 7 and depth < 3:
                pieces.append(self._union(members, path))
            elif depth < 3:
                named = self.chance(40)
                inner = self._members(members, f"{path}.{name}" if named else path, depth + 1)
                pieces.append(f"struct {{ {inner} }}{f' {name}' if named else ''};")
            else:
                members.append(Member(f"{path}.{name}", type_))
                pieces.append(f"{type_} {name};")
        return " ".join(pieces)

    def _bitfields(self, members: list[Member], path: str) -> str:
        pieces = []
        for _ in range(self.random.randint(1, 3)):
            type_ = self.random.choice(
                ("int", "unsigned int", "signed char", "unsigned short", "_Bool", "unsigned long", "long")
            )
            width = 1 if type_ == "_Bool" else self.random.randint(1, min(8 * SIZES[type_], 40))
            name = self.name("b")
            members.append(Member(f"{path}.{name}", type_, width))
            pieces.append(f"{type_} {name} : {width};")
        if self.chance(20):
            pieces.append("int : 0;")
        return " ".join(pieces)

    def _union(self, members: list[Member], path: str) -> str:
        """A union of members of one size, nested without names: each lies over the others."""
        size = self.random.choice((1, 2, 4, 8))
        fitting = [type_ for type_ in SCALARS if SIZES[type_] == size and type_ not in ("_Bool", "enum sign")]
        names = [self.name("u") for _ in range(3)]
        types = [self.random.choice(fitting) for _ in names]
        named = self.name("un") if self.chance(40) else ""
        inside = f"{path}.{named}" if named else path
        members.extend(Member(f"{inside}.{name}", type_) for name, type_ in zip(names, types, strict=True))
        one, two, three = (f"{type_} {name};" for name, type_ in zip(names, types, strict=True))
        return (
            f"union {{ {one} struct {{ union {{ {two} struct {{ {three} }}; }}; }}; }}{f' {named}' if named else ''};"
        )

    # ---------------------------------------------------------------- expressions

    def constant(self) -> str:
        """An integer constant."""
        value = self.random.choice(
            (0, 1, 2, 3, 5, 7, 8, 127, 128, 255, 256, 32767, 65535, 65536, 0x7FFFFFFF, 0xFFFFFFFF)
        )
        if self.chance(15):
            value = self.random.getrandbits(63)
        suffix = self.random.choice(("", "", "", "u", "l", "ul", "ll", "ull"))
        text = f"{hex(value) if self.chance(30) else value}{suffix}"
        extras = ("MINUS", "PLUS", "'a'", "'\\377'", "sizeof(int)", "(-1)", "(-128)", "(-2147483647 - 1)")
        return self.random.choice(extras) if self.chance(15) else text

    def member(self, record: int, whole: str) -> str:
        """A scalar of a record, as a value."""
        found = self.random.choice(self.records[record])
        return f"(({found.type}){whole}{found.path})" if found.bits else f"{whole}{found.path}"

    def leaf(self, scope: Scope) -> str:
        """A variable or constant."""
        choices = [self.constant]
        if scope.scalars:
            choices += [lambda: self.random.choice(scope.scalars)[0]] * 4
        if scope.arrays:
            choices += [lambda: self._element(scope)] * 2
        if scope.pointers:
            choices += [lambda: f"*{self.random.choice(scope.pointers)[0]}"]
        if scope.records:
            choices += [lambda: self._of_record(scope)] * 2
        return self.random.choice(choices)()

    def _element(self, scope: Scope) -> str:
        name, _, count = self.random.choice(scope.arrays)
        index = self.random.randrange(count)
        if self.chance(40) and scope.scalars and count & (count - 1) == 0:
            return f"{name}[{self.random.choice(scope.scalars)[0]} & {count - 1}]"
        return f"(*({name} + {index}))" if self.chance(20) else f"{name}[{index}]"

    def _of_record(self, scope: Scope) -> str:
        name, record = self.random.choice(scope.records)
        if self.chance(15):
            found = self.random.choice([one for one in self.records[record] if not one.bits] or [None])
            if found is not None:
                return f"*({found.type} *)((char *)&{name} + __builtin_offsetof({self.tag(record)}, {found.path[1:]}))"
        return self.member(record, name)

    def expression(self, scope: Scope, depth: int = 3) -> str:
        """An expression without effects on what it reads."""
        if depth <= 0 or self.chance(15):
            return self.leaf(scope)

        def below() -> str:
            return self.expression(scope, depth - 1)

        kind = self.random.randrange(22)
        if kind < 6:
            return f"({below()} {self.random.choice(('+', '-', '*', '&', '|', '^'))} {below()})"
        if kind == 6:
            return f"({below()} {self.random.choice(('/', '%'))} (({below()} & 7) + 1))"
        if kind == 7:
            return f"({below()} {self.random.choice(('<<', '>>'))} ({below()} & {self.random.choice((7, 15, 31))}))"
        if kind < 10:
            return f"({below()} {self.random.choice(('==', '!=', '<', '>', '<=', '>='))} {below()})"
        if kind == 10:
            return f"({below()} {self.random.choice(('&&', '||'))} {below()})"
        if kind == 11:
            return f"({below()} ? {below()} : {below()})"
        if kind == 12:
            return f"({self.random.choice(('-', '~', '!', '+'))}{below()})"
        if kind < 16:
            return f"(({self.random.choice(SCALARS)}){below()})"
        if kind == 16:
            return f"({below()} ?: {below()})"
        if kind == 17:
            return self._statement_expression(scope, depth)
        if kind == 18 and self.functions:
            name, _, params = self.random.choice(self.functions)
            return f"{name}({', '.join(self.expression(scope, 1) for _ in params)})"
        if kind == 19 and self.makers:
            name, record = self.random.choice(self.makers)
            return self.member(record, f"{name}({self.expression(scope, 1)})")
        if kind == 20:
            type_ = self.random.choice(SCALARS)
            return f"(({type_}[]){{ {below()}, {below()} }})[{below()} & 1]"
        if kind == 21:
            return f"({below()}, {below()})"
        return self.leaf(scope)

    def _statement_expression(self, scope: Scope, depth: int) -> str:
        type_, name = self.random.choice(SCALARS), self.name("t")
        inner = scope.copy()
        first = self.expression(scope, depth - 1)
        inner.scalars.append((name, type_))
        return f"({{ {type_} {name} = {first}; {self._change(inner, name)} {self.expression(inner, 1)}; }})"

    def _change(self, scope: Scope, place: str) -> str:
        """A statement that changes ``place``."""
        value = self.expression(scope, 2)
        kind = self.random.randrange(8)
        if kind < 3:
            return f"{place} = {value};"
        if kind < 5:
            return f"{place} {self.random.choice(('+', '-', '*', '&', '|', '^'))}= {value};"
        if kind == 5:
            return f"{place} {self.random.choice(('<<', '>>'))}= {value} & 7;"
        if kind == 6:
            divisor = f"({value} & 7) + 1"
            # A long bit-field is divided as a long, whatever a compiler promotes it to.
            divisor = f"(long)({divisor})" if re.search(r"\bb\d+_\d+$", place) else divisor
            return f"{place} {self.random.choice(('/', '%'))}= {divisor};"
        return self.random.choice((f"{place}++;", f"--{place};", f"++{place};", f"{place}--;"))

    # ---------------------------------------------------------------- statements

    def place(self, scope: Scope) -> str:
        """Something to write to."""
        choices = []
        writable = [name for name, _ in scope.scalars if name not in scope.read_only]
        if writable:
            choices += [lambda: self.random.choice(writable)] * 3
        if scope.arrays:
            choices.append(lambda: self._element(scope))
        if scope.pointers:
            choices.append(lambda: f"(*{self.random.choice(scope.pointers)[0]})")
        if scope.records:
            choices += [lambda: self._part(scope)] * 3
        return self.random.choice(choices)() if choices else ""

    def _part(self, scope: Scope) -> str:
        name, record = self.random.choice(scope.records)
        found = self.random.choice(self.records[record])
        return f"(&{name})->{found.path[1:]}" if self.chance(30) else f"{name}{found.path}"

    def block(self, scope: Scope, depth: int, most: int = 4) -> str:
        """Statements in braces."""
        inner = scope.copy()
        return "{ " + " ".join(self.statement(inner, depth) for _ in range(self.random.randint(1, most))) + " }"

    def statement(self, scope: Scope, depth: int) -> str:
        """A statement; what it declares is in ``scope`` from then on."""
        kind = self.random.randrange(20) if depth > 0 else self.random.randrange(9)
        if kind < 5:
            place = self.place(scope)
            return self._change(scope, place) if place else ";"
        if kind < 8:
            return self.declaration(scope)
        if kind == 8:
            return f"(void){self.expression(scope, 1)};"
        if kind < 12:
            rest = f" else {self.block(scope, depth - 1, 2)}" if self.chance(50) else ""
            return f"if ({self.expression(scope, 2)}) {self.block(scope, depth - 1, 3)}{rest}"
        if kind < 15:
            return self._loop(scope, depth)
        if kind < 17:
            return self._switch(scope, depth)
        if kind == 17:
            label = self.name("l")
            return f"if ({self.expression(scope, 1)}) goto {label}; {self._change(scope, self.place(scope) or 'h')} {label}: ;"
        if kind == 18 and scope.records:
            name, record = self.random.choice(scope.records)
            others = [other for other, number in scope.records if number == record]
            makers = [maker for maker, number in self.makers if number == record]
            value = self.random.choice([*others, *(f"{maker}({self.expression(scope, 1)})" for maker in makers)])
            return (
                f"{name} = {value};"
                if self.chance(70)
                else f"__builtin_memcpy(&{name}, &{self.random.choice(others)}, sizeof({name}));"
            )
        return self.block(scope, depth - 1, 2)

    def _loop(self, scope: Scope, depth: int) -> str:
        counter, count = self.name("i"), self.random.randint(1, 4)
        inner = scope.copy()
        inner.scalars.append((counter, "int"))
        inner.read_only.add(counter)
        body = [self.statement(inner, depth - 1) for _ in range(self.random.randint(1, 2))]
        if self.chance(30):
            jump = self.random.choice(("break", "continue"))
            body.insert(self.random.randrange(len(body) + 1), f"if ({self.expression(scope, 1)}) {jump};")
        text = " ".join(body)
        kind = self.random.randrange(3)
        if kind == 0:
            return f"for (int {counter} = 0; {counter} < {count}; {counter}++) {{ {text} }}"
        if kind == 1:
            return f"{{ int {counter} = {count}; while ({counter}-- > 0) {{ {text} }} }}"
        return f"{{ int {counter} = 0; do {{ {text} }} while (++{counter} < {count}); }}"

    def _switch(self, scope: Scope, depth: int) -> str:
        cases = []
        for label in self.random.sample(("case 0", "case 1", "case 2 ... 3", "case 5", "case -1", "default"), 4):
            leave = " break;" if self.chance(60) else ""
            cases.append(f"{label}: {self.block(scope, depth - 1, 2)}{leave}")
        return f"switch ({self.expression(scope, 2)} & {self.random.choice((3, 7))}) {{ {' '.join(cases)} }}"

    def declaration(self, scope: Scope) -> str:
        """A variable with its initialiser."""
        kind = self.random.randrange(10)
        if kind < 5:
            type_, name = self.random.choice(SCALARS), self.name("v")
            text = f"{type_} {name} = {self.expression(scope, 2)};"
            scope.scalars.append((name, type_))
            return text
        if kind < 7:
            type_, name, count = self.random.choice(SCALARS), self.name("a"), self.random.choice((2, 3, 4))
            values = ", ".join(self._listed(scope, count))
            scope.arrays.append((name, type_, count))
            return f"{type_} {name}[{count}] = {{ {values} }};"
        if kind == 7 and scope.scalars:
            name, type_ = self.random.choice(
                [one for one in scope.scalars if one[0] not in scope.read_only] or [("", "")]
            )
            if name:
                pointer = self.name("p")
                scope.pointers.append((pointer, type_))
                return f"{type_} *{pointer} = &{name};"
        if kind == 8 and scope.arrays:
            name, type_, count = self.random.choice(scope.arrays)
            pointer = self.name("p")
            scope.pointers.append((pointer, type_))
            start, steps = self.random.randrange(count), self.random.randrange(count)
            return f"{type_} *{pointer} = {name} + {start}; {pointer} += {steps - start}; {pointer} = &{pointer}[{self.random.randrange(count) - steps}];"
        if self.records:
            record, name = self.random.randrange(len(self.records)), self.name("r")
            text = f"{self.tag(record)} {name} = {self.initialiser(scope, record)};"
            scope.records.append((name, record))
            return text
        return ";"

    def _listed(self, scope: Scope, count: int) -> list[str]:
        kind = self.random.randrange(4)
        if kind == 0:
            return [f"[{self.random.randrange(count)}] = {self.expression(scope, 1)}" for _ in range(1)]
        if kind == 1:
            return [f"[0 ... {count - 1}] = {self.expression(scope, 1)}", f"[1] = {self.expression(scope, 1)}"]
        return [self.expression(scope, 1) for _ in range(self.random.randint(1, count))]

    def initialiser(self, scope: Scope, record: int, constant: bool = False) -> str:
        """The initialiser of a record: some of its members, each once, by name."""
        chosen = self.random.sample(self.records[record], self.random.randint(1, min(3, len(self.records[record]))))
        seen: set[str] = set()
        pieces = []
        for member in chosen:
            # Not two parts of one union or array: a later one would overrule all of the earlier one, with its effects.
            if member.path.split("[")[0] not in seen and (
                ".u" not in member.path or not any(".u" in path for path in seen)
            ):
                seen.add(member.path.split("[")[0])
                pieces.append(f"{member.path} = {self.constant() if constant else self.expression(scope, 1)}")
        return f"{{ {', '.join(pieces)} }}"

    # ---------------------------------------------------------------- programs

    def hashed(self, scope: Scope) -> str:
        """Statements that put all there is into the hash ``h``."""
        pieces = [name for name, _ in scope.scalars]
        pieces += [f"{name}[{index}]" for name, _, count in scope.arrays for index in range(count)]
        pieces += [f"*{name}" for name, _ in scope.pointers]
        for name, record in scope.records:
            pieces += [f"{name}{member.path}" for member in self.records[record]]
        return " ".join(f"h = mix(h, (word)({piece}));" for piece in pieces)

    def program(self) -> str:
        """The text of a program; its function is ``test`` with the writer's number after it."""
        for _ in range(self.random.randint(0, 2)):
            self.record()
        globals_ = Scope()
        for _ in range(self.random.randint(1, 3)):
            type_, name = self.random.choice(SCALARS), self.name("g")
            self.lines.append(f"static {self.random.choice(('', '', 'volatile '))}{type_} {name} = {self.constant()};")
            globals_.scalars.append((name, type_))
            globals_.read_only.add(name)
        if self.chance(60):
            type_, name = self.random.choice(SCALARS), self.name("ga")
            self.lines.append(f"static {type_} {name}[4] = {{ {self.constant()}, [2] = {self.constant()} }};")
            globals_.arrays.append((name, type_, 4))
        for record in range(len(self.records)):
            name = self.name("gr")
            self.lines.append(f"static {self.tag(record)} {name} = {self.initialiser(Scope(), record, True)};")
            globals_.records.append((name, record))
        for _ in range(self.random.randint(0, 2)):
            self._function(globals_)
        scope = globals_.copy()
        scope.read_only.clear()
        body = " ".join(self.statement(scope, 3) for _ in range(self.random.randint(3, 7)))
        self.lines.append(
            f"word test{self.number}(void) {{ word h = 14695981039346656037ul; {body} {self.hashed(scope)} return h; }}"
        )
        return "\n".join(self.lines) + "\n"

    def _function(self, outer: Scope) -> None:
        params = tuple(self.random.choice(SCALARS) for _ in range(self.random.randint(1, 3)))
        names = [self.name("x") for _ in params]
        # It writes to nothing outside of itself: calls in one expression have no order.
        scope = Scope(scalars=[*outer.scalars, *zip(names, params, strict=True)], read_only=set(outer.read_only))
        listed = ", ".join(f"{type_} {name}" for type_, name in zip(params, names, strict=True))
        if self.records and self.chance(50):
            record, name = self.random.randrange(len(self.records)), self.name("make")
            first, type_ = names[0], params[0]
            body = " ".join(self.statement(scope, 1) for _ in range(2))
            self.lines.append(
                f"static {self.tag(record)} {name}({type_} {first}) {{ {self._only(scope, names[1:])} {body} "
                f"{self.tag(record)} r = {self.initialiser(scope, record)}; return r; }}"
            )
            self.makers.append((name, record))
            return
        result, name = self.random.choice(SCALARS), self.name("f")
        body = " ".join(self.statement(scope, 2) for _ in range(self.random.randint(1, 3)))
        self.lines.append(f"static {result} {name}({listed}) {{ {body} return {self.expression(scope, 2)}; }}")
        self.functions.append((name, result, params))

    def _only(self, scope: Scope, names: list[str]) -> str:
        return " ".join(f"{type_} {name} = 1;" for name, type_ in scope.scalars if name in names)


def program(seed: int, number: int) -> str:
    """The text of program ``number`` of ``seed``: a function ``word test<number>(void)`` and what it needs."""
    return Writer(Random(f"{seed}:{number}"), number).program()
