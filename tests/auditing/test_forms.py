"""Repairs are found wherever a person can put them, in the kernel's own forms, those that ask for least first."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelcheck

HEAD = """#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <pthread.h>
static int value, ready, slot[4];
static atomic_t count;
static unsigned long bits;
"""
MAIN = """
static void *one(void *unused)
{
	writer(0);
	return unused;
}
static void *two(void *unused)
{
	reader();
	return unused;
}
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


def repaired(tmp_path: Path, writer: str, reader: str) -> list[tuple[str, ...]]:
    file = tmp_path / "a.c"
    text = f"static void writer(unsigned int i)\n{{\n{writer}\n}}\nstatic void reader(void)\n{{\n{reader}\n}}\n"
    file.write_text(HEAD + text + MAIN)
    report = modelcheck.audit(file, models=["lkmm"], kinds=["barrier"], files=["*.c"], repair=True)
    (found,) = report.repairs
    return [repair.changes for repair in found.repairs]


@pytest.mark.parametrize(
    ("writer", "reader", "first"),
    [
        (
            "\tWRITE_ONCE(value, 42); // the letter\n\tWRITE_ONCE(ready, 1);",
            "\tif (READ_ONCE(ready)) { // there\n\t\tBUG_ON(READ_ONCE(value) != 42);\n\t}",
            ("put smp_wmb() before 'WRITE_ONCE(ready, 1);'", "put smp_rmb() before 'BUG_ON"),
        ),
        (
            "\tWRITE_ONCE(value, 42);\n\tsmp_wmb();\n\tWRITE_ONCE(ready, 1);",
            "\tif (READ_ONCE(ready)) {\n#ifdef NEVER\n\t\tready = 2;\n#endif\n\t\tBUG_ON(READ_ONCE(value) != 42);\n\t}",
            ("put smp_rmb() before 'BUG_ON",),
        ),
        (
            "\tWRITE_ONCE(value, 42);\n\tsmp_wmb();\n\tWRITE_ONCE(ready, 1);",
            "\tif (READ_ONCE(ready)) {\n\t\t/*\n\t\t * The letter\n\t\t */\n\n\t\tBUG_ON(READ_ONCE(value) != 42);\n\t}",
            ("put smp_rmb() before 'BUG_ON",),
        ),
        (
            "\tWRITE_ONCE(value, 42);\n\tsmp_wmb();\n\tslot[i / 2] = 1;",
            "\tif (smp_load_acquire(&slot[0]))\n\t\tBUG_ON(READ_ONCE(value) != 42);",
            ("make 'slot[i / 2] = 1' a WRITE_ONCE()",),
        ),
        (
            "\tWRITE_ONCE(value, 42);\n\tsmp_wmb();\n\t*(slot + i % 2) = 1;",
            "\tif (smp_load_acquire(&slot[0]))\n\t\tBUG_ON(READ_ONCE(value) != 42);",
            ("make '*(slot + i % 2) = 1' a WRITE_ONCE()",),
        ),
        (
            "\tWRITE_ONCE(value, 42);\n\tsmp_store_release(&slot[(i)], 1);",
            "\tunsigned int i = 0;\n\tif (slot[(i) + 0])\n\t\tBUG_ON(READ_ONCE(value) != 42);",
            ("make 'slot[(i) + 0]' a smp_load_acquire()",),
        ),
        (
            "\tWRITE_ONCE(value, 42);\n\tatomic_set_release(&count, 1);",
            "\tif (atomic_read(&count)) {\n\t\tBUG_ON(READ_ONCE(value) != 42);\n\t}",
            ("make 'atomic_read(&count)' a atomic_read_acquire()",),
        ),
        (
            "\tWRITE_ONCE(value, 42);\n\tatomic_set(&count, 1);",
            "\tif (atomic_read_acquire(&count)) {\n\t\tBUG_ON(READ_ONCE(value) != 42);\n\t}",
            ("make 'atomic_set(&count, 1)' a atomic_set_release()",),
        ),
        (
            "\tif (!test_and_set_bit_lock(0, &bits)) {\n\t\tBUG_ON(READ_ONCE(value));\n\t\tWRITE_ONCE(value, 1);\n"
            "\t\tWRITE_ONCE(value, 0);\n\t\tclear_bit(0, &bits);\n\t}",
            "\twriter(0);",
            ("make 'clear_bit(0, &bits)' a clear_bit_unlock()",),
        ),
    ],
)
def test_the_first_repair_is_what_is_asked_for_least(
    tmp_path: Path, writer: str, reader: str, first: tuple[str, ...]
) -> None:
    found = repaired(tmp_path, writer, reader)
    assert len(found[0]) == len(first), found
    assert all(change.startswith(wanted) for change, wanted in zip(found[0], first, strict=True)), found


def test_no_fence_is_put_before_a_declaration(tmp_path: Path) -> None:
    found = repaired(
        tmp_path,
        "\tWRITE_ONCE(value, 42);\n\tsmp_wmb();\n\tWRITE_ONCE(ready, 1);",
        "\tint there = READ_ONCE(ready);\n\tint seen = READ_ONCE(value);\n\n\tBUG_ON(there && seen != 42);",
    )
    assert found == [("make 'READ_ONCE(ready)' a smp_load_acquire(), a.c:18",)]


def test_two_changes_of_one_line_are_told_apart(tmp_path: Path) -> None:
    found = repaired(
        tmp_path,
        "\tWRITE_ONCE(value, 42);\n\tsmp_wmb();\n\tWRITE_ONCE(ready, 1);",
        "\tif (ready && ready)\n\t\tBUG_ON(READ_ONCE(value) != 42);",
    )
    every = [change for changes in found for change in changes]
    assert len(set(found)) == len(found)
    assert any(change.endswith("a.c:18:6") for change in every), found


def test_what_only_a_failing_scenario_comes_by_is_not_asked(tmp_path: Path) -> None:
    file = tmp_path / "a.c"
    text = (
        "static void writer(unsigned int i)\n{\n\tvalue = 42;\n\tsmp_wmb();\n\tWRITE_ONCE(ready, 1);\n}\n"
        "static void reader(void)\n{\n\tif (READ_ONCE(ready))\n\t\tBUG_ON(value != 42);\n}\n"
    )
    file.write_text(HEAD + text + MAIN)
    report = modelcheck.audit(file, models=["lkmm"], kinds=["barrier"], files=["*.c"])
    assert [judgement.verdict for judgement in report.audits[0].judgements] == ["not asked"]
