"""Threads that end inside their calls: what both engines say of pthread_exit() and its like, and the kernel's model."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES, Program
from modelcheck.solve.check import check
from tests.agreement.engines import model

ASKED = frozenset(PROPERTIES) - {"race"}

HEADER = """
#include <assert.h>
#include <linux/kthread.h>
#include <linux/completion.h>
#include <linux/module.h>
#include <pthread.h>
#include <threads.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int flag, other;
static pthread_mutex_t mutex;

static void leave(long number)
{
	if (number)
		pthread_exit((void *)number);
}
"""

POSIX = """
static void *work(void *argument)
{
	%s
	return (void *)7;
}

int main(void)
{
	pthread_t one;
	void *got;
	long result;

	pthread_create(&one, NULL, work, (void *)2);
	%s
	pthread_join(one, &got);
	result = (long)got;
	%s
	return 0;
}
"""


def program(folder: Path, text: str) -> Program:
    path = folder / "exit.c"
    path.write_text(HEADER + text)
    return parse_program([path])


def said(program: Program, asked: frozenset[str] = ASKED) -> set[str]:
    """What each engine finds under each model: a property, or a verdict."""
    found = set()
    for name in ("sc", "tso"):
        explored = explore(program, name, asked)
        found.add(explored.finding.property if explored.finding else explored.verdict)
        solved = check(program, model(name), asked)
        found.add(solved.property or solved.verdict)
    return found


@pytest.mark.parametrize(
    ("body", "meanwhile", "then", "expected"),
    [
        ("pthread_exit((void *)5);", "", "assert(result == 5);", "PASS"),
        ("leave((long)argument); assert(0);", "", "assert(result == 2);", "PASS"),
        ("leave(0);", "", "assert(result == 7);", "PASS"),
        ("leave(flag);", "flag = 3;", "assert(result == 7);", "assertion"),
        ("leave(flag);", "flag = 3;", "assert(result == 3);", "assertion"),
        ("leave(flag);", "flag = 3;", "assert(result == 3 || result == 7);", "PASS"),
        ("other = 1; leave(flag); other = 2;", "flag = 3;", "assert(other == (result == 7 ? 2 : 1));", "PASS"),
        ("for (;;) leave(flag);", "flag = 3;", "assert(result == 3);", "PASS"),
        ("for (;;) leave(flag);", "", "", "deadlock"),
        ("for (long i = 0;; i++) leave(i);", "", "assert(result == 1);", "PASS"),
        ("for (long i = 0; i < 2; i++) { other++; leave(flag); }", "flag = 3;", "assert(other == 2);", "assertion"),
        ("int *p = malloc(4); leave(1); free(p);", "", "", "leak"),
        ("int *p = malloc(4); *p = 9; pthread_exit(p);", "", "assert(*(int *)got == 9); free(got);", "PASS"),
        ("void (*f)(long) = argument ? leave : 0; f(4);", "", "assert(result == 4);", "PASS"),
    ],
)
def test_a_join_gets_the_value_and_nothing_behind_happens(
    tmp_path: Path, body: str, meanwhile: str, then: str, expected: str
) -> None:
    assert said(program(tmp_path, POSIX % (body, meanwhile, then))) == {expected}


@pytest.mark.parametrize(
    ("meanwhile", "then", "expected"),
    [("pthread_mutex_lock(&mutex);", "", "deadlock"), ("", "assert(!pthread_mutex_trylock(&mutex));", "assertion")],
)
def test_a_lock_that_is_held_at_the_end_stays_held(tmp_path: Path, meanwhile: str, then: str, expected: str) -> None:
    ended = program(tmp_path, POSIX % ("pthread_mutex_lock(&mutex); leave(1);", meanwhile, then))
    assert said(ended, ASKED - {"lock-misuse"}) <= {expected, "UNKNOWN"}
    assert "lock-misuse" in said(ended)


def test_who_calls_exit_has_not_ended_so_nobody_waits_for_ever_and_nothing_leaks(tmp_path: Path) -> None:
    assert said(program(tmp_path, POSIX % ("int *p = malloc(4); exit(0); free(p);", "", ""))) == {"PASS"}
    assert said(program(tmp_path, POSIX % ("while (!flag);", "exit(0);", ""))) == {"PASS"}


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ("other = flag;", "PASS"),
        ("while (!flag);", "PASS"),
        ("while (flag != 2);", "deadlock"),
        ("assert(flag);", "assertion"),
    ],
)
def test_when_main_exits_the_others_go_on(tmp_path: Path, work: str, expected: str) -> None:
    text = """
        static void *work(void *argument) { %s return NULL; }
        int main(void)
        {
            pthread_t one;

            pthread_create(&one, NULL, work, NULL);
            flag = 1;
            leave(1);
            assert(0);
        }
    """
    assert said(program(tmp_path, text % work)) == {expected}


def test_what_main_does_at_rest_is_not_done_when_it_exits_before(tmp_path: Path) -> None:
    text = """
        static void *work(void *argument) { return NULL; }
        int main(void)
        {
            pthread_t one;

            pthread_create(&one, NULL, work, NULL);
            leave(flag == 0);
            pthread_join(one, NULL);
            assert(0);
        }
    """
    assert said(program(tmp_path, text)) == {"PASS"}


def test_a_negative_result_of_a_c11_thread_comes_back_as_it_is(tmp_path: Path) -> None:
    text = """
        static int work(void *argument) { if (argument) thrd_exit(-3); return -4; }
        int main(void)
        {
            thrd_t one, two;
            int first, second;

            thrd_create(&one, work, &flag);
            thrd_create(&two, work, NULL);
            thrd_join(one, &first);
            thrd_join(two, &second);
            assert(first == -3 && second == -4);
            return 0;
        }
    """
    assert said(program(tmp_path, text)) == {"PASS"}


@pytest.mark.parametrize(
    "end",
    ["do_exit(-5);", "kthread_exit(-5);", "complete_and_exit(&done, -5);", "kthread_complete_and_exit(&done, -5);",
     "module_put_and_exit(-5);", "complete_and_exit(NULL, -5);"],
)  # fmt: skip
@pytest.mark.parametrize(("holds", "expected"), [(True, "PASS"), (False, "use-after-free")])
def test_who_stops_a_kernel_thread_gets_its_exit_code(tmp_path: Path, end: str, holds: bool, expected: str) -> None:
    """A thread may have ended by itself: who stops it then needs a reference, so says the kernel of kthread_stop()."""
    text = """
        static DECLARE_COMPLETION(begun);
        static DECLARE_COMPLETION(done);
        static void last(void) { %s }
        static int work(void *data) { complete(&begun); last(); return 0; }
        int main(void)
        {
            struct task_struct *task = kthread_create(work, NULL, "work");

            %s
            wake_up_process(task);
            wait_for_completion(&begun);
            %s
            assert(kthread_stop(task) == -5);
            %s
            return 0;
        }
    """
    waits = "wait_for_completion(&done);" if "&done" in end else ""
    takes, gives = ("get_task_struct(task);", "put_task_struct(task);") if holds else ("", "")
    assert said(program(tmp_path, text % (end, takes, waits, gives))) == {expected}


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        ("if (r == 0) do_exit(0);", "PASS"),
        ("unless(r);", "PASS"),
        ("if (r == 0) last();", "PASS"),
        ("if (r == 0) other_cell++;", "FAIL"),
    ],
)
def test_what_decides_about_the_end_controls_what_comes_behind(tmp_path: Path, leaves: str, expected: str) -> None:
    """Load buffering with control dependencies: forbidden by the kernel's model (memory-barriers.txt)."""
    path = tmp_path / "lb.c"
    path.write_text(
        """
        #include <linux/kernel.h>
        #include <linux/bug.h>
        static int x, y, r0, r1;
        static void last(void) { do_exit(0); }
        static void unless(int r) { if (r == 0) last(); }
        void left(void) { int r = READ_ONCE(x), other_cell = 0; LEAVES WRITE_ONCE(y, 1); r0 = r; }
        void right(void) { int r = READ_ONCE(y), other_cell = 0; LEAVES WRITE_ONCE(x, 1); r1 = r; }
        void final(void) { BUG_ON(r0 && r1); }
        """.replace("LEAVES", leaves)
    )
    threads = (("left", "left"), ("right", "right"))
    found = check(parse_program([path], scenario=ScenarioEntry(None, threads, "final")), model("lkmm"), ASKED)
    assert found.verdict == expected
