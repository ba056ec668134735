"""The sentence at the end asks for the least that the model takes, in the kernel's own forms, and is true."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelcheck
from modelcheck.trace import read_trace
from modelcheck.trace.changes import changed
from modelcheck.trace.names import names_of
from modelcheck.trace.narrative import Narrative, narrative

HEAD = """
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/slab.h>
#include <asm/barrier.h>
#include <pthread.h>
static int value, ready;
static int *slot;
static atomic_t count;
static unsigned long bits;
"""
MAIN = """
static void *one(void *unused) { writer(); return unused; }
static void *two(void *unused) { reader(); return unused; }
int main(void)
{
	pthread_t a, b;
	pthread_create(&a, NULL, one, NULL);
	pthread_create(&b, NULL, two, NULL);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}
"""


def story(tmp_path: Path, writer: str, reader: str, model: str = "lkmm") -> Narrative:
    file = tmp_path / "a.c"
    bodies = f"static void writer(void)\n{{\n{writer}\n}}\nstatic void reader(void)\n{{\n{reader}\n}}\n"
    file.write_text(HEAD + bodies + MAIN)
    (row,) = modelcheck.check(file, models=[model], properties=["assertion", "uninitialised"], traces=tmp_path).rows
    assert row.found.startswith("FAIL"), row.found
    (trace,) = tmp_path.rglob("*.json")
    return narrative(read_trace(trace))


OK = "BUG_ON(READ_ONCE(value) != 42);"
ST = "WRITE_ONCE(value, 42);\n"
RD = "if (READ_ONCE(ready))\n"


@pytest.mark.parametrize(
    ("writer", "reader", "cure"),
    [
        # What each lacks is by LKMM's own recipes: memory-barriers.txt, "SMP barrier pairing", and recipes.txt.
        (ST + "smp_wmb();\nWRITE_ONCE(ready, 1);", RD + OK, "With a read barrier (smp_rmb) between steps 4 and"),
        (ST + "WRITE_ONCE(ready, 1);", "if (smp_load_acquire(&ready))\n" + OK, "With smp_store_release in step 2"),
        ("value = 42;\nsmp_wmb();\nWRITE_ONCE(ready, 1);", "if (ready)\n" + OK, "With smp_load_acquire in step 4"),
        ("value = 42;\nsmp_wmb();\nready = 1;", RD + "{ smp_rmb();\n" + OK + " }", "With WRITE_ONCE in step 3, LKMM"),
        (ST + "atomic_set_release(&count, 1);", "if (atomic_read(&count))\n" + OK, "With atomic_read_acquire in step"),
        (ST + "atomic_set(&count, 1);", "if (atomic_read_acquire(&count))\n" + OK, "With atomic_set_release in step"),
        (
            "if (!test_and_set_bit_lock(0, &bits)) {\nBUG_ON(READ_ONCE(value));\n"
            "WRITE_ONCE(value, 1);\nWRITE_ONCE(value, 0);\nclear_bit(0, &bits);\n}",
            "writer();",
            "With clear_bit_unlock in step",
        ),
        (
            "int *p = kmalloc(sizeof(*p), GFP_KERNEL);\n*p = 9;\nslot = p;",
            "int *p = slot;\nif (p)\nBUG_ON(*p != 9);",
            "With smp_store_release in step 2 and READ_ONCE in step 3 (or with a write barrier (smp_wmb) between steps "
            "1 and 2, WRITE_ONCE in step 2 and READ_ONCE in step 3), LKMM",
        ),
    ],
)  # fmt: skip
def test_the_least_change_is_asked_for(tmp_path: Path, writer: str, reader: str, cure: str) -> None:
    assert cure in story(tmp_path, writer, reader).ending.order


def test_a_barrier_of_the_wrong_kind_is_told_as_that(tmp_path: Path) -> None:
    order = story(tmp_path, ST + "smp_wmb();\nWRITE_ONCE(ready, 1);", RD + "{ smp_wmb();\n" + OK + " }").ending.order
    assert order.startswith("The smp_wmb between them does not order the load of ready (")


@pytest.mark.parametrize("model", ["tso", "lkmm"])
def test_a_wake_up_that_is_lost_at_rest_needs_a_full_barrier(tmp_path: Path, model: str) -> None:
    text = HEAD + (
        "static int seen, woken;\n"
        "static void *one(void *p) { WRITE_ONCE(ready, 1); if (READ_ONCE(value)) WRITE_ONCE(woken, 1); return p; }\n"
        "static void *two(void *p)\n"
        "{ WRITE_ONCE(value, 1); smp_mb(); if (READ_ONCE(ready)) WRITE_ONCE(seen, 1); return p; }\n"
        "int main(void)\n{\n\tpthread_t a, b;\n\tpthread_create(&a, NULL, one, NULL);\n"
        "\tpthread_create(&b, NULL, two, NULL);\n\tpthread_join(a, NULL);\n\tpthread_join(b, NULL);\n"
        "\tBUG_ON(!seen && !woken);\n\treturn 0;\n}\n"
    )
    (tmp_path / "a.c").write_text(text)
    modelcheck.check(tmp_path / "a.c", models=[model], traces=tmp_path)
    (trace,) = tmp_path.rglob("*.json")
    told = narrative(read_trace(trace))
    assert "interleaving" not in told.ending.order
    assert told.ending.order.startswith("Nothing orders the store of ready")
    assert "With a full barrier (smp_mb) between steps" in told.ending.order


def test_what_is_asked_for_does_and_no_part_of_it_alone(tmp_path: Path) -> None:
    from modelcheck.cat import load_model
    from modelcheck.trace.candidate import candidate

    told = story(tmp_path, "value = 42;\nready = 1;", "if (ready)\nBUG_ON(value != 42);")
    (trace,) = tmp_path.rglob("*.json")
    execution, model = read_trace(trace).execution, load_model("lkmm")
    assert told.cycle is not None
    for changes in (told.cycle.changes, told.cycle.instead):
        assert changes
        assert not model.allows(candidate(changed(execution, changes)))
        for change in changes:
            rest = [other for other in changes if other != change]
            assert model.allows(candidate(changed(execution, rest)))


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        # LKMM, "Plain accesses and data races" in explanation.txt: a plain store may begin with a load, for which
        # smp_wmb() does nothing.
        (
            "x = 1; smp_wmb(); WRITE_ONCE(ready, 1);",
            "if (READ_ONCE(ready)) { smp_mb(); x = 2; }",
            "LKMM lets the compiler begin the plain store of x (a.c:3, step 1) with a load of x, which the smp_wmb "
            "between them does not order before the store of ready (a.c:3, step 3). With smp_store_release in step 3, "
            "or with WRITE_ONCE in step 1, LKMM would see no race of these two.",
        ),
        (
            "x = 1; WRITE_ONCE(ready, 1);",
            "if (smp_load_acquire(&ready)) x = 2;",
            "Nothing orders the plain store of x (a.c:3, step 1) before the store of ready (a.c:3, step 2). With "
            "smp_store_release in step 2, LKMM would see no race of these two.",
        ),
        ("x = 1;", "x = 2;", "Nothing orders the plain store of x (a.c:"),
    ],
)
def test_a_race_tells_which_order_it_lacks(tmp_path: Path, one: str, two: str, said: str) -> None:
    bodies = f"static void *one(void *p) {{ {one} return p; }}\nstatic void *two(void *p) {{ {two} return p; }}\n"
    main = MAIN[MAIN.index("int main") :]
    (tmp_path / "a.c").write_text(f"#include <lkmm.h>\nint x, ready;\n{bodies}#include <pthread.h>\n{main}")
    modelcheck.check(tmp_path / "a.c", models=["lkmm"], properties=["race"], traces=tmp_path)
    (trace,) = tmp_path.rglob("*.json")
    assert narrative(read_trace(trace)).ending.order.startswith(said)


def told(tmp_path: Path, text: str, properties: list[str], engine: str = "z3") -> Narrative:
    (tmp_path / "a.c").write_text(text)
    (row,) = modelcheck.check(
        tmp_path / "a.c", models=["sc"], properties=properties, engine=engine, traces=tmp_path
    ).rows
    assert row.found.startswith("FAIL"), row.found
    (trace,) = tmp_path.rglob("*.json")
    return narrative(read_trace(trace))


USE = """
#include <linux/slab.h>
#include <pthread.h>
struct s { int v; int w; struct s *next; };
static struct s *p;
static int x, seen;
static void *one(void *a) { struct s *q = p; q->w = 3; x = q->w; q->next = q; x = 5; return a; }
static void *two(void *a) { struct s *q = p; seen = x; q->w = 4; kfree(q); seen = x; return a; }
int main(void)
{
	pthread_t a, b;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	pthread_create(&a, 0, one, 0);
	pthread_create(&b, 0, two, 0);
	pthread_join(a, 0);
	pthread_join(b, 0);
	return 0;
}
"""


@pytest.mark.parametrize("engine", ["z3", "interleave"])
def test_a_use_after_free_is_about_the_free_and_the_use(tmp_path: Path, engine: str) -> None:
    story = told(tmp_path, USE, ["use-after-free"], engine)
    sentences = [sentence for passage in story.passages for sentence in passage.sentences]
    (free,) = [s.number for s in sentences if s.text == "frees s"]
    last = sentences[-1]
    assert last.notes[-1] == "FAILS: use-after-free"
    assert f"What came between: step {last.number} " in story.ending.order
    assert f"which two freed in step {free} (a.c:8)" in story.ending.order


def test_a_lost_update_is_about_the_two_writes(tmp_path: Path) -> None:
    story = told(
        tmp_path,
        "#include <pthread.h>\n#include <assert.h>\nint n, other;\n"
        "void *one(void *a) { other = 1; int c = n; n = c + 1; return a; }\n"
        "void *two(void *a) { int c = n; n = c + 1; other = 2; return a; }\n"
        "int main(void)\n{\n\tpthread_t a, b;\n\tpthread_create(&a, 0, one, 0);\n\tpthread_create(&b, 0, two, 0);\n"
        "\tpthread_join(a, 0);\n\tpthread_join(b, 0);\n\tassert(n == 2);\n\treturn 0;\n}\n",
        ["assertion"],
    )
    texts = {s.number: s.text for passage in story.passages for s in passage.sentences}
    number = {text: step for step, text in texts.items()}
    assert texts[max(texts)] == "FAILS: assertion: n == 2"
    assert story.ending.order.endswith(": that update is lost.")
    writes = [step for step, text in texts.items() if text == "writes n = 1"]
    assert f"step {min(writes)} (" in story.ending.order
    assert f"in step {max(writes)} (" in story.ending.order
    assert "other" not in story.ending.order
    assert number


def test_nothing_behind_the_failure_is_told(tmp_path: Path) -> None:
    story = told(
        tmp_path,
        "#include <pthread.h>\n#include <assert.h>\nint x, y;\n"
        "void *one(void *a) { x = 1; y = 2; y = 3; return a; }\nvoid *two(void *a) { assert(x == 0); return a; }\n"
        "int main(void)\n{\n\tpthread_t a, b;\n\tpthread_create(&a, 0, one, 0);\n\tpthread_create(&b, 0, two, 0);\n"
        "\treturn 0;\n}\n",
        ["assertion"],
    )
    texts = [s.text for passage in story.passages for s in passage.sentences]
    assert texts[-2:] == ["reads x = 1, from step 1", "FAILS: assertion: x == 0"]


def test_what_runs_in_our_headers_is_told_by_what_it_is_for(tmp_path: Path) -> None:
    story = told(
        tmp_path,
        "#include <linux/bug.h>\n#include <linux/workqueue.h>\nstatic int x;\n"
        "static void fn(struct work_struct *w) { WRITE_ONCE(x, 1); }\nstatic DECLARE_WORK(work, fn);\n"
        "int main(void)\n{\n\tschedule_work(&work);\n\tBUG_ON(READ_ONCE(x));\n\tflush_work(&work);\n\treturn 0;\n}\n",
        ["assertion"],
    )
    assert "work fn()" in story.lanes
    every = [s.text for passage in story.passages for s in passage.sentences]
    every += [note for passage in story.passages for s in passage.sentences for note in s.notes]
    assert not any("__mc_" in text or "__queue" in text or "__pending" in text for text in [*every, story.ending.order])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("sem.__rwsem_word", "sem"),
        ("dev.work.__pending", "dev.work"),
        ("__mc_running[0]", "(internal) running[0]"),
        # What the kernel's headers have, too, and what a user has, stays.
        ("task.__state", "task.__state"),
        ("sock.__sk_common", "sock.__sk_common"),
    ],
)
def test_an_object_is_told_without_our_members(name: str, shown: str) -> None:
    assert names_of([]).text(f"reads {name} = 0") == f"reads {shown} = 0"


def test_what_each_thread_keeps_of_itself_is_no_step_of_the_story(tmp_path: Path) -> None:
    text = """
    #include <lkmm.h>
    #include <linux/bug.h>
    #include <pthread.h>
    static int x, *p;
    static void *f(void *a) { rcu_read_lock(); (void)rcu_dereference(p); x = 1; rcu_read_unlock(); return a; }
    int main(void) { pthread_t t; pthread_create(&t, 0, f, 0); BUG_ON(READ_ONCE(x)); pthread_join(t, 0); return 0; }
    """
    sentences = [one for passage in told(tmp_path, text, ["assertion"]).passages for one in passage.sentences]
    assert any("fence [Rcu-lock]" in one.text for one in sentences)
    assert [one.text for one in sentences if "depth" in one.text] == []
