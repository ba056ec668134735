"""An entry that is on a wait queue is taken off before its scope is left, however it was made: both engines say so."""

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
#include <linux/wait.h>
#include <linux/sched.h>
#include <pthread.h>
static DECLARE_WAIT_QUEUE_HEAD(q);
static int ready;
struct waiter { int tag; struct { wait_queue_entry_t entry; } in; };
static void left(int early)
{
"""
END = """
}
static void *f(void *a) { left(1); return a; }
int main(void)
{
	pthread_t t;

	pthread_create(&t, 0, f, 0);
	WRITE_ONCE(ready, 1);
	wake_up(&q);
	pthread_join(t, 0);
	return 0;
}
"""
WAIT = (
    "for (;;) { prepare_to_wait(&q, W, TASK_UNINTERRUPTIBLE); if (READ_ONCE(ready)) break; schedule(); }"
    "finish_wait(&q, W);"
)
LEFT = (
    "prepare_to_wait(&q, W, TASK_UNINTERRUPTIBLE); if (!READ_ONCE(ready)) schedule();__set_current_state(TASK_RUNNING);"
)
ADD, REMOVE = "add_wait_queue(&q, W);", "remove_wait_queue(&q, W);"
MADE = {
    "DEFINE_WAIT()": ("DEFINE_WAIT(wait);", "&wait"),
    "init_wait()": ("wait_queue_entry_t wait; init_wait(&wait);", "&wait"),
    "init_wait() of the old type": ("wait_queue_t wait; init_wait(&wait);", "&wait"),
    "init_waitqueue_entry()": ("wait_queue_entry_t wait; init_waitqueue_entry(&wait, current);", "&wait"),
    "DECLARE_WAITQUEUE()": ("DECLARE_WAITQUEUE(wait, current);", "&wait"),
    "in a structure": ("struct waiter w; init_wait(&w.in.entry);", "&w.in.entry"),
    "in an array": ("wait_queue_entry_t wait[2]; init_wait(&wait[1]);", "(wait + 1)"),
}
RIGHT = {
    "taken off when it has waited": WAIT,
    "taken off": ADD + REMOVE,
    "never on": "",
    "taken off before it is left early": f"if (early) {{ {ADD} {REMOVE} return; }} {ADD} {REMOVE}",
    "on it twice": WAIT + WAIT,
}
WRONG = {
    "left on it": LEFT,
    "left on it at once": ADD,
    "left early": f"{ADD} if (early) return; {REMOVE}",
    "left in a round of a loop": "REMADE",
    "added again": ADD + REMOVE + ADD,
}


def said(path: Path, body: str) -> set[tuple[str, str | None]]:
    path.write_text(START + body + END)
    program = parse_program([path])
    first, second = explore(program, "sc", ASKED), check(program, load_model("lkmm"), ASKED)
    return {(first.verdict, first.finding.property if first.finding else None), (second.verdict, second.property)}


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", RIGHT)
def test_taken_off_it_may_end(tmp_path: Path, made: str, name: str) -> None:
    declared, entry = MADE[made]
    assert said(tmp_path / "p.c", declared + RIGHT[name].replace("W)", f"{entry})").replace("W,", f"{entry},")) == {
        ("PASS", None)
    }


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", WRONG)
def test_left_on_its_queue_it_may_not(tmp_path: Path, made: str, name: str) -> None:
    declared, entry = MADE[made]
    body = declared + WRONG[name]
    if WRONG[name] == "REMADE":
        body = f"for (int i = 0; i < 2; i++) {{ {declared} if (i) {{ {ADD} }} }}"
    assert said(tmp_path / "p.c", body.replace("W)", f"{entry})").replace("W,", f"{entry},")) == {
        ("FAIL", "use-after-scope")
    }


@pytest.mark.parametrize(
    "body",
    [
        "wait_queue_entry_t wait;",
        "wait_queue_entry_t wait; if (!early) { init_wait(&wait); add_wait_queue(&q, &wait);"
        " remove_wait_queue(&q, &wait); }",
        "if (early) goto out; { wait_queue_entry_t wait; init_wait(&wait); out: ; }",
        "int n = 0; again:; wait_queue_entry_t wait; if (!early) init_wait(&wait); if (n++ < 2) goto again;",
    ],
)
def test_one_that_was_never_made_is_on_none(tmp_path: Path, body: str) -> None:
    assert said(tmp_path / "p.c", body) == {("PASS", None)}
