"""What every verdict takes for granted: each simplification of the engines and of our headers, with an id and a line.

Those of the engines hold for a program by the instructions in it; those of the headers are named where they are made,
with ``__mc_assumes("ID")``. `docs/assumptions.md` is made from this list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from modelcheck.program import ir
from modelcheck.program.ir import Function, Program


@frozen
class Assumption:
    """One simplification: its ``id``, what is taken for granted, and what to do where that is not right."""

    id: str
    text: str
    otherwise: str = ""


ENGINES: Final = (
    Assumption(
        "own-cpu",
        "Each thread has a processor to itself: no interrupt comes in between on it, nothing preempts it, and turning"
        " interrupts, bottom halves or preemption off holds no other thread off.",
        "write the handler as a thread of its own",
    ),
    Assumption(
        "as-written",
        "The C is taken as it is written, for a 64-bit little-endian machine: what a compiler might make of plain"
        " accesses is looked at as a race, not as other code. Where the language leaves it open, operands and arguments"
        " are evaluated from left to right, and of two objects the one declared or allocated later lies higher.",
        "ask for the property race",
    ),
    Assumption(
        "wrapping-arithmetic", "Integers wrap round, as with -fno-strict-overflow: a signed overflow is no failure."
    ),
    Assumption(
        "no-thin-air",
        "No value comes out of thin air: what a thread writes never rests on itself through what others read.",
        "modelcheck litmus lists such executions",
    ),
    Assumption(
        "aligned-is-whole",
        "An aligned access of up to 8 bytes is one step: no machine tears it, and no compiler makes two of it.",
        "mark the access (READ_ONCE(), WRITE_ONCE()), and ask for the property race",
    ),
    Assumption(
        "fresh-addresses",
        "What is allocated gets an address that nothing had before: an old pointer to freed memory never meets a new"
        " object there, so that no comparison takes the one for the other (ABA).",
        "keep objects in an array of the program's own, and hand them out again from there",
    ),
    Assumption(
        "allocation-succeeds",
        "What allocates memory without a way to fail in this program never fails.",
        "faults = [...] in the spec, or MC_FAIL_KMALLOC=1 and its kin",
    ),
    Assumption(
        "fair",
        "A thread that can go on does so some time, and a wait whose condition has come to stay ends: starvation and"
        " live-lock are not looked for.",
    ),
    Assumption(
        "return-addresses",
        "Where a function was called and where its frame or a label of it lies are one and the same address, which is"
        " not NULL: such addresses are passed on and printed, and not compared.",
    ),
    Assumption(
        "bit-fields-begin-together",
        "The first of several bit-fields of one unit to be written makes the others 0, so that who reads them without"
        " having written them is not found.",
    ),
    Assumption(
        "lockdep-is-off",
        "On a kernel tree lockdep is off: lockdep_assert_held(), rcu_dereference_check(), RCU_LOCKDEP_WARN() and their"
        " kin ask nothing, and rcu_dereference() may stand anywhere. Deadlocks, misused locks and what is used after a"
        " grace period are found all the same.",
        "MC_ASSERT() in the harness",
    ),
    Assumption("no-arguments", "main() is given no argument but the program's name, and an empty environment."),
)

HEADERS: Final = (
    Assumption(
        "no-spurious-wakeups",
        "A wait for a condition variable ends only when it is woken.",
        "-DMC_SPURIOUS_WAKEUPS=1",
    ),
    Assumption(
        "weak-cas-is-strong",
        "atomic_compare_exchange_weak() fails only where the value is another.",
        "-DMC_WEAK_CAS_FAILS=1",
    ),
    Assumption(
        "nothing-else-is-due",
        "cond_resched() finds nothing else to run, and says so; cond_resched_lock() may let the lock go.",
    ),
    Assumption("no-signals", "No signal ends a wait that signals could end.", "-DMC_INTERRUPTIBLE=1"),
    Assumption(
        "delays-are-nothing", "A delay takes no time and orders nothing: udelay(), msleep(), usleep(), sleep()."
    ),
    Assumption(
        "timeouts-expire",
        "A sleep with a time limit is over at once, or once it is woken; a wait with one may run out at any moment at"
        " which there is something to wait for, or never; what is left of the limit is all of it or 1.",
    ),
    Assumption(
        "messages-say-nothing",
        "What is printed is evaluated and, where the format says so, read as a string: printk(), printf() and their kin"
        " take no lock. What a %p leads to is not looked at, and on a kernel tree they say that they printed nothing.",
    ),
    Assumption(
        "work-runs-apart",
        "Each item of work that is queued runs in a thread of its own, items of one queue even at once, and a delayed"
        " one may run at any time.",
    ),
    Assumption("callbacks-run-apart", "What call_rcu() and call_srcu() are given runs in a thread of its own."),
    Assumption(
        "cookies-are-kept",
        "Cookies of SRCU are given back as they were got: one that went through memory is told by its kind, of"
        " srcu_read_lock() or of srcu_down_read(), and not by the section it is of.",
    ),
    Assumption(
        "stubs", "Functions that the spec answers for do what it says of them, and touch nothing.", "give them a body"
    ),
    Assumption("lowest-page", "alloc_page() gives the first page that is free.", "-DMC_ALLOC_ANY=1"),
    Assumption(
        "resizing-moves",
        "realloc(), krealloc() and their kin always give another object, and free the old one.",
    ),
    Assumption(
        "per-cpu-is-per-thread",
        "Per-CPU data is per thread, and a processor's number its thread's, since each thread has one to itself.",
    ),
    Assumption(
        "posix-readers-first",
        "A reader of a reader-writer lock of POSIX does not wait behind a writer who waits, as in glibc by default.",
    ),
    Assumption(
        "readers-try-past-writers",
        "down_read_trylock() and read_trylock() are not refused because of a writer who waits, only of one who holds"
        " the lock.",
    ),
    Assumption(
        "grace-periods-since-5.0",
        "A grace period of RCU waits for every region with preemption, bottom halves or interrupts off, as since v5.0.",
        'kernel = "4.19" in the spec',
    ),
    Assumption(
        "sleeping-anywhere",
        "Sleeping where one must not, with preemption or interrupts off or in a reader of RCU, is no failure of its"
        " own: might_sleep() says nothing.",
    ),
    Assumption(
        "process-context",
        "Every thread runs as a task does: in_interrupt() and in_atomic() say no.",
        "call what the handler calls in another context with other arguments",
    ),
    Assumption(
        "never-frozen",
        "No task is frozen or parked: try_to_freeze() and kthread_should_park() say no.",
    ),
    Assumption(
        "tasks-stay",
        "Waking a thread that has ended does nothing: only kthread_stop(), get_task_struct() and put_task_struct() ask"
        " whether its task is still there.",
    ),
    Assumption(
        "user-memory-is-the-program-s",
        "Memory of user space is what threads of the program write there, and is mapped unless that may fail.",
        "a thread that writes to it; MC_FAIL_COPY_FROM_USER=1 and its kin",
    ),
    Assumption("pages-without-contents", "Pages have no contents: copy_highpage() does nothing."),
    Assumption(
        "few-pages",
        "There are MC_NR_PAGES pages, all free at first: alloc_page() fails when they are in use.",
        "-DMC_NR_PAGES=8",
    ),
    Assumption(
        "lists-are-checked",
        "Adding to a list and removing from it looks at the neighbours, as with CONFIG_DEBUG_LIST, and stops where they"
        " do not fit. What is linked otherwise (hlist, llist, rbtree) is as its code leaves it.",
        "-DMC_DEBUG_LIST=0; on a tree CONFIG_DEBUG_LIST=n and CONFIG_LIST_HARDENED=n",
    ),
    Assumption("hash-by-low-bits", "Which keys share a chain of a hash table is decided by their low bits."),
    Assumption("exact-counters", "Counters of events and of zones are exact: one atomic word for each."),
    Assumption(
        "bit-locks-have-no-owner",
        "A lock that is a bit, of a page or of a word, does not say who holds it: who else releases it is not found.",
    ),
    Assumption(
        "c11-fences-as-barriers",
        "Under the kernel's model an acquire or release fence of C11 is a read or a write barrier, which order less.",
        "--model rc11",
    ),
    Assumption("no-priorities", "There are no priorities, and none is inherited: an rt_mutex is a mutex."),
)

ASSUMPTIONS: Final = {one.id: one for one in (*ENGINES, *HEADERS)}
"""All of them, by id."""


def assumed(program: Program) -> tuple[str, ...]:
    """The ids of those that what ``program`` can reach from its entry rests on, in the order of `ASSUMPTIONS`."""
    found = {"as-written", "wrapping-arithmetic"}
    made = freed = False
    for function in _reached(program):
        found |= function.assumes
        for instruction in (i for block in function.blocks for i in block.instructions):
            match instruction:
                case ir.Spawn():
                    found |= {"own-cpu", "no-thin-air", "aligned-is-whole"}
                case ir.Alloc(may_fail=may_fail):
                    made = True
                    found |= set() if may_fail else {"allocation-succeeds"}
                case ir.Free():
                    freed = True
                case ir.Wait() | ir.Join():
                    found.add("fair")
                case ir.Rmw(waits=True):
                    found.add("fair")
    if made and freed:
        found.add("fresh-addresses")
    return tuple(name for name in ASSUMPTIONS if name in found)


def _reached(program: Program) -> Iterator[Function]:
    """The functions that a run from the entry may come to."""
    todo = [program.entry]
    seen = set(todo)
    while todo:
        function = program.functions.get(todo.pop())
        if function is None:
            continue
        yield function
        for instruction in (i for block in function.blocks for i in block.instructions):
            if isinstance(instruction, ir.Call | ir.Spawn):
                callee = instruction.callee
                called = (callee,) if isinstance(callee, str) else instruction.targets
                todo += [name for name in called if name not in seen]
                seen.update(called)


def page() -> str:
    """`docs/assumptions.md`: every simplification with what to do where it is not right."""
    lines = [
        "# What a verdict takes for granted",
        "",
        "Each simplification of the engines and of our headers has an id. `modelcheck check` names those that the",
        "program reaches, and `--format json` has them as `assumes`. A `PASS` says nothing of executions in which one",
        "of them does not hold. Bounds are no assumptions: what they cut off makes a verdict `UNKNOWN`.",
    ]
    for heading, several in (("The engines", ENGINES), ("Our headers", HEADERS)):
        lines += [
            "",
            f"## {heading}",
            "",
            "| id | taken for granted | where that is not right |",
            "| --- | --- | --- |",
        ]
        lines += [f"| `{one.id}` | {one.text} | {one.otherwise} |" for one in several]
    return "\n".join(lines) + "\n"
