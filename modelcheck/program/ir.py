"""The program as the frontends give it: functions of basic blocks of instructions.

One instruction that touches shared state (`Load`, `Store`, `Rmw`, `Fence`, `Alloc`, `Free`,
`Assert`, `Spawn`, `Join`) is one *atomic step*. `Assign`, `Local`, `Call` and the terminators touch only
registers and are no step. Registers hold unsigned integers of a fixed width; an access reads or
writes `size` bytes (1, 2, 4, 8 or 16), little endian, naturally aligned.

Memory is a set of `MemoryObject`s, each at a fixed base address; addresses are plain 64-bit integers, so casts
between pointers and integers, low-bit tags and error pointers are arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from modelcheck.program.expr import Expr, Value

Tags = frozenset[str]
"""Tags of an access or fence, spelled as in the memory models: ONCE, ACQUIRE, RELEASE, MB, NORETURN, LKR, LKW, UL,
LF, Mb, Rmb, Wmb, Rcu-lock, ... The empty set on an access means plain. RMW is added by the unroller."""

NONE: Tags = frozenset()

LIFE_END: Tags = frozenset({"ONCE", "NA"})
"""Tags of the write by which an object's life ends.

Who ends it (``kfree()``) is a function that the compiler does not see into, or the end of a scope that it may not
move across a marked access: it stays behind every test that leads to it, and its first store to the object is one that
the CPU orders behind the reads that decided it. That is a marked store to LKMM, with its dependencies (so
``refcount_dec_and_test()``, whose last decrement is followed by a control dependency and a read barrier, comes before
the free), and no more: neither a release, nor behind what nothing else orders. To C11, where a free conflicts with
every access that does not happen before it (7.22.3), it is no atomic access.
"""

PTRDIFF_MAX: Final = (1 << 63) - 1
"""Bytes that no object is larger than: what asks for more gets nothing."""

WATCHED: Tags = frozenset({"Watch-writes", "Watch-all"})
"""Tags of a plain load that is no access of the program's: others' are watched for (<linux/kcsan-checks.h>)."""

PROPERTIES = (
    "assertion",  # assert(), BUG_ON() and friends
    "leak",
    "misidentified",
    "use-after-free",
    "use-after-scope",  # of a local variable whose scope has been left
    "double-free",
    "bad-free",
    "list-corruption",
    "race",
    "deadlock",
    "counters",
    "null-dereference",
    "wild-pointer",
    "out-of-bounds",
    "uninitialised",
    "lock-misuse",
    "undefined",  # division by zero and the like
    "warning",  # WARN_ON() and friends: the thread goes on
)


@frozen
class Source:
    """A range in a source file; lines and columns count from 1. ``function`` is the C function around it.

    ``starts``: as a call site, it starts the thread that those behind it are in (`modelcheck.program.places.start`).
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str = ""
    starts: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@frozen
class Leaf:
    """A scalar inside an object: its path (``lru.next``, ``[1].flags``; empty for the whole), byte offset, bytes,
    C type."""

    path: str
    offset: int
    size: int
    type: str


@frozen
class Layout:
    """The C type of an object, taken apart to its scalars, in order of offset."""

    type: str
    size: int
    leaves: tuple[Leaf, ...]


Ranges = tuple[tuple[int, int], ...]
"""Bytes of an object: the offset of the first and how many, in order."""


