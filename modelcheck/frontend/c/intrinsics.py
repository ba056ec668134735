"""The functions of mc/intrinsics.h: each is one instruction."""

from __future__ import annotations

from collections.abc import Callable

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c import pairs
from modelcheck.frontend.c.context import LAST, Context, Hint, arguments, literal, resize, strip, truth
from modelcheck.frontend.c.printed import printed
from modelcheck.program import sizes
from modelcheck.program.assumptions import ASSUMPTIONS
from modelcheck.program.expr import UNDEFINED, Expr, const, old, op
from modelcheck.program.ir import (
    NONE,
    PROPERTIES,
    PTRDIFF_MAX,
    Alloc,
    Assert,
    Assume,
    Branch,
    Choose,
    Exit,
    Fence,
    Free,
    Halt,
    Join,
    Jump,
    Load,
    LockUse,
    Rmw,
    Self,
    Spawn,
    Store,
    Tags,
    Wait,
)
from modelcheck.program.outlived import STILL_THERE
from modelcheck.program.places import thread_called

Intrinsic = Callable[[Context, cl.Node, Hint | None], Expr | None]

_OPERATIONS = {"add": "add", "sub": "sub", "and": "and", "or": "or", "xor": "xor"}
_SECTIONS = frozenset({"Srcu-lock", "Srcu-unlock"})
_OWN = frozenset({"Own"})
"""Beside a tag of a section of SRCU: the thread that begins it is to end it."""
_RELATIONS = ("any", "eq", "ne", "lt", "le", "gt", "ge", "clear", "set", "without")
_LINES = {"append": "joined", "remove": "left", "pop": "lshr"}


def _text(ctx: Context, node: cl.Node, what: str) -> str:
    found = literal(node)
    if found is None:
        ctx.wrong(f"{what} must be a string literal", node)
    return found


def _tags(ctx: Context, node: cl.Node) -> Tags:
    found = _text(ctx, node, "the tags of an access")
    return frozenset(tag for tag in (part.strip() for part in found.split(",")) if tag)


def _number(ctx: Context, node: cl.Node, what: str) -> int:
    value = ctx.scalar(node)
    if value.kind != "const" or not isinstance(value.data, int):
        ctx.wrong(f"{what} must be a constant", node)
    return value.data


def _size(ctx: Context, node: cl.Node) -> int:
    size = _number(ctx, node, "the size of an access")
    if size not in (1, 2, 4, 8):
        ctx.wrong(f"an access of {size} bytes: only scalars of 1, 2, 4 or 8 bytes can be accessed at once", node)
    return size


def _new(ctx: Context, node: cl.Node, width: int, operand: Expr) -> Expr:
    name = _text(ctx, node, "the operation")
    current = old(width)
    if name == "xchg":
        return operand
    if name == "andnot":
        return op("and", width, current, op("not", width, operand))
    if name in _LINES and width == 64:
        if name == "pop":
            return op("lshr", 64, current, op("mul", 64, operand, const(8, 64)))
        return op(_LINES[name], 64, current, operand)
    if name not in _OPERATIONS:
        names = ", ".join((*_OPERATIONS, *_LINES, "andnot"))
        ctx.wrong(f'"{name}" is no operation: use {names} or xchg', node)
    return op(_OPERATIONS[name], width, current, operand)


def _relation(ctx: Context, node: cl.Node, width: int, bound: Expr) -> Expr | None:
    name = _text(ctx, node, "the relation")
    if name not in _RELATIONS:
        ctx.wrong(f'"{name}" is no relation: use {", ".join(_RELATIONS)}', node)
    current = old(width)
    match name:
        case "any":
            return None
        case "eq" | "ne":
            return op(name, 1, current, bound)
        case "lt" | "le":
            return op("s" + name, 1, current, bound)
        case "gt" | "ge":
            return op("slt" if name == "gt" else "sle", 1, bound, current)
        case "without":
            if width != 64:
                ctx.wrong("only 8 bytes are a line", node)
            return op("not", 1, op("within", 1, current, bound))
        case "clear":
            return op("eq", 1, op("and", width, current, bound), const(0, width))
    return op("eq", 1, op("and", width, current, bound), bound)


