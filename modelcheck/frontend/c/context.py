"""What lowering carries along: the function at hand, where its variables live, and the values of expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, Protocol

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.builder import Builder
from modelcheck.frontend.c.types import BOOL, Bits, CType, Signature, Types
from modelcheck.frontend.c.unit import Unit
from modelcheck.program.expr import Expr, const, op
from modelcheck.program.ir import Halt, Local, Source, Unsupported

if TYPE_CHECKING:
    from modelcheck.frontend.c.link import Definition


class Refused(Exception):  # noqa: N818 (no error: it becomes an instruction)
    """Something that cannot be modelled, at ``source``; it becomes an `Unsupported` instruction there.

    It may be raised only where no branch is left open: `Context.scalar`, `expressions.value` and `statement` turn it
    into that instruction, and so do the arms of `?:`.
    """

    def __init__(self, reason: str, source: Source) -> None:
        super().__init__(reason)
        self.reason = reason
        self.source = source


@frozen(eq=False)
class Aggregate:
    """The value of a struct, union or array: one expression for each of ``types.leaves(type)``."""

    type: CType
    values: tuple[Expr, ...]


Value = Expr | Aggregate | None
"""The value of an expression; None for void."""


@frozen(eq=False)
class Memory:
    """An lvalue in memory. For a bitfield ``bits`` says which of the ``unit`` bytes at ``address`` it is. ``loose``:
    it may be less aligned than its type asks for, as what a packed struct holds."""

    address: Expr
    type: CType
    bits: Bits | None = None
    unit: int = 0
    loose: bool = False


@frozen(eq=False)
class Register:
    """A scalar variable that lives in a register."""

    register: int
    type: CType


@frozen(eq=False)
class Parts:
    """A struct or array variable whose scalars live in registers, by byte offset; or the part of it at ``offset``."""

    registers: Mapping[int, int]
    offset: int
    type: CType


@frozen(eq=False)
class Held:
    """A part, at ``offset``, of a struct that is a value and has no place (the result of a call, say)."""

    whole: Aggregate
    offset: int
    type: CType
    bits: Bits | None = None
    unit: int = 0


Place = Memory | Register | Parts | Held


@frozen(eq=False)
class Cleanup:
    """What happens where the scope of an object is left.

    Attributes:
        function: it is called on the object; None: the object's life ends.
        place: the object; None: there is none.
        node: its declaration.
        made: what begins its life where a jump enters its scope; None: nothing does, it begins where it is evaluated.
    """

    function: str | None
    place: Place | None
    node: cl.Node
    made: Local | None = None


@frozen(eq=False)
class Hint:
    """The type that the result of an allocation is converted to."""

    unit: Unit
    type: CType


LAST = "(last)"
"""The function of the thread that runs `Links.ending` once all others have ended."""


class Links(Protocol):
    """What lowering asks of a `Linker`: which functions and objects names mean, and where they are."""

    def function(self, unit: Unit, name: str, hint: Hint | None = None) -> Definition | None: ...
    def signature(self, definition: Definition) -> Signature: ...
    def allocates(self, unit: Unit, name: str) -> bool: ...
    def has_own(self, unit: Unit, name: str) -> bool: ...
    def code_address(self, unit: Unit, name: str, declaration: cl.Cursor) -> int: ...
    def variable(self, unit: Unit, declaration: cl.Cursor, function: str) -> int | None: ...
    def string(self, unit: Unit, content: bytes) -> int: ...
    def literal(self, unit: Unit, node: cl.Node, type_: CType, function: str) -> int: ...
    def misfit(self, name: str) -> str: ...
    def thread_name(self, function: str) -> str: ...
    def calls(self, unit: Unit, name: str) -> bool: ...
    def mentions(self, unit: Unit, word: str) -> bool: ...
    def ending(self) -> str | None: ...
    def sizes_matter(self) -> None: ...
    def lend(self, base: int) -> None: ...


@frozen(eq=False)
class Context:
    """The function that is being lowered.

    Attributes:
        unit: the file it is defined in.
        linker: everything that is shared by all functions.
        builder: its code so far.
        name: its C name.
        places: where its variables live, by declaration.
        in_memory: its variables that must be objects, because their address is taken.
        hoist: objects of locals are made at the start of their blocks, because a jump may go past their declaration.
        run: lowers a statement, and gives the value of the last one of a block.
        evaluate: lowers an expression. Both are here because statements and expressions contain each other.
        hint: the type that the caller converts this function's result to, if it allocates; in a statement expression,
            what its result is converted to.
        result_type: the type of its result.
        result: where a struct result too large for a register goes.
        lengths: registers with the bytes of its arrays of variable length, by declaration.
        labels: blocks of labels, by their statements.
        labelled: the labels met so far, with the cleanups in scope there.
        gotos: jumps to labels not met yet, by label: blocks that must run cleanups, those in scope there, and the
            place of the jump.
        breaks, continues: where these jump to, and how many cleanups are outside of the loop.
        cleanups: what is to be done where the scopes of variables are left, outermost first.
        static: an initialiser at file scope is at hand, and no function.
        syntactic: a value depends on all that its expression names, though arithmetic may say that it is constant.
        primitives: functions that are known by name here, beside those of mc/intrinsics.h, with what lowers a call.
    """

    unit: Unit
    linker: Links
    builder: Builder
    name: str
    run: Callable[[Context, cl.Node], Value]
    evaluate: Callable[[Context, cl.Node], Value]
    body: cl.Node
    result_type: CType
    in_memory: frozenset[int] = frozenset()
    hoist: bool = False
    hint: Hint | None = None
    result: Expr | None = None
    static: bool = False
    syntactic: bool = False
    primitives: Mapping[str, Callable[[Context, cl.Node, Hint | None], Expr | None]] = field(factory=dict)
    places: dict[int, Place] = field(factory=dict)
    lengths: dict[int, int] = field(factory=dict)
    labels: dict[int, int] = field(factory=dict)
    labelled: dict[int, tuple[Cleanup, ...]] = field(factory=dict)
    gotos: dict[int, list[tuple[int, tuple[Cleanup, ...], Source]]] = field(factory=dict)
    breaks: list[tuple[int, int]] = field(factory=list)
    continues: list[tuple[int, int]] = field(factory=list)
    cleanups: list[Cleanup] = field(factory=list)
    switches: list[Cases] = field(factory=list)

    @property
    def types(self) -> Types:
        """The types of its file."""
        return self.unit.types

    def source(self, node: cl.Node) -> Source:
        """Where ``node`` is in the user's text."""
        return self.unit.source(node.cursor, self.name)

    def scalar(self, node: cl.Node) -> Expr:
        """The value of an expression that must be an integer or a pointer.

        Where it cannot be modelled, `Unsupported` stands in its place, and any number is given for what follows it:
        so a caller may hold branches open meanwhile. Only before the program runs (`static`) it raises `Refused`.
        """
        try:
            result = self.evaluate(self, node)
            if not isinstance(result, Expr):
                self.refuse(f"a value of type {self.types.of(node).name} where a number is needed", node)
        except Refused as refused:
            self.stop(refused)
            type_ = self.types.of(node)
            result = const(0, type_.width if type_.scalar else 32)
        return result

    def stop(self, refused: Refused) -> None:
        """What runs ends here, in `Unsupported`; what is appended from now on is never reached.

        Raises:
            Refused: an initialiser at file scope is at hand, which has no place where it could stand.
        """
        if self.static:
            raise refused
        self.builder.emit(Unsupported(refused.reason, refused.source))
        self.builder.end(Halt())
        self.builder.open()

    def depths(self) -> tuple[int, int, int, int]:
        """How many scopes are open of each kind, for `leave_scopes`."""
        return len(self.breaks), len(self.continues), len(self.cleanups), len(self.switches)

    def leave_scopes(self, depths: tuple[int, int, int, int]) -> None:
        """Forget the scopes that a refusal has left on its way."""
        breaks, continues, cleanups, switches = depths
        del self.breaks[breaks:], self.continues[continues:], self.cleanups[cleanups:], self.switches[switches:]

    def loop_parts(self, node: cl.Node) -> tuple[cl.Node | None, cl.Node | None, cl.Node | None]:
        """The three parts in the head of a for statement, None for those left out.

        libclang leaves out what is not there, without a hint which; the printed function says it.
        """
        head = node.children[:-1]
        if len(head) == 3:
            return head[0], head[1], head[2]
        if not head:
            return None, None, None
        if not self._heads:
            loops = [inner.cursor.d1 for inner in self.body.walk() if inner.kind == cl.FOR]
            heads = for_heads(cl.text(cl.lib.clang_getCursorPrettyPrinted(self.body.cursor, None)))
            if len(loops) == len(heads):
                self._heads.update(zip(loops, heads, strict=True))
        present = self._heads.get(node.cursor.d1)
        if present is None or sum(present) != len(head):
            self.refuse("the parts of this for loop cannot be told apart; write it as a while loop", node)
        rest = iter(head)
        first, second, third = (next(rest) if there else None for there in present)
        return first, second, third

    _heads: dict[int, tuple[bool, bool, bool]] = field(factory=dict)

    def refuse(self, reason: str, node: cl.Node) -> NoReturn:
        """Give up on the expression or statement at hand: it becomes `Unsupported`."""
        raise Refused(reason, self.source(node))

    def wrong(self, message: str, node: cl.Node) -> NoReturn:
        """Reject the input, at ``node``."""
        place = self.source(node)
        raise InputError(message, place.file, place.line, place.column)


