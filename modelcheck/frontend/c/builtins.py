"""Functions of the compiler and of the C library that the front end knows by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from modelcheck.frontend.c import competition
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Refused, Value, arguments, literal, plus, resize, truth
from modelcheck.frontend.c.places import MOST_COPIED, ONCE
from modelcheck.frontend.c.types import ARRAY, BOOL, POINTER, RECORD, VARIABLE, CType, Leaf
from modelcheck.program.expr import FALSE, Expr, const, op
from modelcheck.program.ir import NONE, Assert, Assign, Branch, Call, Choose, Halt, Jump, Load, Store

SILENT = frozenset(
    ("printf", "puts", "putchar", "fprintf", "vprintf", "vfprintf", "printk", "vprintk", "perror", "fflush", "prefetch")
)
"""Functions without effect on the program, for files that declare them without a body."""


def _expect(ctx: Context, node: cl.Node) -> Value:
    value = ctx.evaluate(ctx, arguments(node)[0])
    for other in arguments(node)[1:]:
        ctx.evaluate(ctx, other)
    return value


def _constant_p(ctx: Context, node: cl.Node) -> Value:
    inner = arguments(node)[0]
    plain = all(part.kind not in (cl.CALL, cl.COMPOUND_ASSIGN) for part in inner.walk())
    known = plain and cl.evaluate(node.cursor) == 1
    return const(int(known), ctx.types.of(node).width)


def _nothing(_ctx: Context, _node: cl.Node) -> Value:
    """The start and end of variable arguments: only fetching one is not supported."""
    return None


def _unreachable(ctx: Context, node: cl.Node) -> Value:
    ctx.builder.emit(Assert(FALSE, "undefined", "code that must not be reached", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _abort(ctx: Context, node: cl.Node) -> Value:
    """A failure; in programs that follow SV-COMP's rules, where reach_error() is one, just the end of the process."""
    if ctx.unit.beside.names:
        ctx.builder.end(Halt())
        return None
    ctx.builder.emit(Assert(FALSE, "assertion", "abort()", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _assert_fail(ctx: Context, node: cl.Node) -> Value:
    """What the C library's own assert() calls."""
    told = literal(arguments(node)[0]) if arguments(node) else None
    ctx.builder.emit(Assert(FALSE, "assertion", told or f"{node.spelling}()", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _exit(ctx: Context, node: cl.Node) -> Value:
    """The process ends: its caller does no more. What is to run then runs here; the others go on meanwhile, for there
    is no saying how soon they are stopped."""
    for argument in arguments(node):
        ctx.scalar(argument)
    ending = ctx.linker.ending()
    if ending is not None:
        ctx.builder.emit(Call(None, ending, (), ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _exit_at_once(ctx: Context, node: cl.Node) -> Value:
    for argument in arguments(node):
        ctx.scalar(argument)
    ctx.builder.end(Halt())
    return None


def _trap(ctx: Context, node: cl.Node) -> Value:
    ctx.builder.emit(Assert(FALSE, "assertion", "abort", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _absolute(ctx: Context, node: cl.Node) -> Value:
    value = ctx.scalar(arguments(node)[0])
    negative = op("slt", 1, value, const(0, value.width))
    return op("ite", value.width, negative, op("neg", value.width, value), value)


def _bit_scan(ctx: Context, node: cl.Node) -> Value:
    """ffs, ffsl, ffsll: 1 + the number of the lowest bit that is set, 0 for 0."""
    value = ctx.scalar(arguments(node)[0])
    result = const(0, 32)
    for bit in reversed(range(value.width)):
        result = op("ite", 32, _bit(value, bit), const(bit + 1, 32), result)
    return result


def _trailing(ctx: Context, node: cl.Node) -> Value:
    value = _nonzero(ctx, node)
    result = const(value.width, 32)
    for bit in reversed(range(value.width)):
        result = op("ite", 32, _bit(value, bit), const(bit, 32), result)
    return result


def _leading(ctx: Context, node: cl.Node) -> Value:
    value = _nonzero(ctx, node)
    result = const(value.width, 32)
    for bit in range(value.width):
        result = op("ite", 32, _bit(value, bit), const(value.width - 1 - bit, 32), result)
    return result


def _population(ctx: Context, node: cl.Node) -> Value:
    value = ctx.scalar(arguments(node)[0])
    result = const(0, 32)
    for bit in range(value.width):
        result = op("add", 32, result, op("zext", 32, _bit(value, bit)))
    return result


_ENOUGH = 130
"""Bits in which no sum, difference or product of two numbers of 64 bits, signed or not, is cut."""


def _overflowing(operator: str) -> Callable[[Context, cl.Node], Value]:
    """__builtin_add_overflow() and its kin: the exact result, cut to what the third argument points to, is stored
    there; gives whether it was cut."""

    def lower(ctx: Context, node: cl.Node) -> Value:
        *operands, target = arguments(node)
        wide = [resize(ctx.scalar(each), _ENOUGH, ctx.types.of(each).signed) for each in operands]
        address = ctx.scalar(target)
        type_ = ctx.types.pointee(ctx.types.of(target))
        exact = op(operator, _ENOUGH, *wide)
        cut = resize(exact, type_.size * 8)
        ctx.builder.emit(Store(address, cut, type_.size, ONCE if type_.volatile else NONE, ctx.source(node)))
        return op("zext", ctx.types.of(node).width, op("ne", 1, resize(cut, _ENOUGH, type_.signed), exact))

    return lower


def _bit(value: Expr, bit: int) -> Expr:
    return op("trunc", 1, op("lshr", value.width, value, const(bit, value.width)))


def _nonzero(ctx: Context, node: cl.Node) -> Expr:
    value = ctx.scalar(arguments(node)[0])
    ctx.builder.emit(Assert(truth(value), "undefined", "counting the zero bits of 0", ctx.source(node)))
    return value


# ------------------------------------------------------------------ memory


def _pointed(ctx: Context, node: cl.Node) -> tuple[Expr, CType]:
    """A pointer argument with the type of what it points to before it became a ``void *``."""
    inner = node
    while True:
        below = inner.expressions()
        type_ = ctx.types.of(inner)
        if type_.kind in (ARRAY, VARIABLE):
            break
        pointed = ctx.types.pointee(type_) if type_.kind == POINTER else None
        if pointed is not None and pointed.size and (pointed.kind != "integer" or pointed.size > 1):
            break
        if inner.kind in (cl.PAREN, cl.UNEXPOSED_EXPR, cl.CAST) and below:
            inner = below[-1]
            continue
        break
    type_ = ctx.types.of(inner)
    if type_.kind in (ARRAY, VARIABLE):
        return ctx.scalar(node), type_ if type_.kind == ARRAY else ctx.types.element(type_)
    if type_.kind != POINTER:
        ctx.refuse("memory whose type is not known", node)
    return ctx.scalar(node), ctx.types.pointee(type_)


def _leaves(ctx: Context, type_: CType, size: int, node: cl.Node) -> list[tuple[int, Leaf]]:
    """The scalars of the first ``size`` bytes of an array of ``type_``, with their offsets; of one that the end cuts
    through the bytes."""
    if type_.kind == ARRAY and type_.size and size % type_.size:
        return _leaves(ctx, ctx.types.element(type_), size, node)
    leaves = ctx.types.leaves(type_)
    if leaves is None or not type_.size:
        ctx.refuse(f"{size} bytes of {type_.name}, of {type_.size} bytes each, cannot be told apart", node)
    count, rest = divmod(size, type_.size)
    if (count + 1) * len(leaves) > MOST_COPIED + len(leaves):
        ctx.refuse("this memory is too large to be set or copied at once", node)
    found = [(number * type_.size + leaf.offset, leaf) for number in range(count) for leaf in leaves]
    for leaf in leaves:
        if leaf.offset + leaf.size <= rest:
            found.append((count * type_.size + leaf.offset, leaf))
        else:
            part = evolve(leaf, size=1)
            found += [(count * type_.size + at, part) for at in range(leaf.offset, rest)]
    return found


def _element(ctx: Context, type_: CType, length: Expr, node: cl.Node) -> tuple[int, tuple[Leaf, ...]]:
    """Bytes and scalars of what ``length`` bytes of memory, a number that only running tells, are an array of.

    The program goes on only where they are a whole number of these.
    """
    while type_.kind == ARRAY:
        type_ = ctx.types.element(type_)
    leaves = ctx.types.leaves(type_)
    if leaves is None or not type_.size or len(leaves) > MOST_COPIED:
        ctx.refuse(f"a number of bytes of {type_.name} that is not a constant is not supported", node)
    whole = op("eq", 1, op("urem", 64, length, const(type_.size, 64)), const(0, 64))
    if type_.size > 1:
        source = ctx.source(node)
        ctx.builder.open()
        yes, no = ctx.builder.block(), ctx.builder.block()
        ctx.builder.end(Branch(whole, yes, no, source))
        ctx.builder.current = no
        ctx.stop(Refused(f"bytes that are no whole number of {type_.name} cannot be told apart", source))
        ctx.builder.current = yes
    return type_.size, leaves


def _rounds(
    ctx: Context, length: Expr, step: int, node: cl.Node, body: Callable[[Expr], None], backward: bool = False
) -> None:
    """A loop that runs ``body`` for each offset below ``length``, in steps; ``backward``: the last one first."""
    builder, source = ctx.builder, ctx.source(node)
    length = builder.copy(length, source)
    done = builder.register(64)
    builder.emit(Assign(done, const(0, 64), source))
    head, inside, after = builder.block(), builder.block(), builder.block()
    builder.start(head)
    builder.end(Branch(op("ult", 1, builder.value(done), length), inside, after, source))
    builder.current = inside
    rest = op("sub", 64, op("sub", 64, length, builder.value(done)), const(step, 64))
    body(builder.copy(rest, source) if backward else builder.value(done))
    builder.emit(Assign(done, op("add", 64, builder.value(done), const(step, 64)), source))
    builder.end(Jump(head))
    builder.current = after


def _memset(ctx: Context, node: cl.Node) -> Value:
    target, byte, length = arguments(node)
    address, type_ = _pointed(ctx, target)
    value = resize(ctx.scalar(byte), 8)
    size = ctx.scalar(length)
    source = ctx.source(node)

    def fill(at: Expr, offset: int, leaf: Leaf) -> None:
        width = leaf.size * 8
        pattern = const(0x0101010101010101, width)
        filled = op("mul", width, op("zext", width, value), pattern)
        ctx.builder.emit(Store(plus(at, offset), filled, leaf.size, _tags(leaf), source))

    if size.kind == "const" and isinstance(size.data, int):
        for offset, leaf in _leaves(ctx, type_, size.data, node):
            fill(address, offset, leaf)
        return address
    size = resize(size, 64)
    step, leaves = _element(ctx, type_, size, node)
    address, value = ctx.builder.copy(address, source), ctx.builder.copy(value, source)

    def one(offset: Expr) -> None:
        for leaf in leaves:
            fill(op("add", 64, address, offset), leaf.offset, leaf)

    _rounds(ctx, size, step, node, one)
    return address


def _memcpy(ctx: Context, node: cl.Node) -> Value:
    target, origin, length = arguments(node)
    to, to_type = _pointed(ctx, target)
    of, of_type = _pointed(ctx, origin)
    # Either side may be the one whose type says more.
    type_ = to_type if to_type.kind in (RECORD, ARRAY) or of_type.kind not in (RECORD, ARRAY) else of_type
    size = ctx.scalar(length)
    source = ctx.source(node)

    def copy(to: Expr, of: Expr, leaves: Sequence[tuple[int, Leaf]]) -> None:
        values = []
        for offset, leaf in leaves:
            register = ctx.builder.register(leaf.size * 8)
            ctx.builder.emit(Load(register, plus(of, offset), leaf.size, _tags(leaf), source, copy=True))
            values.append(ctx.builder.value(register))
        for (offset, leaf), value in zip(leaves, values, strict=True):
            ctx.builder.emit(Store(plus(to, offset), value, leaf.size, _tags(leaf), source))

    if size.kind == "const" and isinstance(size.data, int):
        copy(to, of, _leaves(ctx, type_, size.data, node))
        return to
    size = resize(size, 64)
    step, parts = _element(ctx, type_, size, node)
    leaves = [(leaf.offset, leaf) for leaf in parts]
    builder = ctx.builder
    to, of, size = (builder.copy(value, source) for value in (to, of, size))

    def one(offset: Expr) -> None:
        copy(op("add", 64, to, offset), op("add", 64, of, offset), leaves)

    if not node.spelling.endswith("memmove"):
        _rounds(ctx, size, step, node, one)
        return to
    # Where the target lies behind the origin and over its end, the end goes first.
    up, down, after = builder.block(), builder.block(), builder.block()
    builder.end(Branch(op("ult", 1, op("sub", 64, to, of), size), down, up, source))
    for block, backward in ((up, False), (down, True)):
        builder.current = block
        _rounds(ctx, size, step, node, one, backward)
        builder.end(Jump(after))
    builder.current = after
    return to


def _memcmp(ctx: Context, node: cl.Node) -> Value:
    """0 when equal; else the sign of the first byte that differs (the lowest, on a little-endian machine)."""
    first, second, length = arguments(node)
    one, type_ = _pointed(ctx, first)
    two, _ = _pointed(ctx, second)
    source = ctx.source(node)
    size = ctx.scalar(length)
    builder = ctx.builder

    def compared(one: Expr, two: Expr, leaves: Sequence[tuple[int, Leaf]]) -> Expr:
        pairs: list[tuple[Expr, Expr]] = []
        for offset, leaf in leaves:
            values = []
            for address in (one, two):
                register = builder.register(leaf.size * 8)
                builder.emit(Load(register, plus(address, offset), leaf.size, _tags(leaf), source))
                values.append(builder.value(register))
            for byte in range(leaf.size):
                shift = const(8 * byte, leaf.size * 8)
                a, b = (op("trunc", 8, op("lshr", leaf.size * 8, value, shift)) for value in values)
                pairs.append((a, b))
        result = const(0, 32)
        for a, b in reversed(pairs):
            sign = op("ite", 32, op("ult", 1, a, b), const(-1, 32), const(1, 32))
            result = op("ite", 32, op("eq", 1, a, b), result, sign)
        return result

    if size.kind == "const" and isinstance(size.data, int):
        return compared(one, two, _leaves(ctx, type_, size.data, node))
    size = resize(size, 64)
    step, parts = _element(ctx, type_, size, node)
    leaves = [(leaf.offset, leaf) for leaf in parts]
    one, two, size = (builder.copy(value, source) for value in (one, two, size))
    found = builder.register(32)
    builder.emit(Assign(found, const(0, 32), source))

    def further(offset: Expr) -> None:
        now, so_far = compared(op("add", 64, one, offset), op("add", 64, two, offset), leaves), builder.value(found)
        builder.emit(Assign(found, op("ite", 32, op("eq", 1, so_far, const(0, 32)), now, so_far), source))

    _rounds(ctx, size, step, node, further)
    return builder.value(found)


def _tags(leaf: Leaf) -> frozenset[str]:
    return ONCE if leaf.type.volatile else NONE


_BUILTINS: dict[str, Callable[[Context, cl.Node], Value]] = {
    "expect": _expect,
    "expect_with_probability": _expect,
    "assume_aligned": _expect,
    "constant_p": _constant_p,
    "unreachable": _unreachable,
    "va_start": _nothing,
    "va_copy": _nothing,
    "va_end": _nothing,
    "trap": _trap,
    "abort": _abort,
    "__assert_fail": _assert_fail,
    "__assert": _assert_fail,
    "exit": _exit,
    "_Exit": _exit_at_once,
    "_exit": _exit_at_once,
    "quick_exit": _exit_at_once,
    "abs": _absolute,
    "labs": _absolute,
    "llabs": _absolute,
    "ffs": _bit_scan,
    "ffsl": _bit_scan,
    "ffsll": _bit_scan,
    "ctz": _trailing,
    "ctzl": _trailing,
    "ctzll": _trailing,
    "clz": _leading,
    "clzl": _leading,
    "clzll": _leading,
    "popcount": _population,
    "popcountl": _population,
    "popcountll": _population,
    "add_overflow": _overflowing("add"),
    "sub_overflow": _overflowing("sub"),
    "mul_overflow": _overflowing("mul"),
    "memset": _memset,
    "memcpy": _memcpy,
    "memmove": _memcpy,
    "memcmp": _memcmp,
    "bcmp": _memcmp,
}

_ALWAYS = frozenset(("memset", "memcpy", "memmove", "memcmp", "bcmp"))
_WITHOUT_BODY = frozenset(
    (
        "abs",
        "labs",
        "llabs",
        "ffs",
        "ffsl",
        "ffsll",
        "abort",
        "__assert_fail",
        "__assert",
        "exit",
        "_exit",
        "_Exit",
        "quick_exit",
    )
)


ANY = "__VERIFIER_nondet_"
"""What the names of functions begin with that return any value of their type."""


def _any(ctx: Context, node: cl.Node) -> Value:
    """Any value of the result's type (the rules of the software verification competition, SV-COMP)."""
    type_ = ctx.types.of(node)
    if not type_.scalar or type_.kind == POINTER:
        ctx.refuse(f"any value of type {type_.name}", node)
    dst = ctx.builder.register(type_.width)
    ctx.builder.emit(Choose(dst, 2 if type_.kind == BOOL else 1 << type_.width, ctx.source(node)))
    return ctx.builder.value(dst)


def builtin(name: str, has_body: Callable[[], bool]) -> Callable[[Context, cl.Node], Value] | None:
    """What lowers a call of ``name``, or None when it is an ordinary function.

    The memory functions are known by their plain name too, whether or not the program has a body for them; a few
    others only when it has none.
    """
    plain = name.removeprefix("__builtin_")
    known = competition.ALWAYS.get(name) or competition.WITHOUT_BODY.get(name)
    if known is not None and (name in competition.ALWAYS or not has_body()):
        return known
    if name.startswith(ANY) and not has_body():
        return _any
    if plain != name or name in _ALWAYS or (name in _WITHOUT_BODY and not has_body()):
        return _BUILTINS.get(plain)
    return None