@frozen
class MemoryObject:
    """A stretch of memory with one lifetime.

    Attributes:
        name: as a reader knows it (``mem_map``, ``vb``, ``kmalloc@virtio_balloon.c:41``).
        base: address of its first byte; a multiple of 64, never 0.
        size: bytes.
        kind: ``global`` (statics and string literals too), ``local`` (a local whose address is taken), ``heap``,
            ``function`` (no access is allowed; its base is the function's address).
        layout: for names, where the type is known.
        cells: initial contents (offset, size, value); what is not listed is 0 when `zeroed`, else UNDEFINED.
        readonly: the bytes that are const, where a write that does not initialise is a ``wild-pointer`` finding: all of
            string literals and of what is defined const; of others the members that are.
        units: byte sizes of equal parts that the leak check treats as objects of their own, 0 for none. The page
            array uses it: each ``struct page`` counts by itself, and the array is no root.
        made: of an object that is allocated before threads start: where, and the call sites around that.
        owner: of a heap object, where it came from a cache: the cache's address.
        thread: of a thread-local variable's copy, the number of the thread whose it is. Where pointers may lead to it,
            it is a ``local``, whose life ends with the thread (C11 6.2.4), but where main returns.
        problem: why its initial contents cannot be modelled, if so: an access makes the verdict UNKNOWN.
        family: of a heap object, what gave it: ``kmalloc``, ``vmalloc``, ...; empty where anything may free it. One of
            `PER_CPU` has a part for each processor, `PITCH` bytes apart, and nothing in between.
    """

    name: str
    base: int
    size: int
    kind: str
    layout: Layout | None = None
    cells: tuple[tuple[int, int, Value], ...] = ()
    zeroed: bool = True
    readonly: Ranges = ()
    units: int = 0
    made: tuple[Source, tuple[Source, ...]] | None = None
    owner: Value | None = None
    family: str = ""
    thread: int | None = None
    problem: str = ""


# ---------------------------------------------------------------- instructions


@frozen
class LockUse:
    """What an access does to the lock at its address, or a fence to a state of its thread.

    Attributes:
        act: ``take``, ``give``, ``downgrade`` (gives the lock back as a writer and keeps it as a reader), or
            ``initialise`` and ``destroy``, before which nobody may hold it.
        shared: as a reader, or as a writer.
        kind: what the lock is to the program: ``spinlock``, ``mutex``, ``rwlock``, ``rwsem``, ``POSIX lock``; of a
            fence what is switched off, as ``preemption``.
    """

    act: str
    shared: bool
    kind: str

    @property
    def resets(self) -> bool:
        """Whether nobody may hold the lock."""
        return self.act in ("initialise", "destroy")

    @property
    def owned(self) -> bool:
        """Whether threads hold it, by what they ``take`` and ``give``."""
        return self.kind not in ("work item", "condition variable")

    @property
    def queued(self) -> bool:
        """Whether a reader has to wait behind a writer who waits for those that read (kernel/locking/qrwlock.c and
        rwsem.c; POSIX leaves it open, and readers go first in glibc)."""
        return self.kind in ("rwlock", "rwsem")


@frozen
class Assign:
    """``dst`` := ``value``, an expression over registers."""

    dst: int
    value: Expr
    source: Source


@frozen
class Load:
    """``dst`` := memory. ``copy`` marks a struct copy: reading an undefined value is then no finding. ``own``: of the
    start of a section of SRCU, that its thread must end it."""

    dst: int
    address: Expr
    size: int
    tags: Tags
    source: Source
    copy: bool = False
    own: bool = False


@frozen
class Store:
    """memory := ``value``. ``unlock``: it releases the lock at ``address``, which the thread must hold, else
    ``lock-misuse``; ``lock`` says as what, where that is known. ``initial``: it initialises a variable, which may be
    read-only. ``own``: it ends a section of SRCU that its thread must have begun."""

    address: Expr
    value: Expr
    size: int
    tags: Tags
    source: Source
    unlock: bool = False
    lock: LockUse | None = None
    initial: bool = False
    own: bool = False


@frozen
class Rmw:
    """Read ``old``; if ``condition`` holds of it, write ``new``, in one atomic step.

    ``condition`` and ``new`` are over registers and `expr.old`; a condition of None always holds. ``dst``
    gets the old value. When the condition fails: with ``waits`` the step cannot be taken (the thread is
    blocked until it can, e.g. spin_lock); without, it is a lone read tagged ``failed_tags`` (a failed cmpxchg or
    trylock). ``lock``: what it does to the lock at ``address`` when the condition holds.
    """

    dst: int
    address: Expr
    size: int
    condition: Expr | None
    new: Expr
    read_tags: Tags
    write_tags: Tags
    failed_tags: Tags
    source: Source
    waits: bool = False
    lock: LockUse | None = None