@frozen(eq=False)
class Cases:
    """The cases met so far of a switch: (first, last, block), the block of ``default``, and the labels by statement.

    ``outside``: how many cleanups are outside of the switch.
    """

    width: int
    outside: int = 0
    found: list[tuple[int, int, int]] = field(factory=list)
    default: list[int] = field(factory=list)
    labels: set[int] = field(factory=set)


def convert(value: Expr, old: CType, new: CType) -> Expr:
    """``value`` of scalar type ``old``, as C converts it to scalar type ``new``."""
    if new.kind == BOOL:
        return value if old.kind == BOOL else op("zext", 8, truth(value))
    return resize(value, new.width, old.signed)


def resize(value: Expr, width: int, signed: bool = False) -> Expr:
    """``value`` cut or extended to ``width`` bits."""
    if value.width == width:
        return value
    if value.width > width:
        return op("trunc", width, value)
    return op("sext" if signed else "zext", width, value)


def truth(value: Expr) -> Expr:
    """Whether ``value`` is not zero, as a width-1 expression."""
    if value.kind == "op" and value.data == "zext" and value.args[0].width == 1:
        return value.args[0]
    return op("ne", 1, value, const(0, value.width))


def plus(address: Expr, offset: int) -> Expr:
    """``address`` + ``offset``; offsets of an offset are added up."""
    if address.kind == "op" and address.data == "add" and address.args[1].kind == "const":
        base, known = address.args
        return op("add", 64, base, const(known.data + offset, 64))
    return op("add", 64, address, const(offset, 64))


