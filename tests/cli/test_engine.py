"""The whole way, from files to verdicts, on a small spec and small programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_release_is_needed_in_the_kernel_s_model_only(modelcheck: Command, mailbox: Path) -> None:
    outcome = modelcheck("check", mailbox, "--format", "json")
    rows = {(r["variant"], r["model"]): r for r in json.loads(outcome.out)["results"]}
    assert {cell: row["verdict"] for cell, row in rows.items()} == {
        ("base", "sc"): "PASS",
        ("base", "tso"): "PASS",
        ("base", "lkmm"): "PASS",
        ("no-release", "sc"): "PASS",
        ("no-release", "tso"): "PASS",
        ("no-release", "lkmm"): "FAIL",
    }
    failure = rows["no-release", "lkmm"]
    assert failure["property"] == "assertion"
    assert failure["source"] == "mailbox.c:24"
    assert failure["trace"] == "traces/mailbox/deliver--no-release--lkmm.json"
    assert outcome.code == 0


def test_the_trace_of_a_failure_tells_what_each_thread_did(modelcheck: Command, mailbox: Path) -> None:
    modelcheck("check", mailbox, "--variant", "no-release", "--model", "lkmm")
    out = modelcheck("show", "traces/mailbox/deliver--no-release--lkmm.json").out
    assert "writes flag = 1" in out
    assert "reads letter = 0" in out
    assert "mailbox.c:24" in out


HEADERS = """
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct holder { struct page *page; spinlock_t lock; };
static struct holder *holder;

static void drop(void)
{
	spin_lock(&holder->lock);
	put_page(holder->page);
	spin_unlock(&holder->lock);
}

void begin(void)
{
	holder = kzalloc(sizeof(*holder), GFP_KERNEL);
	spin_lock_init(&holder->lock);
	holder->page = alloc_page(GFP_KERNEL);
}

void thread(void)
{
	drop();
}
"""


def test_a_failure_in_a_header_of_ours_is_told_at_the_line_of_the_users_that_led_there(
    modelcheck: Command, tmp_path: Path
) -> None:
    (tmp_path / "spec.toml").write_text(
        'name = "twice"\nsources = ["a.c"]\nmodels = ["sc"]\n'
        '[scenarios.drop]\ninit = "begin"\nthreads = ["thread", "thread"]\nexpect = "FAIL:double-free"\n'
    )
    (tmp_path / "a.c").write_text(HEADERS)
    outcome = modelcheck("check", ".", "--format", "json")
    row = json.loads(outcome.out)["results"][0]
    assert row["source"] == "a.c:13"
    assert row["inside"].startswith("put_page, <linux/gfp.h>:")
    shown = modelcheck("show", row["trace"]).out
    assert "double-free at a.c:13 drop: put_page(holder->page);\n     in put_page, <linux/gfp.h>:" in shown
    assert "reads holder = &holder@a.c:19" in shown
    assert "takes the lock holder@a.c:19.lock" in shown
    objects = {o["name"]: o["kind"] for o in json.loads(Path(row["trace"]).read_text())["execution"]["objects"]}
    assert objects["holder@a.c:19"] == "heap"
    assert objects["holder"] == objects["mem_map"] == "global"


def test_both_engines_agree(modelcheck: Command, mailbox: Path) -> None:
    arguments = ["check", mailbox, "--model", "sc", "--model", "tso", "--format", "json"]
    verdicts = [
        [row["verdict"] for row in json.loads(modelcheck(*arguments, "--engine", engine).out)["results"]]
        for engine in ("z3", "interleave")
    ]
    assert verdicts[0] == verdicts[1] == ["PASS"] * 4


def test_the_explorer_says_that_it_does_not_know_the_kernel_s_model(modelcheck: Command, mailbox: Path) -> None:
    outcome = modelcheck("check", mailbox, "--variant", "base", "--model", "lkmm", "--engine", "interleave")
    assert outcome.code == 3
    assert "UNKNOWN (expected PASS): the interleaving engine" in outcome.out


BUFFERED = """
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int x, y;
static int *seen;

static void *left(void *unused)
{
	atomic_store_explicit(&x, 1, memory_order_relaxed);
	seen[0] = atomic_load_explicit(&y, memory_order_relaxed);
	return NULL;
}

