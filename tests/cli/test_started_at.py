"""What goes wrong in a thread of our own headers: told at the user's line that started it, and in his words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

HEADER = """
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>

struct thing {
	int number;
	struct rcu_head rcu;
	struct work_struct work;
	struct delayed_work late;
};
static struct thing *thing;
static struct workqueue_struct *queue;
DEFINE_STATIC_SRCU(domain);

static void done(struct rcu_head *head) { }
static void run(struct work_struct *work) { }
"""

MAIN = """
int main(void)
{
	queue = alloc_workqueue("queue", 0, 0);
	thing = kzalloc(sizeof(*thing), GFP_KERNEL);
	INIT_WORK(&thing->work, run);
	INIT_DELAYED_WORK(&thing->late, run);
	START
	FREE
	return 0;
}
"""

STARTS = {
    "queue_work": ("queue_work(queue, &thing->work);", "thing.work"),
    "schedule_work": ("schedule_work(&thing->work);", "thing.work"),
    "queue_delayed_work": ("queue_delayed_work(queue, &thing->late, 10);", "thing.late.work"),
    "call_rcu": ("call_rcu(&thing->rcu, done);", "thing.rcu"),
    "call_srcu": ("call_srcu(&domain, &thing->rcu, done);", "thing.rcu"),
}


def rows(modelcheck: Command, *arguments: str) -> list[dict[str, str]]:
    """The rows of the JSON output of ``check``, in this process."""
    given = modelcheck("check", "program.c", "-j", "0", "--format", "json", *arguments)
    found: list[dict[str, str]] = json.loads(given.out)["results"]
    return found


def written(folder: Path, start: str, free: str = "kfree(thing);") -> tuple[Path, int]:
    """The program, and the line at which it starts what goes wrong."""
    lines = (HEADER + MAIN).replace("START", start).replace("FREE", free)
    path = folder / "program.c"
    path.write_text(lines)
    return path, lines.split("\n").index(f"\t{start}") + 1


@pytest.mark.parametrize("engine", ["z3", "interleave"])
@pytest.mark.parametrize("called", STARTS)
def test_a_failure_inside_our_machinery_is_told_at_the_call_that_started_it(
    modelcheck: Command, tmp_path: Path, called: str, engine: str
) -> None:
    start, name = STARTS[called]
    _, line = written(tmp_path, start)
    (row,) = rows(modelcheck, "--model", "sc", "--engine", engine)
    assert row["property"] == "use-after-free"
    assert row["source"] == f"program.c:{line}"
    assert row["inside"].partition(",")[2].startswith(" <linux/")
    assert "__" not in row["message"]
    assert f".{name.partition('.')[2]}" in row["message"]

    told = modelcheck("show", row["trace"]).out
    assert f"use-after-free at program.c:{line} main: {start}" in told
    assert "program.c" in next(each for each in told.splitlines() if start in each)

    again = modelcheck("replay", row["trace"]).out
    assert f"at program.c:{line} (in {row['inside']})" in again

    assert modelcheck("minimise", row["trace"], "-o", "smaller.json").code == 0
    assert f"use-after-free at program.c:{line} main: {start}" in modelcheck("show", "smaller.json").out

    assert f"it fails: use-after-free at program.c:{line} (in " in modelcheck("locks", "program.c").out


def test_the_same_with_the_end_awaited_passes(modelcheck: Command, tmp_path: Path) -> None:
    written(tmp_path, "schedule_work(&thing->work);", "flush_scheduled_work(); kfree(thing); destroy_workqueue(queue);")
    assert {row["verdict"] for row in rows(modelcheck)} == {"PASS"}


def test_what_fails_in_the_users_function_is_told_there(modelcheck: Command, tmp_path: Path) -> None:
    path, _ = written(tmp_path, "schedule_work(&thing->work);", "")
    body = "static void run(struct work_struct *work) { BUG_ON(!thing->number); }"
    path.write_text(path.read_text().replace("static void run(struct work_struct *work) { }", body))
    line = path.read_text().split("\n").index(body) + 1
    (row,) = rows(modelcheck, "--model", "sc")
    assert (row["property"], row["source"], row["inside"]) == ("assertion", f"program.c:{line}", "")
    assert "work run() " in modelcheck("show", row["trace"]).out


def test_work_that_work_has_queued_is_told_at_the_innermost_call(modelcheck: Command, tmp_path: Path) -> None:
    path, _ = written(tmp_path, "schedule_work(&thing->work);", "")
    body = "static void run(struct work_struct *work) { schedule_delayed_work(&thing->late, 1); kfree(thing); }"
    text = path.read_text().replace("static void run(struct work_struct *work) { }", body)
    text = text.replace("INIT_DELAYED_WORK(&thing->late, run)", "INIT_DELAYED_WORK(&thing->late, after)")
    path.write_text(text.replace(body, f"static void after(struct work_struct *work) {{ }}\n{body}"))
    line = path.read_text().split("\n").index(body) + 1
    (row,) = rows(modelcheck, "--model", "sc")
    assert (row["property"], row["source"]) == ("use-after-free", f"program.c:{line}")
    assert ".late.work" in row["message"]