def strip(node: cl.Node) -> cl.Node:
    """The expression under parentheses, implicit conversions and casts."""
    while True:
        inner = node.expressions()
        if node.kind in (cl.PAREN, cl.UNEXPOSED_EXPR) and len(inner) == 1:
            node = inner[0]
        elif node.kind == cl.CAST and inner:
            node = inner[-1]
        else:
            return node


def literal(node: cl.Node) -> str | None:
    """The text of a string literal argument, None when it is none."""
    inner = strip(node)
    return unquote(inner.spelling).decode("utf-8", "replace") if inner.kind == cl.STRING else None


_ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, '"': 34, "'": 39, "?": 63, "e": 27}


def unquote(spelling: str) -> bytes:
    """The bytes of a string literal as clang prints it, without the final zero."""
    body = spelling[spelling.index('"') + 1 : spelling.rindex('"')]
    result = bytearray()
    position = 0
    while position < len(body):
        char = body[position]
        position += 1
        if char != "\\":
            result += char.encode()
            continue
        char = body[position]
        if char in "01234567":
            digits = _digits(body, position, "01234567", 3)
            result.append(int(digits, 8) & 255)
            position += len(digits)
        elif char in "xuU":
            digits = _digits(body, position + 1, "0123456789abcdefABCDEF", {"x": 2, "u": 4, "U": 8}[char])
            code = int(digits, 16)
            result += bytes([code]) if char == "x" else chr(code).encode()
            position += 1 + len(digits)
        else:
            result.append(_ESCAPES[char])
            position += 1
    return bytes(result)


def _digits(body: str, start: int, allowed: str, most: int) -> str:
    end = start
    while end < len(body) and end - start < most and body[end] in allowed:
        end += 1
    return body[start:end]


def for_heads(printed: str) -> list[tuple[bool, bool, bool]]:
    """For each ``for (…; …; …)`` of a printed function, in order: which of the parts are there."""
    found: list[tuple[bool, bool, bool]] = []
    open_: list[list[str]] = []
    depths: list[int] = []
    results: dict[int, int] = {}
    depth = 0
    tokens = _TOKENS.findall(printed)
    for number, token in enumerate(tokens):
        if token == "for" and number + 1 < len(tokens) and tokens[number + 1] == "(":
            results[len(open_)] = len(found)
            found.append((False, False, False))
            open_.append([""])
            depths.append(depth + 1)
        elif token in "([{":
            if open_ and depth >= depths[-1]:
                open_[-1][-1] += token
            depth += 1
        elif token in ")]}":
            depth -= 1
            if open_ and depth < depths[-1]:
                parts = [bool(part.strip()) for part in open_.pop()]
                depths.pop()
                if len(parts) == 3:
                    found[results[len(open_)]] = (parts[0], parts[1], parts[2])
        elif open_ and token == ";" and depth == depths[-1]:
            open_[-1].append("")
        elif open_:
            open_[-1][-1] += token
    return found


_TOKENS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+|[^\s\w]')


def arguments(call: cl.Node) -> Sequence[cl.Node]:
    """The arguments of a call expression."""
    return call.expressions()[1:]
