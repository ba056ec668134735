"""Programs written down as intermediate code, briefly."""

from __future__ import annotations

from collections.abc import Sequence

from modelcheck.program import ir
from modelcheck.program.expr import Expr, Value, const, old, op, reg

HERE = ir.Source("test.c", 1, 1, 1, 2, "f")
GLOBALS = 0x1000_0000
FUNCTIONS = 0x4000_0000


def tags(text: str) -> ir.Tags:
    """``"LKR,ACQUIRE"`` as a set of tags."""
    return frozenset(text.split(",")) - {""}


def as_expr(value: Expr | int, width: int = 64) -> Expr:
    """A number as a constant; an expression as it is."""
    return const(value, width) if isinstance(value, int) else value


class FunctionBuilder:
    """Writes one function: each method appends to the block at hand and gives the register it sets."""

    def __init__(self, name: str, params: int = 0) -> None:
        self.name = name
        self.widths: list[int] = [64] * params
        self.params = tuple(range(params))
        self.blocks: list[tuple[list[ir.Instruction], ir.Terminator | None]] = [([], None)]
        self.here = 0
        self.line = 1

    def source(self) -> ir.Source:
        self.line += 1
        return ir.Source("test.c", self.line, 1, self.line, 2, self.name)

    def add(self, instruction: ir.Instruction) -> None:
        self.blocks[self.here][0].append(instruction)

    def fresh(self, width: int = 64) -> int:
        self.widths.append(width)
        return len(self.widths) - 1

    def assign(self, value: Expr | int, dst: int | None = None, width: int = 64) -> Expr:
        value = as_expr(value, width)
        dst = self.fresh(value.width) if dst is None else dst
        self.add(ir.Assign(dst, value, self.source()))
        return reg(dst, value.width)

    def load(self, address: Expr | int, tag: str = "ONCE", size: int = 8, copy: bool = False) -> Expr:
        dst = self.fresh(8 * size)
        self.add(ir.Load(dst, as_expr(address), size, tags(tag), self.source(), copy))
        return reg(dst, 8 * size)

    def store(
        self, address: Expr | int, value: Expr | int, tag: str = "ONCE", size: int = 8, unlock: bool = False
    ) -> None:
        value = as_expr(value, 8 * size)
        self.add(ir.Store(as_expr(address), value, size, tags(tag), self.source(), unlock))

    def rmw(
        self,
        address: Expr | int,
        new: Expr | int,
        condition: Expr | None = None,
        failed: str = "",
        waits: bool = False,
        size: int = 8,
    ) -> Expr:
        dst = self.fresh(8 * size)
        new = as_expr(new, 8 * size)
        self.add(
            ir.Rmw(
                dst, as_expr(address), size, condition, new, tags("MB"), tags("MB"), tags(failed), self.source(), waits
            )
        )
        return reg(dst, 8 * size)

    def add_to(self, address: Expr | int, by: int) -> Expr:
        return self.rmw(address, op("add", 64, old(64), const(by, 64)))

    def lock(self, address: Expr | int, holder: int) -> None:
        self.rmw(address, holder + 1, op("eq", 1, old(64), const(0, 64)), waits=True)

    def unlock(self, address: Expr | int) -> None:
        self.store(address, 0, "UL", unlock=True)

    def wait(self, address: Expr | int, value: int) -> None:
        condition = op("eq", 1, old(64), const(value, 64))
        self.add(ir.Wait(self.fresh(), as_expr(address), 8, condition, tags("ONCE"), self.source()))

    def fence(self, tag: str) -> None:
        self.add(ir.Fence(tags(tag), self.source()))

    def check(self, condition: Expr, which: str = "assertion") -> None:
        self.add(ir.Assert(condition, which, "must hold", self.source()))

    def assume(self, condition: Expr) -> None:
        self.add(ir.Assume(condition, self.source()))

    def choose(self, count: int) -> Expr:
        dst = self.fresh(8)
        self.add(ir.Choose(dst, count, self.source()))
        return reg(dst, 8)

    def alloc(self, size: int, zeroed: bool = True, may_fail: bool = False) -> Expr:
        dst = self.fresh()
        self.add(ir.Alloc(dst, const(size, 64), zeroed, may_fail, self.source()))
        return reg(dst, 64)

    def free(self, address: Expr | int) -> None:
        self.add(ir.Free(as_expr(address), self.source()))

    def local(self, size: int = 8) -> Expr:
        dst = self.fresh()
        self.add(ir.Local(dst, "local", size, self.source()))
        return reg(dst, 64)

    def call(self, callee: str | Expr, args: Sequence[Expr] = (), targets: tuple[str, ...] = ()) -> Expr:
        dst = self.fresh()
        self.add(ir.Call(dst, callee, tuple(args), self.source(), targets))
        return reg(dst, 64)

    def spawn(self, callee: str, args: Sequence[Expr] = ()) -> Expr:
        dst = self.fresh()
        self.add(ir.Spawn(dst, callee, tuple(args), self.source()))
        return reg(dst, 64)

    def join(self, thread: Expr | int) -> Expr:
        dst = self.fresh()
        self.add(ir.Join(as_expr(thread), self.source(), dst))
        return reg(dst, 64)

    def block(self) -> int:
        """A new, empty block (without going there)."""
        self.blocks.append(([], None))
        return len(self.blocks) - 1

    def end(self, terminator: ir.Terminator) -> None:
        instructions, _ = self.blocks[self.here]
        self.blocks[self.here] = (instructions, terminator)

    def jump(self, target: int) -> None:
        self.end(ir.Jump(target))

    def branch(self, condition: Expr, then: int, otherwise: int) -> None:
        self.end(ir.Branch(condition, then, otherwise, self.source()))

    def spin_until(self, address: Expr | int, value: int) -> None:
        """A loop of loads until the value is there."""
        head, after = self.block(), self.block()
        self.jump(head)
        self.here = head
        seen = self.load(address)
        self.branch(op("eq", 1, seen, const(value, 64)), after, head)
        self.here = after

    def build(self, result: Expr | int | None = None) -> ir.Function:
        if self.blocks[self.here][1] is None:
            self.end(ir.Return(None if result is None else as_expr(result)))
        blocks = tuple(ir.Block(tuple(code), end or ir.Return(None)) for code, end in self.blocks)
        return ir.Function(
            self.name, self.params, tuple(self.widths), {}, blocks, 64 if result is not None else 0, HERE
        )


