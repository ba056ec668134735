"""What threads do wrong with locks that they hold: both engines find it, at the line that says HERE."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check

ASKED = frozenset(PROPERTIES) - {"race"}
START = """
#include <lkmm.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/percpu-rwsem.h>
#include <pthread.h>
struct o { spinlock_t l; int x; };
static DEFINE_SPINLOCK(spin); static DEFINE_RWLOCK(rw); static DECLARE_RWSEM(sem); static DEFINE_MUTEX(mutex);
static pthread_mutex_t posix = PTHREAD_MUTEX_INITIALIZER; static pthread_rwlock_t prw; static struct semaphore count;
static struct o *shared; static int x;
static void *other(void *a) { return a; }
"""
MAIN = "int main(void) { pthread_t t; pthread_create(&t, 0, f, 0); pthread_join(t, 0); return 0; }"


def thread(body: str) -> str:
    return f"static void *f(void *a) {{\n{body}\nreturn a; }}\n{MAIN}"


def main(body: str, before: str = "") -> str:
    return f"{before}\nint main(void) {{ pthread_t t; \n{body}\nreturn 0; }}"


RIGHT = {
    "cleared after it was released": thread(
        "static struct o g; spin_lock(&g.l); spin_unlock(&g.l); __builtin_memset(&g, 0, sizeof(g));"
    ),
    "what is beside it is written": thread("static struct o g; spin_lock(&g.l); g.x = 1; spin_unlock(&g.l);"),
    "what is taken is given back": thread(
        "spin_lock(&spin); spin_unlock(&spin); read_lock(&rw); read_unlock(&rw); write_lock(&rw); write_unlock(&rw);"
        "down_read(&sem); up_read(&sem); down_write(&sem); downgrade_write(&sem); up_read(&sem);"
        "pthread_rwlock_rdlock(&prw); pthread_rwlock_unlock(&prw);"
        "pthread_rwlock_wrlock(&prw); pthread_rwlock_unlock(&prw);"
    ),
    "a copy of a lock that is held is initialised": thread(
        "static struct o g, h; struct o own; spin_lock(&g.l); h = g; own = g; spin_unlock(&g.l);"
        "spin_lock_init(&h.l); spin_lock(&h.l); spin_unlock(&h.l);"
        "spin_lock_init(&own.l); spin_lock(&own.l); spin_unlock(&own.l);"
    ),
    "a copy is initialised before any thread starts": main(
        "static struct o g; struct o own; spin_lock(&g.l); own = g; spin_lock_init(&own.l); spin_lock(&own.l);"
        "spin_unlock(&own.l); spin_unlock(&g.l);"
    ),
    "a copy made before any thread starts is initialised by one": main(
        "spin_lock(&g.l); h = g; spin_unlock(&g.l); pthread_create(&t, 0, f, 0); pthread_join(t, 0);",
        "static struct o g, h; static void *f(void *a) { spin_lock_init(&h.l); return a; }",
    ),
    "a copy that readers have had meanwhile is initialised": thread(
        "static struct { rwlock_t l; } g, h; read_lock(&g.l); h = g; read_unlock(&g.l);"
        "read_lock(&h.l); read_unlock(&h.l); rwlock_init(&h.l);"
    ),
    "a lock is initialised that others had, not as their own": thread(
        "down_read_non_owner(&sem); up_read_non_owner(&sem); init_rwsem(&sem);"
    ),
    "twice as a reader": thread("read_lock(&rw); read_lock(&rw); read_unlock(&rw); read_unlock(&rw);"),
    "a trylock that fails holds nothing": thread(
        "spin_lock(&spin); if (spin_trylock(&spin)) spin_unlock(&spin); spin_unlock(&spin);"
    ),
    "a semaphore belongs to nobody": thread("sema_init(&count, 1); down(&count);"),
    "another thread may release what non_owner says": main(
        "down_read_non_owner(&sem); pthread_create(&t, 0, f, 0); pthread_join(t, 0);",
        "static void *f(void *a) { up_read_non_owner(&sem); return a; }",
    ),
    "main() may return with a POSIX lock": main(
        "pthread_create(&t, 0, other, 0); pthread_join(t, 0); pthread_mutex_lock(&posix);"
    ),
    "a lock of fresh memory is initialised, and of a copy": thread(
        "struct o *p = kmalloc(sizeof(*p), GFP_KERNEL), q; spin_lock_init(&p->l); p->x = 1; spin_lock(&p->l); q = *p;"
        "spin_unlock(&p->l); q.l = p->l; spin_lock_init(&q.l); spin_lock(&q.l); spin_unlock(&q.l); kfree(p);"
    ),
    "a lock is destroyed when all is done": main(
        "pthread_mutex_init(&posix, 0); pthread_create(&t, 0, f, 0); pthread_join(t, 0); pthread_mutex_destroy(&posix);"
        "pthread_mutex_init(&posix, 0);",
        "static void *f(void *a) { pthread_mutex_lock(&posix); x++; pthread_mutex_unlock(&posix); return a; }",
    ),
    "a lock of the kernel that main() held before the first thread": main(
        "mutex_lock(&mutex); read_lock(&rw); down_write(&sem); spin_lock(&spin); pthread_create(&t, 0, f, 0); x = 1;"
        "spin_unlock(&spin); up_write(&sem); read_unlock(&rw); mutex_unlock(&mutex); pthread_join(t, 0);",
        "static void *f(void *a) { mutex_lock(&mutex); write_lock(&rw); down_read(&sem); spin_lock(&spin);"
        "BUG_ON(x != 1);"
        "spin_unlock(&spin); up_read(&sem); write_unlock(&rw); mutex_unlock(&mutex); return a; }",
    ),
    "an SRCU section that main() was in before the first thread": main(
        "int i; x = 1; i = srcu_read_lock(&ss); pthread_create(&t, 0, f, 0); BUG_ON(READ_ONCE(x) == 3);"
        "srcu_read_unlock(&ss, i); pthread_join(t, 0);",
        "DEFINE_SRCU(ss); static void *f(void *a) { synchronize_srcu(&ss); WRITE_ONCE(x, 3); return a; }",
    ),
}

WAITS = (
    "static pthread_cond_t cond; static void *f(void *a) { pthread_mutex_lock(&posix);"
    "while (!x) pthread_cond_wait(&cond, &posix); pthread_mutex_unlock(&posix); return a; }"
)
RIGHT["a condition variable is destroyed when all have been woken"] = main(
    "pthread_create(&t, 0, f, 0); pthread_mutex_lock(&posix); x = 1; pthread_cond_broadcast(&cond);"
    "pthread_mutex_unlock(&posix); pthread_cond_destroy(&cond); pthread_join(t, 0);",
    WAITS,
)

WRONG = {
    "cleared while held": thread(
        "static struct o g; spin_lock(&g.l);\n__builtin_memset(&g, 0, sizeof(g)); /* HERE */\nspin_unlock(&g.l);"
    ),
    "assigned over while held": thread("static struct o g, h; spin_lock(&g.l);\ng = h; /* HERE */\nspin_unlock(&g.l);"),
    "a condition variable is destroyed while it is waited for": main(
        "pthread_create(&t, 0, f, 0); pthread_mutex_lock(&posix);\npthread_cond_destroy(&cond); /* HERE */\n"
        "x = 1; pthread_mutex_unlock(&posix); pthread_join(t, 0);",
        WAITS,
    ),
    "a reader unlocks as a writer": thread("read_lock(&rw);\nwrite_unlock(&rw); /* HERE */"),
    "a writer unlocks as a reader": thread("down_write(&sem);\nup_read(&sem); /* HERE */"),
    "a reader downgrades": thread("down_read(&sem);\ndowngrade_write(&sem); /* HERE */\nup_read(&sem);"),
    "after a downgrade as a writer": thread("down_write(&sem); downgrade_write(&sem);\nup_write(&sem); /* HERE */"),
    "unlocked twice": thread("spin_lock(&spin); spin_unlock(&spin);\nspin_unlock(&spin); /* HERE */"),
    "the wrong lock": thread("spin_lock(&spin);\nmutex_unlock(&mutex); /* HERE */\nspin_unlock(&spin);"),
    "another's lock": main(
        "spin_lock(&spin); pthread_create(&t, 0, f, 0); pthread_join(t, 0); spin_lock(&spin); spin_unlock(&spin);",
        "static void *f(void *a) {\nspin_unlock(&spin); /* HERE */\nreturn a; }",
    ),
    "an rwlock of POSIX that nobody has": thread("pthread_rwlock_unlock(&prw);"),
    "ends with a mutex": thread("mutex_lock(&mutex); /* HERE */"),
    "ends with a POSIX lock": thread("pthread_mutex_lock(&posix); /* HERE */"),
    "ends as a reader": thread("down_read(&sem); up_read(&sem);\ndown_read(&sem); /* HERE */"),
    "ends with a lock after a trylock": thread("if (mutex_trylock(&mutex)) /* HERE */\nx++;"),
    "main() ends with a mutex of the kernel": main("mutex_lock(&mutex); /* HERE */"),
    "main() ends with what it held before": main(
        "mutex_lock(&mutex); /* HERE */\npthread_create(&t, 0, other, 0); pthread_join(t, 0);"
    ),
    "freed while held": thread(
        "struct o *p = kmalloc(sizeof(*p), GFP_KERNEL); spin_lock_init(&p->l); spin_lock(&p->l);\nkfree(p); /* HERE */"
    ),
    "initialised while held": main(
        "pthread_create(&t, 0, f, 0);\nspin_lock_init(&spin); /* HERE */\npthread_join(t, 0);",
        "static void *f(void *a) { spin_lock(&spin); x++; spin_unlock(&spin); return a; }",
    ),
    "initialised while a copy of it is free": thread(
        "static struct o g, h; spin_lock(&g.l); h = g; spin_lock_init(&h.l);\nspin_lock_init(&g.l); /* HERE */\n"
        "spin_unlock(&g.l);"
    ),
    "a copy is initialised while that is held": thread(
        "static struct o g, h; h = g; spin_lock(&h.l);\nspin_lock_init(&h.l); /* HERE */\nspin_unlock(&h.l);"
    ),
    "initialised while main() holds it from the start": main(
        "spin_lock(&spin); pthread_create(&t, 0, f, 0); pthread_join(t, 0); spin_unlock(&spin);",
        "static void *f(void *a) {\nspin_lock_init(&spin); /* HERE */\nreturn a; }",
    ),
    "initialised while one of two readers has it": main(
        "pthread_create(&t, 0, f, 0); read_lock(&rw); read_lock(&rw); read_unlock(&rw);\n"
        "rwlock_init(&rw); /* HERE */\nread_unlock(&rw); pthread_join(t, 0);",
        "static void *f(void *a) { read_lock(&rw); read_unlock(&rw); return a; }",
    ),
    "initialised while it is taken, not as a thread's own": thread(
        "down_read_non_owner(&sem); down_read(&sem); up_read(&sem);\ninit_rwsem(&sem); /* HERE */\n"
        "up_read_non_owner(&sem);"
    ),
    "destroyed while held": main(
        "pthread_create(&t, 0, f, 0);\nmutex_destroy(&mutex); /* HERE */\npthread_join(t, 0);",
        "static void *f(void *a) { mutex_lock(&mutex); mutex_unlock(&mutex); return a; }",
    ),
    "destroyed by who holds it": main("pthread_mutex_lock(&posix);\npthread_mutex_destroy(&posix); /* HERE */"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_use_passes(tmp_path: Path, name: str) -> None:
    (tmp_path / "p.c").write_text(START + RIGHT[name])
    program = parse_program([tmp_path / "p.c"])
    assert explore(program, "sc", ASKED).verdict == "PASS"
    found = check(program, load_model("lkmm"), ASKED)
    assert (found.verdict, found.property, found.message) == ("PASS", None, "")


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_found_where_it_is(tmp_path: Path, name: str) -> None:
    text = START + WRONG[name]
    (tmp_path / "p.c").write_text(text)
    program = parse_program([tmp_path / "p.c"])
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "HERE" in line]
    asked = frozenset({"lock-misuse"})
    first = explore(program, "sc", asked).finding
    assert first is not None
    for model in ("sc", "lkmm"):
        second = check(program, load_model(model), asked)
        assert second.property == first.property == "lock-misuse"
        assert second.source is not None
        if lines:
            assert [second.source.line] == [first.source.line] == lines