@frozen
class Wait:
    """Read memory; the step can be taken only when ``condition`` (over `expr.old`) holds. ``dst`` gets the value."""

    dst: int
    address: Expr
    size: int
    condition: Expr
    tags: Tags
    source: Source


@frozen
class Fence:
    """A fence of the kind its tag names.

    ``address`` for Sync-srcu, and for the other events of SRCU where they are no accesses; ``value``: the cookie of
    those. ``lock``: the section of RCU that begins or ends here is one for another reason, that preemption is off, say.
    """

    tags: Tags
    source: Source
    address: Expr | None = None
    value: Expr | None = None
    lock: LockUse | None = None


@frozen
class Call:
    """Call ``callee``; ``dst`` gets the result (None: dropped).

    ``callee`` is a function's name, or an expression (a function pointer) with the names it may point to in ``targets``
    (every function of a matching type whose address is taken). Another value is a ``wild-pointer`` finding.
    """

    dst: int | None
    callee: str | Expr
    args: tuple[Expr, ...]
    source: Source
    targets: tuple[str, ...] = ()


@frozen
class Local:
    """``dst`` := address of a fresh object for an address-taken local variable (contents undefined)."""

    dst: int
    name: str
    size: int
    source: Source
    layout: Layout | None = None
    readonly: Ranges = ()


@frozen
class Alloc:
    """``dst`` := address of a fresh heap object, or 0 when it ``may_fail`` and does, or ``size`` is above ``most``;
    ``owner``: the cache it is of; ``family``: see `MemoryObject`."""

    dst: int
    size: Expr
    zeroed: bool
    may_fail: bool
    source: Source
    layout: Layout | None = None
    owner: Expr | None = None
    most: int = PTRDIFF_MAX
    family: str = ""


@frozen
class Free:
    """End the life of the heap object at ``address``; 0 is ignored, another address is ``bad-free``.

    ``scope``: of the local variable there, whose scope is left; an undefined address is ignored. `Exit` ends the lives
    of all locals of its thread. ``owner``: the cache that it is freed into; an object of another, or of none, is
    ``bad-free``. A free without one ends the life of any. ``families``: what it frees is of one of these, else
    ``bad-free``; none: of any.
    """

    address: Expr
    source: Source
    scope: bool = False
    owner: Expr | None = None
    families: tuple[str, ...] = ()


@frozen
class Assert:
    """``condition`` must hold, else a finding of ``property`` (one of `PROPERTIES`), and the thread stops; but for a
    ``warning``, after which it goes on."""

    condition: Expr
    property: str
    message: str
    source: Source


@frozen
class Assume:
    """The thread goes on only where ``condition`` holds; else it ends here, and counts neither as completed nor as
    waiting: what it and others did so far stays, failures too. As if it were never scheduled again.

    ``guess``: it judges what the model itself has chosen (the tag of a read, say), with nothing done since that another
    thread could notice. Where it fails, nothing is lost with the execution: another choice does what this one did.
    """

    condition: Expr
    source: Source
    guess: bool = False


@frozen
class Operand:
    """A mark between the operands of one expression, which nothing orders against one another: behind ``first`` is the
    first of them, behind each ``next`` another, behind ``end`` what comes after the expression."""

    mark: str
    source: Source


@frozen
class Choose:
    """``dst`` := any of 0 … ``count`` - 1."""

    dst: int
    count: int
    source: Source


@frozen
class Self:
    """``dst`` (64 bits) := number of the thread that executes this: 0 for the first, then as `Spawn` numbers them."""

    dst: int
    source: Source


@frozen
class Spawn:
    """Start a thread at ``callee`` with ``args``; ``dst`` gets its thread number (1 for the first spawned)."""

    dst: int
    callee: str | Expr
    args: tuple[Expr, ...]
    source: Source
    name: str = ""
    targets: tuple[str, ...] = ()