int main(void)
{
	pthread_t thread;
	int right;

	seen = malloc(sizeof(*seen));
	pthread_create(&thread, NULL, left, NULL);
	atomic_store_explicit(&y, 1, memory_order_relaxed);
	right = atomic_load_explicit(&x, memory_order_relaxed);
	pthread_join(thread, NULL);
	assert(right || seen[0]);
	free(seen);
	return 0;
}
"""


def test_the_explorer_s_traces_tell_the_execution_too(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "sb.c").write_text(BUFFERED)
    outcome = modelcheck("check", "sb.c", "--engine", "interleave", "--model", "tso", "--format", "json")
    row = json.loads(outcome.out)["results"][0]
    assert (row["property"], row["source"]) == ("assertion", "sb.c:27")
    shown = modelcheck("show", row["trace"]).out
    assert "reads y = 0" in shown
    assert "reads x = 0" in shown
    assert "heap is heap@sb.c:22" in shown
    assert "reads seen = &heap" in shown
    assert "assertion at sb.c:27 main: assert(right || seen[0]);" in shown
    execution = json.loads(Path(row["trace"]).read_text())["execution"]
    assert {(o["name"], o["kind"]) for o in execution["objects"]} >= {("x", "global"), ("seen", "global")}
    assert execution["threads"] == ["main", "left"]


def test_a_failure_before_the_first_thread_has_a_trace_by_both_engines(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "one.c").write_text("#include <assert.h>\nint main(void)\n{\n\tassert(0);\n}\n")
    for engine in ("z3", "interleave"):
        outcome = modelcheck("check", "one.c", "--engine", engine, "--model", "sc", "--format", "json")
        trace = json.loads(outcome.out)["results"][0]["trace"]
        assert "assertion at one.c:4 main: assert(0);" in modelcheck("show", trace).out


def test_an_error_of_the_compiler_is_told_with_its_place(modelcheck: Command, mailbox: Path) -> None:
    edit(mailbox / "mailbox.c", "WRITE_ONCE(flag, 0);", "WRITE_ONCE(flag, 0)")
    outcome = modelcheck("check", mailbox, "--variant", "base")
    assert outcome.code == 2
    assert outcome.err.startswith(f"modelcheck: {mailbox}/mailbox.c:12:")
    assert "expected ';'" in outcome.err
    assert outcome.err.count("\n") == 1


def test_an_error_in_a_patched_source_names_the_variant(modelcheck: Command, mailbox: Path) -> None:
    edit(mailbox / "patches" / "no-release.diff", "+\tWRITE_ONCE(flag, 1);", "+\tWRITE_ONCE(flog, 1);")
    outcome = modelcheck("check", mailbox, "--variant", "no-release")
    assert outcome.code == 2
    assert outcome.err.startswith(f"modelcheck: {mailbox}/mailbox.c:18:")
    assert "flog" in outcome.err
    assert "as patched by the variant 'no-release'" in outcome.err


def test_a_patch_that_does_not_apply_is_told_with_its_hunk(modelcheck: Command, mailbox: Path) -> None:
    edit(mailbox / "mailbox.c", "smp_store_release(&flag, 1);", "smp_store_release(&flag, 2);")
    outcome = modelcheck("check", mailbox)
    assert outcome.code == 2
    assert outcome.err == (
        f"modelcheck: {mailbox}/patches/no-release.diff:3: this hunk does not apply to mailbox.c: its line 7 expects "
        "'smp_store_release(&flag, 1);', but mailbox.c:18 is 'smp_store_release(&flag, 2);' (variant 'no-release')\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"receiver"]', '"reciever"]', "13:22"),
        ('init = "empty"', 'init = "emtpy"', "12:1"),
        ('["sender", "receiver"]', '{ a = "sender", b = "nobody" }', "13:27"),
    ],
)
def test_a_function_that_does_not_exist_is_told_with_its_line(
    modelcheck: Command, mailbox: Path, old: str, new: str, place: str
) -> None:
    edit(mailbox / "spec.toml", old, new)
    outcome = modelcheck("check", mailbox)
    assert outcome.code == 2
    assert outcome.err.startswith(f"modelcheck: {mailbox}/spec.toml:{place}: ")
    assert "there is no function" in outcome.err


def test_a_loop_over_its_bound_is_unknown_and_named(modelcheck: Command, mailbox: Path) -> None:
    edit(mailbox / "mailbox.c", "if (smp_load_acquire(&flag))", "while (xchg(&flag, 1) != 9)")
    edit(mailbox / "mailbox.c", "BUG_ON(READ_ONCE(letter) != 42);", "WRITE_ONCE(letter, 1);")
    edit(mailbox / "mailbox.c", "#include <linux/bug.h>\n", "#include <linux/atomic.h>\n")
    edit(mailbox / "mailbox.c", "#include <linux/compiler.h>", "#include <linux/bug.h>")
    outcome = modelcheck("check", mailbox, "--variant", "base", "--model", "sc")
    assert outcome.code == 3
    assert "mailbox.c:23" in outcome.out


def test_a_time_limit_is_unknown_with_its_reason(modelcheck: Command, mailbox: Path) -> None:
    outcome = modelcheck("check", mailbox, "--variant", "base", "--timeout", "0.000001")
    assert outcome.code == 3
    assert "deliver, base, sc, tso, lkmm: UNKNOWN (expected PASS): the time limit was reached" in outcome.out


PROGRAM = """
#include <pthread.h>
#include <stdatomic.h>
#include <assert.h>

static atomic_int x, y;
static int a, b;

static void *left(void *unused)
{
	atomic_store_explicit(&x, 1, memory_order_relaxed);
	a = atomic_load_explicit(&y, memory_order_relaxed);
	return 0;
}

static void *right(void *unused)
{
	atomic_store_explicit(&y, 1, memory_order_relaxed);
	b = atomic_load_explicit(&x, memory_order_relaxed);
	return 0;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&one, 0, left, 0);
	pthread_create(&two, 0, right, 0);
	pthread_join(one, 0);
	pthread_join(two, 0);
	assert(a || b);
	return 0;
}
"""


def test_a_program_with_a_main_needs_no_manifest(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "buffering.c").write_text(PROGRAM)
    outcome = modelcheck("check", "buffering.c", "--format", "json")
    document = json.loads(outcome.out)
    assert document["spec"] == "buffering"
    # Store buffering: only sequential consistency forbids that both loads miss both stores.
    assert {row["model"]: row["verdict"] for row in document["results"]} == {
        "sc": "PASS",
        "tso": "FAIL",
        "lkmm": "FAIL",
    }
    assert {row["source"] for row in document["results"]} == {None, "buffering.c:31"}
    assert outcome.code == 1


def test_a_program_without_a_main_is_told(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "part.c").write_text("int x;\n")
    outcome = modelcheck("check", "part.c")
    assert outcome.code == 2
    assert outcome.err.startswith("modelcheck: part.c: ")
    assert "main" in outcome.err
