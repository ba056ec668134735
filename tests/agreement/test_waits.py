"""Loops whose rounds put back what is there, count for nobody, or carry a value out are waits to both engines."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore
from modelcheck.solve.check import check
from tests.agreement.engines import STATES, model

PROPERTIES = frozenset({"assertion", "deadlock"})

HEAD = """
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
static atomic_int l, m, f;
static int x, out[3];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
"""

ROUNDS = (
    "while (atomic_exchange(&{l}, 1)) ;",
    "while (atomic_exchange(&{l}, {v}) == {w}) ;",
    "while (atomic_exchange(&{l}, 1)) n++;",
    "while (atomic_load(&{l}) || atomic_exchange(&{l}, 1)) n++;",
    "while ((o = atomic_load(&{l})) != {v}) r = o;",
    "while ((o = atomic_exchange(&{l}, {v})) == {v}) r = o;",
    "e = 0; while (!atomic_compare_exchange_strong(&{l}, &e, {w})) e = 0;",
    "while (atomic_fetch_or(&{l}, {w}) & {w}) ;",
    "while (atomic_exchange(&{l}, 1)) if (atomic_load(&{k}) == {v}) {{ r = 5; break; }}",
    "do o = atomic_load(&{l}); while (o < {v}); r = o;",
    "while (pthread_mutex_trylock(&mutex)) ; x++; pthread_mutex_unlock(&mutex);",
    "while (!atomic_load(&{l})) {{ if (atomic_exchange(&{k}, {v}) == {w}) r = {w}; }}",
    "while (atomic_fetch_add(&{l}, 1) < {v}) ;",
)

OTHERS = ("atomic_store(&{l}, {v});", "atomic_store(&{l}, 0);", "x++;", "atomic_fetch_add(&{l}, 1);")


def spinning(seed: int) -> str:
    """A random program of two or three threads that go round."""
    chance = random.Random(seed)

    def step() -> str:
        text = chance.choice(ROUNDS if chance.random() < 0.4 else OTHERS)
        return text.format(
            l=chance.choice("lmf"), k=chance.choice("lmf"), v=chance.randrange(3), w=chance.randrange(1, 3)
        )

    threads = range(chance.choice((2, 2, 3)))
    text = HEAD
    for t in threads:
        steps = " ".join(step() for _ in range(chance.randrange(1, 4)))
        text += (
            f"static void *t{t}(void *p) {{ int r = 0, o = 0, e = 0, n = 0; {steps} out[{t}] = r + o; return 0; }}\n"
        )
    text += "int main(void) { pthread_t id[3];\n"
    text += "".join(f"pthread_create(&id[{t}], 0, t{t}, 0); " for t in threads)
    text += "".join(f"pthread_join(id[{t}], 0); " for t in threads)
    return text + f"assert(out[0] + out[1] + out[2] != {chance.randrange(4)}); return 0; }}\n"


def test_random_loops_that_wait_are_told_alike(tmp_path: Path) -> None:
    for seed in range(40):
        path = tmp_path / "spinning.c"
        path.write_text(spinning(seed))
        program = parse_program([path])
        for name in ("sc", "tso"):
            explored = explore(program, name, PROPERTIES, STATES).verdict
            solved = check(program, model(name), PROPERTIES).verdict
            if "UNKNOWN" not in (explored, solved):
                assert (seed, name, solved) == (seed, name, explored)


TAKE_AND_COUNT = "{} x++; atomic_store(&l, 0);"


@pytest.mark.parametrize("name", ["sc", "tso", "lkmm", "rc11"])
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (TAKE_AND_COUNT.format("while (atomic_exchange(&l, 1)) ;"),) * 2 + ("PASS",),
        (TAKE_AND_COUNT.format("while (atomic_load(&l) || atomic_exchange(&l, 1)) n++;"),) * 2 + ("PASS",),
        ("while (atomic_exchange(&l, 1)) ; x++;",) * 2 + ("FAIL",),
        (
            "while (atomic_exchange(&l, 1)) ; x++;",
            "x++; while (atomic_fetch_or(&l, 1) & 1) ; atomic_store(&l, 0);",
            "FAIL",
        ),
        ("while (atomic_fetch_add(&l, 1) == 0) ; x = 2;", "", "PASS"),
        (
            "while ((o = atomic_load(&l)) != 2) r = o; x = 2; assert(r < 2);",
            "atomic_store(&l, 1); atomic_store(&l, 2);",
            "PASS",
        ),
        (
            "while ((o = atomic_load(&l)) != 2) r = o; x = 2; assert(r != 1);",
            "atomic_store(&l, 1); atomic_store(&l, 2);",
            "FAIL",
        ),
        ("while ((o = atomic_load(&l)) != 3) r = o; x = 2;", "atomic_store(&l, 1); atomic_store(&l, 2);", "FAIL"),
    ],
)
def test_what_goes_round_for_ever_is_a_deadlock_and_nothing_else_is(
    name: str, one: str, other: str, expected: str, tmp_path: Path
) -> None:
    threads = "".join(
        f"static void *t{t}(void *p) {{ int r = 0, o = 0, n = 0; {steps} return 0; }}\n"
        for t, steps in enumerate((one, other))
    )
    path = tmp_path / "rounds.c"
    path.write_text(
        HEAD + threads + "int main(void) { pthread_t a, b; pthread_create(&a, 0, t0, 0); pthread_create(&b, 0, t1, 0);"
        " pthread_join(a, 0); pthread_join(b, 0); assert(x == 2); return 0; }"
    )
    assert check(parse_program([path]), model(name), PROPERTIES).verdict == expected


LOOP_OF_THREADS = """
#include <pthread.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static void *ab(void *p) {{ pthread_mutex_lock(&a); pthread_mutex_lock(&b); pthread_mutex_unlock(&b);
    pthread_mutex_unlock(&a); return 0; }}
static void *ba(void *p) {{ pthread_mutex_lock(&b); pthread_mutex_lock(&a); pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b); return 0; }}
int main(void) {{ for (int i = 0; i < {}; i++) {{ pthread_t s, t;
    pthread_create(&s, 0, ab, 0); pthread_create(&t, 0, ba, 0); pthread_join(s, 0); pthread_join(t, 0); }} return 0; }}
"""


def test_a_failure_in_the_first_round_is_found_however_many_follow(tmp_path: Path) -> None:
    path = tmp_path / "rounds.c"
    path.write_text(LOOP_OF_THREADS.format(10_000))
    found = check(parse_program([path]), model("sc"), PROPERTIES)
    assert (found.verdict, found.property) == ("FAIL", "deadlock")


def test_a_test_that_never_changes_bounds_no_loop(tmp_path: Path) -> None:
    path = tmp_path / "rounds.c"
    path.write_text(
        "#include <stdatomic.h>\n#include <pthread.h>\nstatic atomic_int go;\n"
        "static void *t(void *p) { int never = 0; while (!atomic_fetch_add(&go, 1)) { if (never) break; }\n"
        "while (atomic_load(&go) != 100) { atomic_fetch_add(&go, 1); if (never) break; } return 0; }\n"
        "int main(void) { pthread_t a; pthread_create(&a, 0, t, 0); pthread_join(a, 0); return 0; }\n"
    )
    found = check(parse_program([path]), model("sc"), PROPERTIES)
    assert found.verdict == "UNKNOWN"
    assert "can go on" in found.reason
    assert found.events < 50