@frozen
class Join:
    """Wait for the end of thread number ``thread``; ``dst`` gets what its function returned (None: dropped).

    ``once``: a thread may be joined so or detached only once (POSIX, pthread_join and pthread_detach); another time is
    a finding, ``undefined``. Without ``waits`` it is not waited for, but detached.
    """

    thread: Expr
    source: Source
    dst: int | None = None
    once: bool = False
    waits: bool = True


EVERY: Final = (1 << 64) - 1
"""As the number of the thread of a `Join`: every other thread but main is waited for, as far as it has been started."""


@frozen
class Unsupported:
    """Something that cannot be modelled: reaching it makes the verdict UNKNOWN with ``reason``."""

    reason: str
    source: Source


Instruction = (
    Assign
    | Load
    | Store
    | Rmw
    | Wait
    | Fence
    | Call
    | Local
    | Alloc
    | Free
    | Assert
    | Assume
    | Choose
    | Operand
    | Self
    | Spawn
    | Join
    | Unsupported
)


# ---------------------------------------------------------------- terminators


@frozen
class Jump:
    """Go on at block ``target``."""

    target: int


@frozen
class Branch:
    """Go on at block ``then`` if ``condition`` (width 1) holds, else at ``otherwise``.

    ``rounds``: of a branch that heads a loop, how often that goes round at least before it is cut off.
    """

    condition: Expr
    then: int
    otherwise: int
    source: Source
    rounds: int = 0


@frozen
class Switch:
    """Go on at the block of the case that equals ``value``, else at ``default``."""

    value: Expr
    cases: tuple[tuple[int, int], ...]
    default: int
    source: Source


@frozen
class Return:
    """Leave the function with ``value`` (None for void)."""

    value: Expr | None


@frozen
class Exit:
    """The thread ends here and counts as completed, with ``value`` as its result (None: none), from however deep in its
    calls: pthread_exit()."""

    value: Expr | None
    source: Source | None = None


@frozen
class Halt:
    """The thread ends here for good (not counted as completed: exit(), BUG())."""


Terminator = Jump | Branch | Switch | Return | Exit | Halt


@frozen
class Block:
    """A straight line of instructions and where it goes next."""

    instructions: tuple[Instruction, ...]
    terminator: Terminator


@frozen
class Function:
    """A C function.

    Attributes:
        name: C name (made unique with a suffix for statics of several files).
        params: register numbers of the parameters, in order.
        widths: width of every register, by number.
        names: C names of registers that are variables, for traces.
        blocks: basic blocks; execution starts at block 0.
        result_width: bits of the result, 0 for void.
        source: where it is defined.
        assumes: ids of the simplifications made in it (`modelcheck.program.assumptions`).
    """

    name: str
    params: tuple[int, ...]
    widths: tuple[int, ...]
    names: Mapping[int, str]
    blocks: tuple[Block, ...]
    result_width: int
    source: Source
    assumes: frozenset[str] = frozenset()


@frozen
class Program:
    """Everything that runs: functions, static memory, and the function that starts.

    ``entry`` runs as thread 0. What it does before its first `Spawn` is initialisation; what it does after
    it has joined every thread runs *at rest*. ``files`` are the sources read, by name, with their text, for traces.
    ``sized``: the addresses of heap objects tell their sizes (`modelcheck.program.sizes`).
    ``process``: its return ends the process, as that of main() does: threads that still run end where they are, and
    nobody waits for anything any more. Otherwise, and after an `Exit`, the others go on to their ends.
    ``syntactic``: a value rests on what its expressions name and on nothing else, as herd has it; otherwise also on the
    tests that chose it from others, as the result of a function that returns true here and false there.
    """

    functions: Mapping[str, Function]
    objects: tuple[MemoryObject, ...]
    entry: str
    files: Mapping[str, str] = field(factory=dict)
    process: bool = False
    sized: bool = False
    syntactic: bool = False


PER_CPU: Final = "percpu"
PITCH: Final = 0x10_0000
"""Bytes from one processor's part of an object to the next, as ``__MC_PERCPU_PITCH`` has it."""

HEAP_BASE = 0x10_0000_0000
"""Objects made at run time (`Local`, `Alloc`) get addresses from here up; static ones lie below."""
