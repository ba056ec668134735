"""RC11 on the programs of its paper and on the classics of C11.

Lahav, Vafeiadis, Kang, Hur, Dreyer: "Repairing sequential consistency in C/C++11", PLDI 2017. Verdicts are the
paper's, or follow from its definitions as the comment says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.solve.check import check

HEAD = """
#include <assert.h>
#include <stdatomic.h>
atomic_int x, y, z;
int data, a, b, c, d;
#define rlx memory_order_relaxed
#define acq memory_order_acquire
#define rel memory_order_release
#define ar memory_order_acq_rel
#define sc memory_order_seq_cst
#define R(location, order) atomic_load_explicit(&location, order)
#define W(location, value, order) atomic_store_explicit(&location, value, order)
#define ADD(location, order) atomic_fetch_add_explicit(&location, 1, order)
#define F(order) atomic_thread_fence(order)
"""

# name: (threads, outcome, whether RC11 allows it)
OUTCOMES: dict[str, tuple[list[str], str, bool]] = {
    "SB relaxed": (["W(x, 1, rlx); a = R(y, rlx);", "W(y, 1, rlx); b = R(x, rlx);"], "!a && !b", True),
    "SB release acquire": (["W(x, 1, rel); a = R(y, acq);", "W(y, 1, rel); b = R(x, acq);"], "!a && !b", True),
    "SB sc": (["W(x, 1, sc); a = R(y, sc);", "W(y, 1, sc); b = R(x, sc);"], "!a && !b", False),
    "SB sc stores only": (["W(x, 1, sc); a = R(y, acq);", "W(y, 1, sc); b = R(x, acq);"], "!a && !b", True),
    "SB sc fences": (["W(x, 1, rlx); F(sc); a = R(y, rlx);", "W(y, 1, rlx); F(sc); b = R(x, rlx);"], "!a && !b", False),
    "SB acq_rel fences": (
        ["W(x, 1, rlx); F(ar); a = R(y, rlx);", "W(y, 1, rlx); F(ar); b = R(x, rlx);"],
        "!a && !b",
        True,
    ),
    # [F];hb?;rb;[SC], [SC];sb;[SC], [SC];rb;hb?;[F]
    "SB fence against sc accesses": (
        ["W(x, 1, rlx); F(sc); a = R(y, rlx);", "W(y, 1, sc); b = R(x, sc);"],
        "!a && !b",
        False,
    ),
    "SB fence against an sc load": (
        ["W(x, 1, rlx); F(sc); a = R(y, rlx);", "W(y, 1, rlx); b = R(x, sc);"],
        "!a && !b",
        True,
    ),
    "SB sc exchanges of other variables": (
        ["W(x, 1, rlx); ADD(z, sc); a = R(y, rlx);", "W(y, 1, rlx); ADD(data2, sc); b = R(x, rlx);"],
        "!a && !b",
        True,
    ),
    "MP relaxed": (["W(x, 1, rlx); W(y, 1, rlx);", "a = R(y, rlx); b = R(x, rlx);"], "a && !b", True),
    "MP release acquire": (["W(x, 1, rlx); W(y, 1, rel);", "a = R(y, acq); b = R(x, rlx);"], "a && !b", False),
    "MP release relaxed": (["W(x, 1, rlx); W(y, 1, rel);", "a = R(y, rlx); b = R(x, rlx);"], "a && !b", True),
    "MP consume is acquire": (
        ["W(x, 1, rlx); W(y, 1, rel);", "a = R(y, memory_order_consume); b = R(x, rlx);"],
        "a && !b",
        False,
    ),
    "MP fences": (["W(x, 1, rlx); F(rel); W(y, 1, rlx);", "a = R(y, rlx); F(acq); b = R(x, rlx);"], "a && !b", False),
    "MP release fence after": (
        ["W(x, 1, rlx); W(y, 1, rlx); F(rel);", "a = R(y, rlx); F(acq); b = R(x, rlx);"],
        "a && !b",
        True,
    ),
    "MP fence to acquire": (["W(x, 1, rlx); F(rel); W(y, 1, rlx);", "a = R(y, acq); b = R(x, rlx);"], "a && !b", False),
    "MP release to fence": (["W(x, 1, rlx); W(y, 1, rel);", "a = R(y, rlx); F(acq); b = R(x, rlx);"], "a && !b", False),
    "MP wrong fences": (
        ["W(x, 1, rlx); F(acq); W(y, 1, rlx);", "a = R(y, rlx); F(rel); b = R(x, rlx);"],
        "a && !b",
        True,
    ),
    "LB relaxed": (["a = R(x, rlx); W(y, 1, rlx);", "b = R(y, rlx); W(x, 1, rlx);"], "a && b", False),
    "WRC release acquire": (
        ["W(x, 1, rlx);", "a = R(x, acq); W(y, 1, rel);", "b = R(y, acq); c = R(x, rlx);"],
        "a && b && !c",
        False,
    ),
    "WRC relaxed in the middle": (
        ["W(x, 1, rel);", "a = R(x, rlx); W(y, 1, rlx);", "b = R(y, acq); c = R(x, rlx);"],
        "a && b && !c",
        True,
    ),
    "ISA2": (
        ["W(x, 1, rlx); W(y, 1, rel);", "a = R(y, acq); W(z, 1, rel);", "b = R(z, acq); c = R(x, rlx);"],
        "a && b && !c",
        False,
    ),
    "IRIW acquire": (
        ["W(x, 1, rel);", "W(y, 1, rel);", "a = R(x, acq); b = R(y, acq);", "c = R(y, acq); d = R(x, acq);"],
        "a && !b && c && !d",
        True,
    ),
    "IRIW sc": (
        ["W(x, 1, sc);", "W(y, 1, sc);", "a = R(x, sc); b = R(y, sc);", "c = R(y, sc); d = R(x, sc);"],
        "a && !b && c && !d",
        False,
    ),
    # The paper: C11 forbids it, compiled for Power with leading syncs it is seen.
    "IRIW-acq-sc": (
        ["W(x, 1, sc);", "W(y, 1, sc);", "a = R(x, acq); b = R(y, sc);", "c = R(y, acq); d = R(x, sc);"],
        "a && !b && c && !d",
        True,
    ),
    "IRIW sc fences": (
        [
            "W(x, 1, rlx);",
            "W(y, 1, rlx);",
            "a = R(x, rlx); F(sc); b = R(y, rlx);",
            "c = R(y, rlx); F(sc); d = R(x, rlx);",
        ],
        "a && !b && c && !d",
        False,
    ),
    # The paper: C11 forbids it, compiled for Power with trailing syncs it is seen. hb that leads through events
    # that are not sc counts for psc only between different locations at both of its ends.
    "Z6.U": (
        ["W(x, 1, sc); W(y, 1, rel);", "a = ADD(y, sc); b = R(y, rlx);", "W(y, 3, sc); c = R(x, sc);"],
        "a == 1 && b == 3 && c == 0",
        True,
    ),
    # The same with sc fences, which RC11 makes strong.
    "Z6.U sc fences": (
        [
            "W(x, 1, rlx); F(sc); W(y, 1, rlx);",
            "a = ADD(y, rlx); F(sc); b = R(y, rlx);",
            "W(y, 3, rlx); F(sc); c = R(x, rlx);",
        ],
        "a == 1 && b == 3 && c == 0",
        False,
    ),
    # The paper: fences are cumulative, which C11 missed.
    "RWC sc fences": (
        ["W(x, 1, rlx);", "a = R(x, rlx); F(sc); b = R(y, rlx);", "W(y, 1, rlx); F(sc); c = R(x, rlx);"],
        "a && !b && !c",
        False,
    ),
    "W+RWC": (
        ["W(x, 1, rlx); W(z, 1, rel);", "a = R(z, acq); F(sc); b = R(y, rlx);", "W(y, 1, rlx); F(sc); c = R(x, rlx);"],
        "a && !b && !c",
        False,
    ),
    "W+RWC relaxed": (
        ["W(x, 1, rlx); W(z, 1, rlx);", "a = R(z, acq); F(sc); b = R(y, rlx);", "W(y, 1, rlx); F(sc); c = R(x, rlx);"],
        "a && !b && !c",
        True,
    ),
    "2+2W relaxed": (["W(x, 1, rlx); W(y, 2, rlx);", "W(y, 1, rlx); W(x, 2, rlx);"], "x == 1 && y == 1", True),
    "2+2W release": (["W(x, 1, rel); W(y, 2, rel);", "W(y, 1, rel); W(x, 2, rel);"], "x == 1 && y == 1", True),
    "2+2W sc": (["W(x, 1, sc); W(y, 2, sc);", "W(y, 1, sc); W(x, 2, sc);"], "x == 1 && y == 1", False),
    "2+2W sc fences": (
        ["W(x, 1, rlx); F(sc); W(y, 2, rlx);", "W(y, 1, rlx); F(sc); W(x, 2, rlx);"],
        "x == 1 && y == 1",
        False,
    ),
    "release sequence by the thread itself": (
        ["W(x, 1, rlx); W(y, 1, rel); W(y, 2, rlx);", "a = R(y, acq); b = R(x, rlx);"],
        "a == 2 && !b",
        False,
    ),
    "release sequence by a read-modify-write": (
        ["W(x, 1, rlx); W(y, 1, rel);", "c = ADD(y, rlx);", "a = R(y, acq); b = R(x, rlx);"],
        "c == 1 && a == 2 && !b",
        False,
    ),
    "release sequence broken by a store": (
        ["W(x, 1, rlx); W(y, 1, rel);", "c = R(y, rlx); W(y, 2, rlx);", "a = R(y, acq); b = R(x, rlx);"],
        "c == 1 && a == 2 && !b",
        True,
    ),
    "atomicity": (["a = ADD(x, rlx);", "b = ADD(x, rlx);"], "a == b", False),
    "coherence of reads": (["W(x, 1, rlx);", "a = R(x, rlx); b = R(x, rlx);"], "a && !b", False),
    # hb ; eco: the acquire makes the older write invisible to a later read of another location's message
    "coherence along hb": (
        ["W(x, 1, rlx); W(x, 2, rlx); W(y, 1, rel);", "a = R(y, acq); b = R(x, rlx);"],
        "a == 1 && b == 1",
        False,
    ),
}


def _program(threads: list[str], outcome: str, folder: Path) -> str:
    path = folder / "test.c"
    bodies = "\n".join(f"void t{number}(void) {{ {body} }}" for number, body in enumerate(threads))
    path.write_text(f"{HEAD}atomic_int data2;\n{bodies}\nvoid final(void) {{ assert(!({outcome})); }}\n")
    return str(path)


def _says(threads: list[str], outcome: str, property_: str, folder: Path, model: str = "rc11") -> str:
    path = Path(_program(threads, outcome, folder))
    names = tuple((f"t{number}", f"t{number}") for number in range(len(threads)))
    program = parse_program([path], scenario=ScenarioEntry(init=None, threads=names, final="final"))
    return check(program, load_model(model), frozenset({property_})).verdict


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome(name: str, tmp_path: Path) -> None:
    threads, outcome, allowed = OUTCOMES[name]
    assert _says(threads, outcome, "assertion", tmp_path) == ("FAIL" if allowed else "PASS")


# name: (threads, whether they race)
RACES: dict[str, tuple[list[str], bool]] = {
    "unordered writes": (["data = 1;", "data = 2;"], True),
    "two reads": (["a = data;", "b = data;"], False),
    "atomics only": (["W(x, 1, rlx);", "a = R(x, rlx);"], False),
    "published by release and acquire": (["data = 1; W(y, 1, rel);", "if (R(y, acq)) a = data;"], False),
    "published by relaxed accesses": (["data = 1; W(y, 1, rlx);", "if (R(y, rlx)) a = data;"], True),
    "published by fences": (["data = 1; F(rel); W(y, 1, rlx);", "if (R(y, rlx)) { F(acq); a = data; }"], False),
    "read without looking": (["data = 1; W(y, 1, rel);", "a = R(y, acq); b = data;"], True),
    "handed back": (
        ["data = 1; W(y, 1, rel); if (R(z, acq)) data = 3;", "if (R(y, acq)) { data = 2; W(z, 1, rel); }"],
        False,
    ),
}


@pytest.mark.parametrize("name", RACES)
def test_data_race(name: str, tmp_path: Path) -> None:
    threads, racing = RACES[name]
    assert _says(threads, "0", "race", tmp_path) == ("FAIL" if racing else "PASS")


def test_a_mutex_orders_what_it_protects(tmp_path: Path) -> None:
    path = tmp_path / "mutex.c"
    path.write_text(
        """#include <pthread.h>
        #include <assert.h>
        pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
        int n;
        void add(void) { pthread_mutex_lock(&m); n = n + 1; pthread_mutex_unlock(&m); }
        void final(void) { assert(n == 2); }
        """
    )
    entry = ScenarioEntry(init=None, threads=(("one", "add"), ("two", "add")), final="final")
    program = parse_program([path], scenario=entry)
    assert check(program, load_model("rc11"), frozenset({"assertion", "race"})).verdict == "PASS"
