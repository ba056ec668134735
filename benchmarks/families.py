"""Seconds of a verdict on families that grow with the number of threads, under the kernel's model; see litmus.md.

``python -m benchmarks.families [NAME...] [--most N] [--seconds LIMIT] [--model MODEL]``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.program.ir import PROPERTIES, Program
from modelcheck.solve.check import check

HEAD = """\
#include <lkmm.h>
#include <assert.h>
#include <linux/atomic.h>
#include <linux/spinlock.h>
"""

LOOKED_FOR = frozenset(PROPERTIES) - {"race"}


@frozen
class Code:
    """C of a program: declarations, the body of each thread, what main() does when all have ended."""

    declarations: str
    threads: tuple[str, ...]
    final: str = ""

    def text(self) -> str:
        """The whole file."""
        numbers = range(len(self.threads))
        threads = "".join(f"static void *t{n}(void *p) {{ {self.threads[n]} return 0; }}\n" for n in numbers)
        start = "".join(f"\tunsigned long h{n} = __mc_spawn(t{n}, 0);\n" for n in numbers)
        end = "".join(f"\t__mc_join(h{n});\n" for n in numbers)
        return f"{HEAD}{self.declarations}\n{threads}int main(void)\n{{\n{start}{end}\t{self.final}\n\treturn 0;\n}}\n"


def buffering(n: int) -> Code:
    """A ring of store buffering, every thread in a section of one lock: some thread reads a one."""
    body = "spin_lock(&l); WRITE_ONCE(x{0}, 1); r{0} = READ_ONCE(x{1}); spin_unlock(&l);"
    return Code("DEFINE_SPINLOCK(l); " + _ring(n), tuple(body.format(i, (i + 1) % n) for i in range(n)), _some_one(n))


def messages(n: int) -> Code:
    """Data passed on through n threads by release and acquire: the last one reads it."""
    middle = "if (smp_load_acquire(&f{0})) smp_store_release(&f{1}, 1);"
    first = "WRITE_ONCE(d, 1); smp_store_release(&f0, 1);"
    last = f"if (smp_load_acquire(&f{n - 2})) assert(READ_ONCE(d) == 1);"
    flags = ", ".join(f"f{i}" for i in range(n))
    return Code(f"int d, {flags};", (first, *(middle.format(i, i + 1) for i in range(n - 2)), last))


def grace(n: int) -> Code:
    """A ring of grace periods and readers by turns, no fewer grace periods than readers: some thread reads a one."""
    bodies = (
        "rcu_read_lock(); WRITE_ONCE(x{0}, 1); r{0} = READ_ONCE(x{1}); rcu_read_unlock();",
        "WRITE_ONCE(x{0}, 1); synchronize_rcu(); r{0} = READ_ONCE(x{1});",
    )
    return Code(_ring(n), tuple(bodies[(i + 1) % 2].format(i, (i + 1) % n) for i in range(n)), _some_one(n))


def increments(n: int) -> Code:
    """Increments by a loop around cmpxchg: none gets lost."""
    body = "int o = READ_ONCE(x); for (;;) { int p = cmpxchg(&x, o, o + 1); if (p == o) break; o = p; }"
    return Code("int x;", (body,) * n, f"assert(x == {n});")


def tickets(n: int) -> Code:
    """A ticket lock around an increment: none gets lost."""
    take = "int me = atomic_fetch_add_relaxed(1, &next); while (smp_load_acquire(&owner) != me) ;"
    return Code(
        "atomic_t next; int owner, x;", (f"{take} x++; smp_store_release(&owner, me + 1);",) * n, f"assert(x == {n});"
    )


def sections(n: int) -> Code:
    """Increments in sections of one lock: none gets lost."""
    return Code("DEFINE_SPINLOCK(l); int x;", ("spin_lock(&l); x++; spin_unlock(&l);",) * n, f"assert(x == {n});")


def _ring(n: int) -> str:
    return f"int {', '.join(f'x{i}, r{i}' for i in range(n))};"


def _some_one(n: int) -> str:
    return f"assert({' || '.join(f'r{i}' for i in range(n))});"


FAMILIES: Mapping[str, Callable[[int], Code]] = {
    f.__name__: f for f in (buffering, messages, grace, increments, tickets, sections)
}


def program(code: Code, folder: Path) -> Program:
    """The parsed program of ``code``."""
    file = folder / "family.c"
    file.write_text(code.text())
    return parse_program([file])


def main() -> None:
    """Print a row for each family: seconds of the processor for n = 2, 3, …, with the refinements in brackets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FAMILIES)}; default: all")
    parser.add_argument("--most", type=int, default=10, help="largest n")
    parser.add_argument("--seconds", type=float, default=20, help="a family ends where one n takes longer")
    parser.add_argument("--model", default="lkmm")
    options = parser.parse_args()
    model = load_model(options.model)
    print("| family | " + " | ".join(str(n) for n in range(2, options.most + 1)) + " |")
    print("| --- |" + " ---: |" * (options.most - 1))
    with TemporaryDirectory() as folder:
        for name in options.names or FAMILIES:
            print(f"| {name} ", end="", flush=True)
            for n in range(2, options.most + 1):
                parsed = program(FAMILIES[name](n), Path(folder))
                began = time.process_time()
                result = check(parsed, model, LOOKED_FOR, unroll=n, timeout=2 * options.seconds)
                seconds = time.process_time() - began
                if seconds > options.seconds or result.verdict == "UNKNOWN":
                    print(f"| > {options.seconds:g} ", end="", flush=True)
                    break
                verdict = "" if result.verdict == "PASS" else f" {result.verdict}"
                print(f"| {seconds:.2f} [{result.refinements}]{verdict} ", end="", flush=True)
            print("|")


if __name__ == "__main__":
    main()
