"""What was found a moment ago replays, and what `minimise` makes of it replays too, for programs of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelcheck
from modelcheck.frontend.spec import Scenario
from modelcheck.minimise.smaller import on_today, smaller
from modelcheck.solve.check import check
from modelcheck.solve.sat import begin_anew
from modelcheck.trace import Setting, Trace, read_trace, record, to_bytes
from modelcheck.trace.narrative import narrative
from modelcheck.trace.replay import REPRODUCES, Sources, replay
from tests.agreement.engines import EVERYTHING, model, parse
from tests.agreement.programs import careless
from tests.trace.test_replay_random import Fixed

INCLUDE = Path(__file__).parents[1] / "include"
FAILING = sorted(
    (*(INCLUDE / "finds").glob("*.c"), *(f for f in (INCLUDE / "threads").glob("*.c") if not f.name.startswith("pass")))
)

HEAD = "#include <pthread.h>\n#include <assert.h>\n#include <stdlib.h>\nint x, y, *p;\n"
NEVER_STARTED = {
    "by-main": "void *f(void *a) { x = 1; return 0; }\nvoid *g(void *a) { y = 1; return 0; }\n"
    "int main() { pthread_t a, b; pthread_create(&a, 0, f, 0); if (x) pthread_create(&b, 0, g, 0); assert(!x); "
    "pthread_join(a, 0); return 0; }\n",
    "by-a-thread": "void *g(void *a) { x = 5; return 0; }\n"
    "void *f(void *a) { pthread_t b; if (x == 7) pthread_create(&b, 0, g, 0); x = 1; return 0; }\n"
    "int main() { pthread_t a; pthread_create(&a, 0, f, 0); pthread_join(a, 0); assert(x != 1); return 0; }\n",
    "behind-a-deadlock": "pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;\nvoid *g(void *a) { x = 5; return 0; }\n"
    "void *f(void *a) { pthread_t b; pthread_mutex_lock(&m); pthread_mutex_lock(&m); pthread_create(&b, 0, g, 0); "
    "return 0; }\n"
    "int main() { pthread_t a; pthread_create(&a, 0, f, 0); pthread_join(a, 0); return 0; }\n",
    "of-its-own": "void *h(void *a) { y = 2; return 0; }\n"
    "void *g(void *a) { pthread_t c; if (x) pthread_create(&c, 0, h, 0); free(p); return 0; }\n"
    "void *f(void *a) { pthread_t b; x = 1; if (y) pthread_create(&b, 0, g, 0); *p = 3; return 0; }\n"
    "int main() { pthread_t a, b; p = malloc(4); pthread_create(&a, 0, f, 0); pthread_create(&b, 0, g, 0); "
    "pthread_join(a, 0); pthread_join(b, 0); return 0; }\n",
    "behind-a-failure": "void *f(void *a) { x = 5; return 0; }\n"
    "int main() { pthread_t a, b; pthread_create(&a, 0, f, 0); if (x == 5) { assert(0); } pthread_create(&b, 0, f, 0); "
    "return 0; }\n",
}


KERNEL = """
#include <linux/rcupdate.h>
#include <linux/atomic.h>
#include <linux/slab.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/bug.h>
#include <linux/spinlock.h>
#include <pthread.h>
#include <assert.h>
static int x, y;
static int *p;
static DEFINE_MUTEX(m);
static DECLARE_RWSEM(sem);
static union { unsigned w; unsigned char b[4]; } u;
"""
MAIN = """
int main(void)
{
	pthread_t a, b;
	pthread_create(&a, 0, f, 0);
	pthread_create(&b, 0, g, 0);
	pthread_join(a, 0);
	pthread_join(b, 0);
	return 0;
}
"""
BY_KIND = {
    "behind-one-that-is-not-started": """
static DEFINE_SPINLOCK(s);
static DEFINE_SPINLOCK(o);
static struct thing { struct rcu_head rcu; } *shared;
static void *f(void *q)
{
	spin_lock(&s);
	spin_lock(&o);
	if (shared)
		kfree_rcu(shared, rcu);
	spin_unlock(&o);
	spin_unlock(&s);
	return 0;
}
static void *g(void *q) { spin_lock(&o); spin_lock(&s); spin_unlock(&s); spin_unlock(&o); return 0; }
""",
    "beside-a-grace-period": """
static void *f(void *q) { rcu_read_lock(); int r = READ_ONCE(x); rcu_read_unlock(); assert(!r); return 0; }
static void *g(void *q) { WRITE_ONCE(y, 1); synchronize_rcu(); WRITE_ONCE(x, 1); return 0; }
""",
    "behind-a-free-that-nobody-sees": """
static void *f(void *q) { kfree(kmalloc(4, GFP_KERNEL)); down_read(&sem); assert(!x); up_read(&sem); return 0; }
static void *g(void *q) { WRITE_ONCE(x, 1); return 0; }
""",
    "behind-a-warning": """
static void *f(void *q) { WARN_ON(!READ_ONCE(x)); mutex_lock(&m); WRITE_ONCE(y, 1); mutex_unlock(&m); return 0; }
static void *g(void *q) { mutex_lock(&m); if (READ_ONCE(y)) mutex_lock(&m); mutex_unlock(&m); return 0; }
""",
    "main-waits-in-vain": """
static void *f(void *q) { WRITE_ONCE(x, 1); return 0; }
static void *g(void *q) { if (READ_ONCE(x)) up_write(&sem); return 0; }
""",
    "zeroed-at-first": """