def address_of(index: int) -> int:
    """Where the global number ``index`` lies."""
    return GLOBALS + 64 * index


def scalar(name: str, index: int, value: Value = 0) -> ir.MemoryObject:
    """A global of 8 bytes."""
    return ir.MemoryObject(name, address_of(index), 8, "global", cells=((0, 8, value),))


def program(
    functions: Sequence[ir.Function], names: Sequence[str] = (), objects: Sequence[ir.MemoryObject] = ()
) -> ir.Program:
    """A program of ``functions``, ``main`` among them, with a global of 8 bytes for each of ``names``."""
    statics = [scalar(name, index) for index, name in enumerate(names)]
    code = [ir.MemoryObject(f.name, FUNCTIONS + 64 * index, 16, "function") for index, f in enumerate(functions)]
    return ir.Program({f.name: f for f in functions}, (*statics, *objects, *code), "main")


def threads(bodies: Sequence[ir.Function], names: Sequence[str], final: FunctionBuilder | None = None) -> ir.Program:
    """A program whose main starts each of ``bodies``, joins them all, and then calls what ``final`` holds."""
    main = FunctionBuilder("main")
    numbers = [main.spawn(body.name) for body in bodies]
    for number in numbers:
        main.join(number)
    extra = []
    if final is not None:
        main.call(final.name)
        extra.append(final.build())
    return program([*bodies, *extra, main.build()], names)
