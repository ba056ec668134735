"""Locks counted: least and most over all executions. The numbers are counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import ALL, Limits, explore
from modelcheck.interleave.locks import EVERY, LockCount, count_locks
from modelcheck.program.ir import Program

HEAD = """
#include <assert.h>
#include <pthread.h>
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/spinlock.h>
static spinlock_t lock, other;
static struct mutex mutexes[2];
static atomic_t waited;
"""

MAIN = """
int main(void)
{
	pthread_t thread[NR];
	spin_lock(&other);
	spin_unlock(&other);
	for (int i = 0; i < NR; i++)
		pthread_create(&thread[i], 0, work, (void *)(long)i);
	for (int i = 0; i < NR; i++)
		pthread_join(thread[i], 0);
	END;
	return 0;
}
"""


def program(folder: Path, threads: int, work: str, end: str = "") -> Program:
    """``threads`` threads that each run ``work`` with ``i`` as their number; main looks at ``end`` after them."""
    text = (
        f"{HEAD}\nstatic void *work(void *arg)\n{{\n\tlong i = (long)arg;\n\t(void)i;\n{work}\n\treturn 0;\n}}\n{MAIN}"
    )
    file = folder / "program.c"
    file.write_text(text.replace("NR", str(threads)).replace("END", end))
    return parse_program([file])


def rows(count: LockCount) -> dict[str, tuple[str, str, str]]:
    assert count.exploration.verdict == "PASS"
    return {use.lock: (str(use.taken), str(use.waited), str(use.refused)) for use in count.uses}


@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_n_threads_take_a_lock_once_and_all_but_one_may_have_to_wait(tmp_path: Path, threads: int) -> None:
    found = rows(count_locks(program(tmp_path, threads, "spin_lock(&lock); spin_unlock(&lock);"), ALL))
    waited = "0" if threads == 1 else f"0..{threads - 1}"
    assert found == {"lock": (str(threads), waited, "0")}


def test_of_two_threads_twice_each_all_but_the_first_may_wait(tmp_path: Path) -> None:
    # Thread 1 has it; 2 waits; 1 unlocks, 2 takes it; 1 finds it taken; 2 unlocks, 1 takes it; 2 finds it taken.
    work = "for (int n = 0; n < 2; n++) { spin_lock(&lock); spin_unlock(&lock); }"
    assert rows(count_locks(program(tmp_path, 2, work), ALL)) == {"lock": ("4", "0..3", "0")}


def test_the_most_is_what_a_program_that_counts_for_itself_can_reach(tmp_path: Path) -> None:
    work = "spin_lock(&lock); spin_unlock(&lock); if (i) { spin_lock(&lock); spin_unlock(&lock); }"
    itself = work.replace("spin_lock(&lock)", "if (!spin_trylock(&lock)) { atomic_inc(&waited); spin_lock(&lock); }")
    most = count_locks(program(tmp_path, 3, work), ALL).uses[0].waited.most
    assert most is not None
    for bound, verdict in ((most, "PASS"), (most - 1, "FAIL")):
        asked = program(tmp_path, 3, itself, f"assert(atomic_read(&waited) <= {bound})")
        assert explore(asked, "sc").verdict == verdict


def test_a_trylock_is_taken_or_refused_and_never_waits(tmp_path: Path) -> None:
    found = rows(count_locks(program(tmp_path, 2, "if (mutex_trylock(mutexes)) mutex_unlock(mutexes);"), ALL))
    assert found == {"mutexes[0]": ("1..2", "0", "0..1")}


def test_a_loop_of_tries_may_be_refused_any_number_of_times(tmp_path: Path) -> None:
    found = rows(count_locks(program(tmp_path, 2, "while (!spin_trylock(&lock)) ; spin_unlock(&lock);"), ALL))
    assert found == {"lock": ("2", "0", "0..any number")}


def test_locks_that_differ_in_an_index_are_told_together_too(tmp_path: Path) -> None:
    found = rows(count_locks(program(tmp_path, 2, "mutex_lock(&mutexes[i]); mutex_unlock(&mutexes[i]);"), ALL))
    assert found == {
        "mutexes[0]": ("1", "0", "0"),
        "mutexes[1]": ("1", "0", "0"),
        "mutexes[*]": ("2", "0", "0"),
        EVERY: ("2", "0", "0"),
    }


def test_the_page_lock_is_a_bit_beside_others(tmp_path: Path) -> None:
    work = "SetPageDirty(mem_map); lock_page(mem_map); unlock_page(mem_map);"
    assert rows(count_locks(program(tmp_path, 2, work), ALL)) == {"mem_map[0].flags bit 0": ("2", "0..1", "0")}


def test_what_is_no_lock_is_not_counted(tmp_path: Path) -> None:
    # A reference unless it is 0, a page from the allocator, a bit test, a semaphore's kind of counting down.
    work = """
	struct page *page = alloc_page(0);
	if (page) { get_page_unless_zero(page); put_page(page); __free_page(page); }
	test_and_set_bit(3, &mem_map[1].flags);
	clear_bit(3, &mem_map[1].flags);
	atomic_add_unless(&waited, 1, 7);
"""
    assert rows(count_locks(program(tmp_path, 1, work), ALL)) == {}


def test_what_fails_is_not_counted(tmp_path: Path) -> None:
    count = count_locks(program(tmp_path, 2, "spin_lock(&lock);"), ALL)
    assert (count.exploration.verdict, count.uses) == ("FAIL", ())


def test_what_is_given_up_is_not_counted(tmp_path: Path) -> None:
    work = "for (int n = 0; n < 3; n++) { spin_lock(&lock); spin_unlock(&lock); }"
    count = count_locks(program(tmp_path, 3, work), ALL, Limits(states=5))
    assert (count.exploration.verdict, count.uses) == ("UNKNOWN", ())
