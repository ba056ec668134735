"""The kernel's primitives in a litmus test: each is lowered to its steps, with the tags of the kernel's memory model.

A test is untyped: every variable and every location is a word of 8 bytes, so an ``atomic_t``, a lock or an SRCU
structure is a plain word, and a pointer argument is just a value.

Order: no suffix on a value-returning operation is a full barrier (MB) when it writes; a conditional operation that does
not write orders nothing; void operations order nothing and are NORETURN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from attrs import frozen

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Hint, Memory, Register, arguments, resize, strip
from modelcheck.frontend.c.intrinsics import Intrinsic
from modelcheck.frontend.c.lvalues import place
from modelcheck.frontend.c.operands import each
from modelcheck.frontend.litmus.body import MEMORY_ORDERS
from modelcheck.program.expr import Expr, const, old, op
from modelcheck.program.ir import Assign, Assume, Branch, Choose, Fence, Jump, Load, Rmw, Self, Store, Tags

WIDTH = 64
SIZE = 8

ORDERS = {
    "": ("MB", "MB"),
    "_relaxed": ("ONCE", "ONCE"),
    "_acquire": ("ACQUIRE", "ONCE"),
    "_release": ("ONCE", "RELEASE"),
}
"""Tags of the read and the write of a value-returning operation, by its suffix."""

_OLD = old(WIDTH)
_ZERO, _ONE = const(0, WIDTH), const(1, WIDTH)
_FAILED = frozenset(("ONCE",))
_LKR, _LKW, _LF = frozenset(("LKR",)), frozenset(("LKW",)), frozenset(("LF",))
_FREE = op("eq", 1, _OLD, _ZERO)

Result = Callable[[Expr, Expr], Expr | None]
"""What an operation gives, of the old value and the operand."""


def _old(before: Expr, _: Expr) -> Expr:
    return before


def _nothing(_: Expr, __: Expr) -> None:
    return None


def _truth(condition: Expr) -> Expr:
    return op("zext", WIDTH, condition)


def _location(ctx: Context, node: cl.Node) -> Expr:
    """The address of what an lvalue argument designates."""
    found = place(ctx, strip(node))
    if not isinstance(found, Memory):
        ctx.wrong("this is a variable of the thread, and no location; dereference a pointer, as in READ_ONCE(*x)", node)
    return found.address


def _word(ctx: Context, node: cl.Node) -> Expr:
    value = ctx.scalar(node)
    return value if value.width == WIDTH else resize(value, WIDTH, ctx.types.of(node).signed)


def words(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> list[Expr]:
    """The arguments of a call, which nothing orders."""
    return each(ctx, node, [partial(_word, ctx, argument) for argument in given])


def taking(count: int, lower: Callable[[Context, cl.Node, Sequence[cl.Node]], Expr | None]) -> Intrinsic:
    """A primitive with ``count`` arguments."""

    def primitive(ctx: Context, node: cl.Node, _: Hint | None) -> Expr | None:
        given = arguments(node)
        if len(given) != count:
            ctx.wrong(f"{node.spelling}() takes {count} argument{'s' * (count != 1)}, and not {len(given)}", node)
        return lower(ctx, node, given)

    return primitive


def storing(tag: str) -> Intrinsic:
    """A write of its second argument to where the first one points; without a tag it is a plain one."""
    return _store(tag, _word)


def _load(tag: str, address: Callable[[Context, cl.Node], Expr], count: int = 1) -> Intrinsic:
    tags = frozenset((tag,))

    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr:
        return _emit_load(ctx, address(ctx, given[0]), tags, node)

    return taking(count, lower)


def _emit_load(ctx: Context, address: Expr, tags: Tags, node: cl.Node) -> Expr:
    dst = ctx.builder.register(WIDTH)
    ctx.builder.emit(Load(dst, address, SIZE, tags, ctx.source(node)))
    return ctx.builder.value(dst)


def _store(tag: str, address: Callable[[Context, cl.Node], Expr], then: str = "") -> Intrinsic:
    tags, fence = frozenset((tag,) if tag else ()), frozenset((then,))

    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> None:
        target, value = each(ctx, node, [lambda: address(ctx, given[0]), lambda: _word(ctx, given[1])])
        ctx.builder.emit(Store(target, value, SIZE, tags, ctx.source(node)))
        if then:
            ctx.builder.emit(Fence(fence, ctx.source(node)))

    return taking(2, lower)


def _fence(kind: str) -> Intrinsic:
    tags = frozenset((kind,))

    def lower(ctx: Context, node: cl.Node, _: Sequence[cl.Node]) -> None:
        ctx.builder.emit(Fence(tags, ctx.source(node)))

    return taking(0, lower)


def _fence_at(kind: str) -> Intrinsic:
    tags = frozenset((kind,))

    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> None:
        ctx.builder.emit(Fence(tags, ctx.source(node), _word(ctx, given[0])))

    return taking(1, lower)


def _pause(_ctx: Context, _node: cl.Node, _: Sequence[cl.Node]) -> None:
    return None


def _rmw(operation: str, order: tuple[str, str], result: Result, *, takes: str) -> Intrinsic:
    """An unconditional read-modify-write.

    Args:
        operation: ``xchg``, ``andnot``, or an operator of `expr`.
        order: tags of the read and of the write.
        result: what it gives.
        takes: its arguments: ``p`` the pointer, ``v`` the operand, which is 1 where there is none.
    """
    read, write = frozenset((order[0],)), frozenset((order[1],))

    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr | None:
        values = words(ctx, node, given)
        by = values[takes.index("v")] if "v" in takes else _ONE
        if result is not _old and result is not _nothing:
            by = ctx.builder.copy(by, ctx.source(node))
        return result(exchanging(ctx, node, values[takes.index("p")], None, _new(operation, by), (read, write)), by)

    return taking(len(takes), lower)


def _new(operation: str, operand: Expr) -> Expr:
    if operation == "xchg":
        return operand
    if operation == "andnot":
        return op("and", WIDTH, _OLD, op("not", WIDTH, operand))
    return op(operation, WIDTH, _OLD, operand)


def exchanging(
    ctx: Context,
    node: cl.Node,
    address: Expr,
    condition: Expr | None,
    new: Expr,
    tags: tuple[Tags, Tags],
    failed: Tags = _FAILED,
    waits: bool = False,
) -> Expr:
    dst = ctx.builder.register(WIDTH)
    ctx.builder.emit(Rmw(dst, address, SIZE, condition, new, *tags, failed, ctx.source(node), waits))
    return ctx.builder.value(dst)


def _compare_exchange(order: tuple[str, str]) -> Intrinsic:
    tags = frozenset((order[0],)), frozenset((order[1],))

    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr:
        target, expected, new = words(ctx, node, given)
        return exchanging(ctx, node, target, op("eq", 1, _OLD, expected), new, tags)

    return taking(3, lower)


def _try_compare_exchange(order: tuple[str, str]) -> Intrinsic:
    tags = frozenset((order[0],)), frozenset((order[1],))

    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr:
        variable = strip(given[1])
        if variable.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(variable.cursor) == cl.ADDRESS_OF:
            variable = strip(variable.expressions()[0])
        kept = place(ctx, variable)
        if not isinstance(kept, Register):
            ctx.wrong("the second argument must be the address of a variable of this thread", given[1])
        target, new = words(ctx, node, (given[0], given[2]))
        expected = ctx.builder.copy(ctx.builder.value(kept.register), ctx.source(node))
        was = exchanging(ctx, node, target, op("eq", 1, _OLD, expected), new, tags)
        ctx.builder.emit(Assign(kept.register, was, ctx.source(node)))
        return _truth(op("eq", 1, was, expected))

    return taking(3, lower)


def _add_unless(order: tuple[str, str], result: Result) -> Intrinsic:
    tags = frozenset((order[0],)), frozenset((order[1],))

    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr | None:
        target, amount, unless = words(ctx, node, given)
        unless = ctx.builder.copy(unless, ctx.source(node))
        condition = op("ne", 1, _OLD, unless)
        return result(exchanging(ctx, node, target, condition, op("add", WIDTH, _OLD, amount), tags), unless)

    return taking(3, lower)


def _inc_not_zero(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr:
    tags = frozenset(("MB",))
    condition = op("ne", 1, _OLD, _ZERO)
    was = exchanging(ctx, node, _word(ctx, given[0]), condition, op("add", WIDTH, _OLD, _ONE), (tags, tags))
    return _truth(op("ne", 1, was, _ZERO))


def _owner(ctx: Context, node: cl.Node) -> Expr:
    dst = ctx.builder.register(WIDTH)
    ctx.builder.emit(Self(dst, ctx.source(node)))
    return op("add", WIDTH, ctx.builder.value(dst), _ONE)


def _spin_lock(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> None:
    target = _word(ctx, given[0])
    exchanging(ctx, node, target, _FREE, _owner(ctx, node), (_LKR, _LKW), waits=True)


def _spin_trylock(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr:
    target = _word(ctx, given[0])
    was = exchanging(ctx, node, target, _FREE, _owner(ctx, node), (_LKR, _LKW), _LF)
    return _truth(op("eq", 1, was, _ZERO))


def _spin_unlock(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> None:
    store = Store(_word(ctx, given[0]), _ZERO, SIZE, frozenset(("UL",)), ctx.source(node), unlock=True)
    ctx.builder.emit(store)


def _spin_is_locked(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr:
    """One read whose tag depends on what it sees, locked (RL) or not (RU): either is tried, and kept if it fits."""
    builder, source = ctx.builder, ctx.source(node)
    target = builder.copy(_word(ctx, given[0]), source)
    guess, word = builder.register(WIDTH), builder.register(WIDTH)
    builder.emit(Choose(guess, 2, source))
    locked, unlocked, after = builder.block(), builder.block(), builder.block()
    builder.end(Branch(op("ne", 1, builder.value(guess), _ZERO), locked, unlocked, source))
    for block, tag, relation in ((locked, "RL", "ne"), (unlocked, "RU", "eq")):
        builder.current = block
        builder.emit(Load(word, target, SIZE, frozenset((tag,)), source))
        builder.emit(Assume(op(relation, 1, builder.value(word), _ZERO), source))
        builder.end(Jump(after))
    builder.current = after
    return _truth(op("ne", 1, builder.value(word), _ZERO))


def _atomics() -> dict[str, Intrinsic]:
    """The operations on atomic_t, with all their suffixes, and xchg and cmpxchg."""
    noreturn = ("NORETURN", "NORETURN")
    found: dict[str, Intrinsic] = {
        "atomic_read": _load("ONCE", _word),
        "atomic_read_acquire": _load("ACQUIRE", _word),
        "atomic_set": _store("ONCE", _word),
        "atomic_set_release": _store("RELEASE", _word),
        "atomic_inc_not_zero": taking(1, _inc_not_zero),
    }
    named = {"add": ("add", "vp"), "sub": ("sub", "vp"), "inc": ("add", "p"), "dec": ("sub", "p")}
    bitwise = {name: (name, "vp") for name in ("and", "or", "xor", "andnot")}
    for name, (operation, takes) in (named | bitwise).items():
        found[f"atomic_{name}"] = _rmw(operation, noreturn, _nothing, takes=takes)
        for suffix, order in ORDERS.items():
            found[f"atomic_fetch_{name}{suffix}"] = _rmw(operation, order, _old, takes=takes)
    for name, (operation, takes) in named.items():
        for suffix, order in ORDERS.items():
            found[f"atomic_{name}_return{suffix}"] = _rmw(operation, order, _after(operation), takes=takes)
        if name != "add":
            found[f"atomic_{name}_and_test"] = _rmw(operation, ORDERS[""], _is_zero(operation), takes=takes)
    for suffix, order in ORDERS.items():
        found[f"atomic_add_negative{suffix}"] = _rmw("add", order, _is_negative, takes="vp")
        found[f"atomic_add_unless{suffix}"] = _add_unless(order, lambda was, unless: _truth(op("ne", 1, was, unless)))
        found[f"atomic_fetch_add_unless{suffix}"] = _add_unless(order, _old)
        for start in ("", "atomic_"):
            found[f"{start}xchg{suffix}"] = _rmw("xchg", order, _old, takes="pv")
            found[f"{start}cmpxchg{suffix}"] = _compare_exchange(order)
            found[f"{start}try_cmpxchg{suffix}"] = _try_compare_exchange(order)
    for name, primitive in tuple(found.items()):
        if name.startswith("atomic_"):
            found[name.replace("atomic_", "atomic64_", 1)] = found[name.replace("atomic_", "atomic_long_", 1)] = (
                primitive
            )
    return found


def _after(operation: str) -> Result:
    return lambda was, by: op(operation, WIDTH, was, by)


def _is_zero(operation: str) -> Result:
    return lambda was, by: _truth(op("eq", 1, op(operation, WIDTH, was, by), _ZERO))


def _is_negative(was: Expr, by: Expr) -> Expr:
    return _truth(op("slt", 1, op("add", WIDTH, was, by), _ZERO))


PRIMITIVES: dict[str, Intrinsic] = {
    **_atomics(),
    "READ_ONCE": _load("ONCE", _location),
    "ACCESS_ONCE": _load("ONCE", _location),
    "WRITE_ONCE": _store("ONCE", _location),
    "smp_load_acquire": _load("ACQUIRE", _word),
    "smp_store_release": _store("RELEASE", _word),
    "smp_store_mb": _store("ONCE", _location, then="Mb"),
    "rcu_dereference": _load("ONCE", _location),
    "rcu_dereference_check": _load("ONCE", _location, 2),
    "rcu_dereference_protected": _load("ONCE", _location, 2),
    "rcu_dereference_raw": _load("ONCE", _location),
    "rcu_access_pointer": _load("ONCE", _location),
    "srcu_dereference": _load("ONCE", _location, 2),
    "lockless_dereference": _load("ONCE", _location),
    "rcu_assign_pointer": _store("RELEASE", _location),
    "smp_mb": _fence("Mb"),
    "smp_rmb": _fence("Rmb"),
    "smp_wmb": _fence("Wmb"),
    "barrier": _fence("Barrier"),
    "smp_mb__before_atomic": _fence("Before-atomic"),
    "smp_mb__after_atomic": _fence("After-atomic"),
    "smp_mb__after_spinlock": _fence("After-spinlock"),
    "smp_mb__after_unlock_lock": _fence("After-unlock-lock"),
    "smp_mb__after_srcu_read_unlock": _fence("After-srcu-read-unlock"),
    "smp_read_barrier_depends": taking(0, _pause),
    "cpu_relax": taking(0, _pause),
    "rcu_read_lock": _fence("Rcu-lock"),
    "rcu_read_unlock": _fence("Rcu-unlock"),
    "synchronize_rcu": _fence("Sync-rcu"),
    "synchronize_rcu_expedited": _fence("Sync-rcu"),
    "srcu_read_lock": _load("Srcu-lock", _word),
    "srcu_down_read": _load("Srcu-lock", _word),
    "srcu_read_unlock": _store("Srcu-unlock", _word),
    "srcu_up_read": _store("Srcu-unlock", _word),
    "synchronize_srcu": _fence_at("Sync-srcu"),
    "synchronize_srcu_expedited": _fence_at("Sync-srcu"),
    "spin_lock": taking(1, _spin_lock),
    "spin_unlock": taking(1, _spin_unlock),
    "spin_trylock": taking(1, _spin_trylock),
    "spin_is_locked": taking(1, _spin_is_locked),
}
"""What lowers a call of each."""

VOID = frozenset(
    (
        *("atomic_store", "atomic_store_explicit", "atomic_init", "atomic_thread_fence", "atomic_signal_fence"),
        *("WRITE_ONCE", "smp_store_release", "smp_store_mb", "rcu_assign_pointer", "barrier", "cpu_relax"),
        *("rcu_read_lock", "rcu_read_unlock", "srcu_read_unlock", "srcu_up_read", "spin_lock", "spin_unlock"),
        *(name for name in PRIMITIVES if name.startswith(("smp_mb", "smp_rmb", "smp_wmb", "smp_read", "synchronize_"))),
        *(
            f"{start}_{name}"
            for start in ("atomic", "atomic64", "atomic_long")
            for name in ("set", "set_release", "add", "sub", "inc", "dec", "and", "or", "xor", "andnot")
        ),
    )
)
"""Those that give nothing."""


@frozen
class Macros:
    """Primitives that are given instead of these.

    Attributes:
        names: what tests may call.
        text: C that declares the intrinsics of ``mc/intrinsics.h`` it uses, and defines a macro for each name.
    """

    names: frozenset[str]
    text: str


def prelude(called: Iterable[str], macros: Macros | None = None) -> str:
    """Declarations in C of these primitives, and of the constants of the dialect; or what ``macros`` says."""
    declared = "".join(f"{'void' if name in VOID else 'long'} {name}();\n" for name in sorted(called))
    # herd7 knows neither true nor false: to it they are variables that nobody assigns.
    constants = "#define true 0\n#define false 0\n#define NULL 0\n"
    orders = "".join(f"#define memory_order_{name} {number}\n" for number, name in enumerate(MEMORY_ORDERS))
    return constants + orders + (declared if macros is None else macros.text)