def _load(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, size, tags = arguments(node)
    target = ctx.scalar(address)
    width = 8 * _size(ctx, size)
    dst = ctx.builder.register(width)
    found = _tags(ctx, tags)
    own = found >= _OWN
    ctx.builder.emit(Load(dst, target, width // 8, found - _OWN, ctx.source(node), own=own))
    return resize(ctx.builder.value(dst), 64)


def _use(ctx: Context, node: cl.Node) -> LockUse:
    """What is done to a lock, written as "take mutex", "give rwsem as a reader", "downgrade rwsem"."""
    found = _text(ctx, node, "the use of a lock")
    act, _, kind = found.partition(" ")
    if act not in _ACTS or not kind:
        ctx.wrong(f'"{found}" is no use of a lock: {", ".join(_ACTS)}, and a kind of lock', node)
    return LockUse(act, kind.endswith(_AS_READER), kind.removesuffix(_AS_READER))


_ACTS = ("take", "give", "downgrade", "initialise", "destroy")
_AS_READER = " as a reader"


def _watch(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    address, size, tag = arguments(node)
    target = ctx.scalar(address)
    bytes_ = _size(ctx, size)
    watched = Load(ctx.builder.register(8 * bytes_), target, bytes_, _tags(ctx, tag), ctx.source(node), copy=True)
    ctx.builder.emit(watched)


def _still_there(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    target = ctx.scalar(arguments(node)[0])
    tags = frozenset({"ONCE", STILL_THERE})
    ctx.builder.emit(Load(ctx.builder.register(32), target, 4, tags, ctx.source(node), copy=True))


def _write(ctx: Context, node: cl.Node, unlock: bool) -> None:
    address, size, value, tags, *use = arguments(node)
    target = ctx.scalar(address)
    bytes_ = _size(ctx, size)
    stored = resize(ctx.scalar(value), 8 * bytes_)
    lock = _use(ctx, use[0]) if use else None
    found = _tags(ctx, tags)
    own = found >= _OWN
    ctx.builder.emit(Store(target, stored, bytes_, found - _OWN, ctx.source(node), unlock, lock, own=own))


def _store(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    _write(ctx, node, False)


def _unlock(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    _write(ctx, node, True)


def _rmw(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, size, operation, operand, read_tags, write_tags = arguments(node)
    return _emit_rmw(ctx, node, (address, size, operation, operand), None, (read_tags, write_tags), False)


def _rmw_if(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, size, operation, operand, relation, bound, *tags = arguments(node)
    return _emit_rmw(ctx, node, (address, size, operation, operand), (relation, bound), tuple(tags), False)


def _rmw_await(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, size, operation, operand, relation, bound, *tags = arguments(node)
    return _emit_rmw(ctx, node, (address, size, operation, operand), (relation, bound), tuple(tags), True)


def _take(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, size, operation, operand, relation, bound, *tags, use = arguments(node)
    access, test = (address, size, operation, operand), (relation, bound)
    return _emit_rmw(ctx, node, access, test, tuple(tags), len(tags) == 2, _use(ctx, use))


def _give(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, size, operation, operand, read_tags, write_tags, use = arguments(node)
    access = address, size, operation, operand
    return _emit_rmw(ctx, node, access, None, (read_tags, write_tags), False, _use(ctx, use))


def _emit_rmw(
    ctx: Context,
    node: cl.Node,
    access: tuple[cl.Node, cl.Node, cl.Node, cl.Node],
    test: tuple[cl.Node, cl.Node] | None,
    tags: tuple[cl.Node, ...],
    waits: bool,
    lock: LockUse | None = None,
) -> Expr:
    address, size, operation, operand = access
    target = ctx.scalar(address)
    bytes_ = _size(ctx, size)
    width = 8 * bytes_
    new = _new(ctx, operation, width, resize(ctx.scalar(operand), width))
    condition = None
    if test is not None:
        condition = _relation(ctx, test[0], width, resize(ctx.scalar(test[1]), width))
    read_tags, write_tags, *failed = (_tags(ctx, tag) for tag in tags)
    dst = ctx.builder.register(width)
    failed_tags = failed[0] if failed else NONE
    ctx.builder.emit(
        Rmw(dst, target, bytes_, condition, new, read_tags, write_tags, failed_tags, ctx.source(node), waits, lock)
    )
    return resize(ctx.builder.value(dst), 64)


def _await(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, size, relation, bound, tags = arguments(node)
    target = ctx.scalar(address)
    width = 8 * _size(ctx, size)
    condition = _relation(ctx, relation, width, resize(ctx.scalar(bound), width))
    dst = ctx.builder.register(width)
    access_tags = _tags(ctx, tags)
    if condition is None:
        ctx.builder.emit(Load(dst, target, width // 8, access_tags, ctx.source(node)))
    else:
        ctx.builder.emit(Wait(dst, target, width // 8, condition, access_tags, ctx.source(node)))
    return resize(ctx.builder.value(dst), 64)


def _fence(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    kind = _tags(ctx, arguments(node)[0])
    if not kind:
        ctx.wrong("a fence needs a kind, such as Mb", node)
    given = [ctx.scalar(argument) for argument in arguments(node)[1:]]
    address, cookie = given[0] if given else None, given[1] if len(given) > 1 else None
    if not ctx.syntactic and not kind.isdisjoint(_SECTIONS):
        ctx.wrong("an SRCU section begins with a read and ends with a write: use srcu_read_lock()", node)
    ctx.builder.emit(Fence(kind, ctx.source(node), address, cookie))


def _section(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    use = _use(ctx, arguments(node)[0])
    tag = "Rcu-lock" if use.act == "take" else "Rcu-unlock"
    ctx.builder.emit(Fence(frozenset({tag}), ctx.source(node), lock=use))


def _reset(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    address, size, use = arguments(node)
    target = ctx.scalar(address)
    bytes_ = _size(ctx, size)
    lock = _use(ctx, use)
    value = 0 if lock.act == "initialise" else UNDEFINED
    ctx.builder.emit(Store(target, const(value, 8 * bytes_), bytes_, NONE, ctx.source(node), lock=lock))


def _cookie(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    """A value that no other call of a litmus test gives: where it stands."""
    source = ctx.source(node)
    return const(source.line << 12 | source.column, 64)


def _alloc(ctx: Context, node: cl.Node, hint: Hint | None) -> Expr:
    size, zeroed, may_fail, *more = arguments(node)
    bytes_ = ctx.scalar(size)
    limit = _number(ctx, more[0], "the most bytes") if more else PTRDIFF_MAX
    family = _text(ctx, more[1], "what allocates") if len(more) > 1 else ""
    return _emit_alloc(ctx, node, hint, bytes_, (zeroed, may_fail), limit, None, family)


def _alloc_of(ctx: Context, node: cl.Node, hint: Hint | None) -> Expr:
    size, zeroed, may_fail, cache = arguments(node)
    bytes_ = ctx.scalar(size)
    return _emit_alloc(ctx, node, hint, bytes_, (zeroed, may_fail), PTRDIFF_MAX, ctx.scalar(cache), "kmem_cache_alloc")


def _emit_alloc(
    ctx: Context,
    node: cl.Node,
    hint: Hint | None,
    size: Expr,
    how: tuple[cl.Node, cl.Node],
    most: int,
    owner: Expr | None,
    family: str,
) -> Expr:
    zeroed, may_fail = (bool(_number(ctx, flag, "zeroed and may_fail")) for flag in how)
    dst = ctx.builder.register(64)
    layout = hint.unit.types.layout(hint.type) if hint else None
    ctx.builder.emit(Alloc(dst, size, zeroed, may_fail, ctx.source(node), layout, owner, most, family))
    return ctx.builder.value(dst)


def _size_of(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    """The size of the heap object at an address."""
    ctx.linker.sizes_matter()
    source = ctx.source(node)
    address = ctx.builder.copy(ctx.scalar(arguments(node)[0]), source)
    ctx.builder.emit(Assert(sizes.starts(address), "bad-free", "the size of what is no allocated object", source))
    return sizes.size_at(address)


def _free(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    address, *families = arguments(node)
    names = _text(ctx, families[0], "whose memory is freed").split(",") if families else ()
    place = ctx.scalar(address)
    ctx.builder.emit(Free(place, ctx.source(node), families=tuple(name.strip() for name in names)))


def _free_into(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    address, cache = (ctx.scalar(argument) for argument in arguments(node))
    ctx.builder.emit(Free(address, ctx.source(node), owner=cache))


def _assert(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    condition, kind, message = arguments(node)
    holds = truth(ctx.scalar(condition))
    property_ = _text(ctx, kind, "the property")
    if property_ not in PROPERTIES:
        ctx.wrong(f'"{property_}" is no property: use one of {", ".join(PROPERTIES)}', kind)
    ctx.builder.emit(Assert(holds, property_, _text(ctx, message, "the message"), ctx.source(node)))


def _assume(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    ctx.builder.emit(Assume(truth(ctx.scalar(arguments(node)[0])), ctx.source(node)))


def _guess(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    ctx.builder.emit(Assume(truth(ctx.scalar(arguments(node)[0])), ctx.source(node), guess=True))


def _choose(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    count = _number(ctx, arguments(node)[0], "the number of choices")
    if count == 0:
        ctx.wrong("the number of choices must be at least 1", node)
    dst = ctx.builder.register(64)
    ctx.builder.emit(Choose(dst, count, ctx.source(node)))
    return ctx.builder.value(dst)


def _calls(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    name = _text(ctx, arguments(node)[0], "the function")
    return const(int(ctx.linker.calls(ctx.unit, name)), 32)


def _mentions(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    word = _text(ctx, arguments(node)[0], "the word")
    return const(int(ctx.linker.mentions(ctx.unit, word)), 32)


def _within(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    line, one = (resize(ctx.scalar(argument), 64) for argument in arguments(node))
    return resize(op("within", 1, line, one), 64)


def _self(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    dst = ctx.builder.register(64)
    ctx.builder.emit(Self(dst, ctx.source(node)))
    return ctx.builder.value(dst)


def _relax(_ctx: Context, _node: cl.Node, _: Hint | None) -> None:
    return None


def _assumes(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    name = _text(ctx, arguments(node)[0], "what is assumed")
    if name not in ASSUMPTIONS:
        ctx.wrong(f'"{name}" is no assumption of modelcheck.program.assumptions', node)
    ctx.builder.assumes.add(name)


def _halt(ctx: Context, _node: cl.Node, _: Hint | None) -> None:
    ctx.builder.end(Halt())


def _exit(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    if ctx.linker.ending() is not None:
        # Where main() leaves so, the process ends with its last thread: another one waits for that, and runs what is
        # to run then.
        number = ctx.builder.register(64)
        ctx.builder.emit(Self(number, ctx.source(node)))
        main, other = ctx.builder.block(), ctx.builder.block()
        first = op("eq", 1, ctx.builder.value(number), const(0, 64))
        ctx.builder.end(Branch(first, main, other, ctx.source(node)))
        ctx.builder.current = main
        ctx.builder.emit(Spawn(ctx.builder.register(64), LAST, (), ctx.source(node), "at exit"))
        ctx.builder.end(Jump(other))
        ctx.builder.current = other
    ctx.builder.end(Exit(ctx.scalar(arguments(node)[0]), ctx.source(node)))


def _spawn(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    function, argument = arguments(node)
    dst = ctx.builder.register(64)
    source = ctx.source(node)
    direct = strip(function)
    if direct.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(direct.cursor) == cl.ADDRESS_OF:
        direct = strip(direct.expressions()[0])
    if direct.kind == cl.DECL_REF and ctx.types.of(direct).kind == "function":
        name = direct.spelling
        definition = ctx.linker.function(ctx.unit, name)
        if definition is None:
            ctx.refuse(f"no body for {name}(), which is started as a thread", node)
        value = ctx.scalar(argument)
        params = ctx.linker.signature(definition).params
        if len(params) > 1 or any(not param.scalar for param in params):
            ctx.wrong(f"{name}() cannot be a thread: it takes more than one argument", function)
        args = tuple(resize(value, param.width) for param in params)
        ctx.builder.emit(Spawn(dst, definition.program_name, args, source, ctx.linker.thread_name(thread_called(name))))
        return ctx.builder.value(dst)
    callee = ctx.scalar(function)
    value = ctx.scalar(argument)
    spawn = Spawn(dst, callee, (value,), source, ctx.linker.thread_name("thread"))
    ctx.builder.emit_indirect(spawn, (None, (64,)))
    return ctx.builder.value(dst)


def _join(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    thread = ctx.scalar(arguments(node)[0])
    dst = ctx.builder.register(64)
    ctx.builder.emit(Join(thread, ctx.source(node), dst, once=node.spelling == "__mc_join_once"))
    return ctx.builder.value(dst)


def _detach(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    thread = ctx.scalar(arguments(node)[0])
    ctx.builder.emit(Join(thread, ctx.source(node), once=True, waits=False))


INTRINSICS: dict[str, Intrinsic] = {
    "__mc_load": _load,
    "__mc_store": _store,
    "__mc_load_pair": pairs.load,
    "__mc_store_pair": pairs.store,
    "__mc_swap_pair": pairs.swap,
    "__mc_try_pair": pairs.try_,
    "__mc_watch": _watch,
    "__mc_rmw": _rmw,
    "__mc_rmw_if": _rmw_if,
    "__mc_rmw_await": _rmw_await,
    "__mc_await": _await,
    "__mc_fence": _fence,
    "__mc_fence_at": _fence,
    "__mc_cookie": _cookie,
    "__mc_unlock": _unlock,
    "__mc_take": _take,
    "__mc_try": _take,
    "__mc_give": _give,
    "__mc_reset": _reset,
    "__mc_section": _section,
    "__mc_still_there": _still_there,
    "__mc_alloc": _alloc,
    "__mc_alloc_of": _alloc_of,
    "__mc_size": _size_of,
    "__mc_free": _free,
    "__mc_free_into": _free_into,
    "__mc_assert": _assert,
    "__mc_assume": _assume,
    "__mc_guess": _guess,
    "__mc_choose": _choose,
    "__mc_printed": lambda ctx, node, _: printed(ctx, node),
    "__mc_calls": _calls,
    "__mc_mentions": _mentions,
    "__mc_within": _within,
    "__mc_self": _self,
    "__mc_relax": _relax,
    "__mc_assumes": _assumes,
    "__mc_halt": _halt,
    "__mc_exit": _exit,
    "__mc_spawn": _spawn,
    "__mc_join": _join,
    "__mc_join_once": _join,
    "__mc_detach": _detach,
}
"""What lowers a call of each; the last argument is the type that an allocation's result is converted to."""