static void *f(void *q) { int *n = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); WRITE_ONCE(*n, 1); p = n; return 0; }
static void *g(void *q) { int *n = READ_ONCE(p); if (n) { assert(READ_ONCE(*n) == 0); } return 0; }
""",
    "waits-for-its-own-section": """
static void *f(void *q) { rcu_read_lock(); x = 1; smp_wmb(); synchronize_rcu(); rcu_read_unlock(); return 0; }
static void *g(void *q) { WRITE_ONCE(y, 1); return 0; }
""",
    "waits-in-a-section": """
static void *f(void *q) { rcu_read_lock(); while (!READ_ONCE(x)) ; rcu_read_unlock(); return 0; }
static void *g(void *q) { WRITE_ONCE(y, 1); synchronize_rcu(); WRITE_ONCE(y, 2); return 0; }
""",
    "a-reader-behind-a-writer": """
static void *f(void *q) { down_read(&sem); down_read(&sem); up_read(&sem); up_read(&sem); return 0; }
static void *g(void *q) { down_write(&sem); up_write(&sem); return 0; }
""",
    "whole-and-in-parts": """
static void *f(void *q) { u.w ^= 0x101; return 0; }
static void *g(void *q) { unsigned r = READ_ONCE(u.w); WRITE_ONCE(u.b[3], 1); assert(!r); return 0; }
""",
}
"""What replay has to find out for itself: no event of a trace tells of it."""


def followed(trace: Trace, path: Path, sources: Sources, folder: Path) -> None:
    """``trace``, which lies at ``path``, replays, is told, is made smaller, and all that again."""
    found = replay(trace, sources, path)
    assert found.outcome == REPRODUCES, (trace.model, found.reason)
    narrative(trace)
    if not trace.execution.events:
        return
    today = sources.of(trace, path)
    properties = frozenset(trace.setting.properties)
    made = smaller(on_today(trace, found), today.program, properties, {trace.model: today.load})
    assert made is not None, trace.model
    (folder / "smaller.json").write_bytes(to_bytes(made))
    again = read_trace(folder / "smaller.json")
    found = replay(again, sources, path)
    assert found.outcome == REPRODUCES, (trace.model, made.model, found.reason)
    narrative(again)


def found(file: Path, engine: str, models: list[str], folder: Path) -> int:
    traces = folder / "traces"
    modelcheck.check(file, models=models, engine=engine, traces=traces)
    several = sorted(traces.rglob("*.json"))
    for path in several:
        followed(read_trace(path), path, Sources(), folder)
    return len(several)


@pytest.mark.parametrize("file", FAILING, ids=lambda file: file.stem)
def test_what_fails_in_our_headers_is_followed(file: Path, tmp_path: Path) -> None:
    found(file, "z3", ["sc", "lkmm"], tmp_path)
    if file.parent.name == "threads":
        found(file, "interleave", ["sc"], tmp_path)


@pytest.mark.parametrize("engine", ["z3", "interleave"])
@pytest.mark.parametrize("name", NEVER_STARTED)
def test_a_thread_that_never_starts_is_followed(name: str, engine: str, tmp_path: Path) -> None:
    file = tmp_path / "program.c"
    file.write_text(HEAD + NEVER_STARTED[name])
    assert found(file, engine, ["sc", "tso", "lkmm"] if engine == "z3" else ["sc", "tso"], tmp_path) >= 2


@pytest.mark.parametrize("engine", ["z3", "interleave"])
@pytest.mark.parametrize("name", BY_KIND)
def test_what_no_event_tells_of_is_followed(name: str, engine: str, tmp_path: Path) -> None:
    file = tmp_path / "program.c"
    file.write_text(KERNEL + BY_KIND[name] + MAIN)
    models = ["sc", "tso", "lkmm"] if engine == "z3" else ["sc", "tso"]
    assert found(file, engine, models, tmp_path) == len(models)


@pytest.mark.parametrize("name", ["sc", "pso", "lkmm"])
def test_random_failures_are_followed(name: str, tmp_path: Path) -> None:
    failures = 0
    for seed in range(100, 110):
        program = parse(careless(seed), tmp_path)
        begin_anew()
        result = check(program, model(name), EVERYTHING)
        if result.verdict == "FAIL":
            failures += 1
            setting = Setting("", "z3", tuple(sorted(EVERYTHING)))
            known = {"spec": "random", "scenario": Scenario("s").name, "variant": "base"}
            trace = record(program, result, **known, model=name, unroll=3, recursion=4, setting=setting)
            followed(trace, tmp_path / "t.json", Fixed(program, name, tmp_path), tmp_path)
    assert failures > 3


def test_the_story_of_a_lock_that_is_kept_goes_on_to_the_end_of_its_thread(tmp_path: Path) -> None:
    path = tmp_path / "kept.c"
    path.write_text(
        "#include <pthread.h>\nstatic int x = 1;\nstatic pthread_mutex_t m;\nstatic void *t(void *p)\n{\n"
        "\tpthread_mutex_lock(&m);\n\tif (x == 1)\n\t\treturn 0;\n\tpthread_mutex_unlock(&m);\n\treturn 0;\n}\n"
        "int main(void) { pthread_t a; pthread_create(&a, 0, t, 0); pthread_join(a, 0); return 0; }\n"
    )
    (row,) = modelcheck.check(path, models=["sc"], traces=tmp_path).rows
    assert row.found == "FAIL:lock-misuse"
    assert row.trace is not None
    assert "reads x = 1" in repr(narrative(read_trace(Path(row.trace))))
