"""States, states a second and seconds of the explorer on families that grow with the number of threads.

python benchmarks/interleave.py [--seconds LIMIT] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.explore import Limits, explore
from modelcheck.program.ir import Program

HEADER = """\
#include <linux/compiler.h>
#include <linux/atomic.h>
#include <linux/processor.h>
#include <linux/spinlock.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <mc/intrinsics.h>
static int x[16], y, n;
static atomic_t next, owner;
static int *p;
static DEFINE_SPINLOCK(l);
"""


def locked(threads: int) -> list[str]:
    """Every thread takes one lock and increments a counter, twice."""
    return ["for (int i = 0; i < 2; i++) { spin_lock(&l); n++; spin_unlock(&l); }"] * threads


def ticket(threads: int) -> list[str]:
    """A ticket lock around an increment."""
    take = "int t = atomic_fetch_inc(&next); while (atomic_read(&owner) != t) cpu_relax();"
    return [f"{take} n++; atomic_set_release(&owner, t + 1);"] * threads


def store_buffering(threads: int) -> list[str]:
    """A ring of stores, each followed by a read of the next one's cell."""
    return [f"WRITE_ONCE(x[{i}], 1); y = READ_ONCE(x[{(i + 1) % threads}]);" for i in range(threads)]


def compare_and_swap(threads: int) -> list[str]:
    """Increments by a loop around cmpxchg."""
    return ["int o; do { o = READ_ONCE(n); } while (cmpxchg(&n, o, o + 1) != o);"] * threads


def chain(threads: int) -> list[str]:
    """A message passed on from thread to thread by release and acquire."""
    wait = "while (!smp_load_acquire(&x[{0}])) cpu_relax(); y = {0};"
    rest = [wait.format(i) + f" smp_store_release(&x[{i + 1}], 1);" for i in range(threads - 1)]
    return ["smp_store_release(&x[0], 1);", *rest]


def readers(threads: int) -> list[str]:
    """Readers under RCU beside one that takes the object away, waits and frees it."""
    update = "int *o = xchg(&p, 0); synchronize_rcu(); kfree(o);"
    read = "rcu_read_lock(); int *q = rcu_dereference(p); if (q) (void)READ_ONCE(*q); rcu_read_unlock();"
    return [update, *[read] * (threads - 1)]


FAMILIES: tuple[tuple[Callable[[int], list[str]], range], ...] = (
    (locked, range(2, 7)),
    (ticket, range(2, 6)),
    (store_buffering, range(2, 6)),
    (compare_and_swap, range(2, 5)),
    (chain, range(2, 11)),
    (readers, range(2, 7)),
)


def program(bodies: Sequence[str], folder: Path) -> Program:
    """The C of one member of a family, parsed."""
    functions = "".join(f"void t{number}(void) {{ {body} }}\n" for number, body in enumerate(bodies))
    path = folder / "family.c"
    path.write_text(HEADER + functions + "void init(void) { p = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); }\n")
    threads = tuple((f"t{number}", f"t{number}") for number in range(len(bodies)))
    return parse_program([path], scenario=ScenarioEntry("init", threads, None))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10, help="limit for each member of a family")
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    arguments = parser.parse_args()
    profile = cProfile.Profile()
    print(f"{'family':<18} {'model':<5} {'threads':>7} {'verdict':<8} {'states':>8} {'seconds':>8} {'states/s':>9}")
    with TemporaryDirectory() as folder:
        for family, sizes in FAMILIES:
            for model in ("sc", "tso"):
                for size in sizes:
                    built = program(family(size), Path(folder))
                    if arguments.profile:
                        profile.enable()
                    found = explore(built, model, limits=Limits(seconds=arguments.seconds))
                    profile.disable()
                    rate = found.states / max(found.seconds, 1e-6)
                    line = f"{family.__name__:<18} {model:<5} {size:>7} {found.verdict:<8} {found.states:>8}"
                    print(f"{line} {found.seconds:>8.2f} {rate:>9.0f}", flush=True)
                    if found.verdict == "UNKNOWN":
                        break
    if arguments.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
