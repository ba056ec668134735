"""Scenarios whose threads have nothing to do with one another are pointed out, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

C = """
#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
int x, y, z, never;
int two[2];
int *shared;
DEFINE_SPINLOCK(lock);
void make(void) { shared = kzalloc(sizeof(int), GFP_KERNEL); }
void writes_x(void) { WRITE_ONCE(x, 1); }
void writes_y(void) { WRITE_ONCE(y, 1); }
void copies_x_to_y(void) { WRITE_ONCE(y, READ_ONCE(x)); }
void reads_z(void) { READ_ONCE(z); }
void nothing(void) { }
void locks(void) { spin_lock(&lock); spin_unlock(&lock); }
void writes_x_if(void) { if (READ_ONCE(never)) WRITE_ONCE(x, 1); }
void writes_first(void) { two[READ_ONCE(never)] = 1; }
void writes_second(void) { two[1] = 1; }
void frees(void) { kfree(shared); }
void reads_shared(void) { READ_ONCE(*shared); }
void writes_x_if_y(void) { if (READ_ONCE(y)) WRITE_ONCE(x, 1); }
void in_a_section(void) { rcu_read_lock(); rcu_read_unlock(); }
void waits_for_sections(void) { synchronize_rcu(); }
void *helps(void *unused) { WRITE_ONCE(x, 1); return 0; }
void has_help(void) { __mc_spawn(helps, 0); }
"""
ALL = "its threads never touch each other"
WHY = ": no memory location that both access and one writes, and no lock in common"

SCENARIOS: dict[str, tuple[list[str], str | None]] = {
    "two-cells": (["writes_x", "writes_y"], ALL),
    "same-cell": (["writes_x", "writes_x"], None),
    "both-read": (["reads_z", "reads_z"], ALL),
    "one-does-nothing": (["nothing", "writes_x"], ALL),
    "a-lock": (["locks", "locks"], None),
    "a-branch-never-taken": (["writes_x", "writes_x_if"], ALL),
    "a-branch-sometimes-taken": (["writes_x_if_y", "copies_x_to_y"], None),
    "two-elements": (["writes_first", "writes_second"], ALL),
    "free-and-read": (["frees", "reads_shared"], None),
    "one-of-three": (["writes_x", "copies_x_to_y", "reads_z"], "'reads_z' never touches another thread"),
    "two-of-four": (["writes_x", "writes_x", "reads_z", "nothing"], "'reads_z', 'nothing' never touch another thread"),
    "by-another": (["writes_x", "copies_x_to_y", "writes_y"], None),
    "by-its-own-thread": (["has_help", "copies_x_to_y"], None),
    "a-grace-period": (["in_a_section", "waits_for_sections"], None),
    "two-sections": (["in_a_section", "in_a_section"], ALL),
    "alone": (["writes_x"], None),
}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a.c").write_text(C)
    text = 'sources = ["a.c"]\nmodels = ["sc", "tso"]\nproperties = ["deadlock"]\n'
    for name, (threads, _) in SCENARIOS.items():
        text += f'[scenarios.{name}]\ninit = "make"\nthreads = {json.dumps(threads)}\n'
    (folder / "spec.toml").write_text(text)
    return folder


@pytest.mark.parametrize("engine", ["z3", "interleave"])
def test_threads_that_never_touch_are_told_with_the_line_of_their_scenario(
    modelcheck: Command, spec: Path, engine: str
) -> None:
    outcome = modelcheck("check", spec, "--engine", engine, "-j", "0")
    lines = (spec / "spec.toml").read_text().splitlines()
    expected = [
        f"modelcheck: {spec}/spec.toml:{lines.index(f'[scenarios.{name}]') + 1}:12: warning: "
        f"scenario '{name}': {said}{WHY}"
        for name, (_, said) in SCENARIOS.items()
        if said is not None
    ]
    assert outcome.err.splitlines() == expected
    # What the use after free hides is not known.
    unknown = {
        line.split()[0] for line in outcome.out.splitlines() if "UNKNOWN" in line and line.split()[0] in SCENARIOS
    }
    assert (unknown, outcome.code) == ({"free-and-read"}, 3)


def test_json_and_markdown_say_it_too(modelcheck: Command, spec: Path) -> None:
    outcome = modelcheck("check", spec, "--scenario", "two-c*", "--scenario", "one-of*", "--format", "json", "-j", "0")
    assert json.loads(outcome.out)["warnings"] == [
        {
            "scenario": "two-cells",
            "threads": ["writes_x", "writes_y"],
            "message": ALL + WHY,
            "source": f"{spec}/spec.toml:4",
        },
        {
            "scenario": "one-of-three",
            "threads": ["reads_z"],
            "message": SCENARIOS["one-of-three"][1] + WHY if SCENARIOS["one-of-three"][1] else "",
            "source": f"{spec}/spec.toml:31",
        },
    ]
    outcome = modelcheck("check", spec, "--scenario", "*cell*", "--format", "markdown", "-j", "0")
    assert outcome.out.count("Warning: ") == 1
    assert f"\n\nWarning: {ALL}{WHY}.\n\n**same-cell**" in outcome.out


def test_a_variant_in_which_they_touch_is_enough(modelcheck: Command, spec: Path) -> None:
    (spec / "spec.toml").write_text("""
sources = ["a.c"]
models = ["sc"]
[variants.near]
defines = { writes_y = "writes_x" }
[scenarios.s]
threads = ["writes_x", "copies_x_to_z"]
variants = ["*"]
""")
    (spec / "a.c").write_text("""
#include <linux/compiler.h>
int x, y;
void writes_x(void) { WRITE_ONCE(x, 1); }
#ifdef writes_y
void copies_x_to_z(void) { READ_ONCE(x); }
#else
void copies_x_to_z(void) { READ_ONCE(y); }
#endif
""")
    assert modelcheck("check", spec, "-j", "0").err == ""
    assert ALL in modelcheck("check", spec, "-j", "0", "--variant", "base").err


PTHREADS = """
#include <pthread.h>
int x, y;
void *f(void *p) { x = 1; return 0; }
void *g(void *p) { y = 1; return 0; }
int main(void)
{
	pthread_t a, b;
	pthread_create(&a, 0, f, 0);
	%s
	pthread_create(&b, 0, g, 0);
	pthread_join(a, 0);
	pthread_join(b, 0);
	return 0;
}
"""


@pytest.mark.parametrize(("between", "told"), [("", True), ("x = 2; y = 2;", False), ("x = 2;", True)])
def test_threads_of_a_main_are_looked_at_too(modelcheck: Command, tmp_path: Path, between: str, told: bool) -> None:
    """What main does beside a thread counts; what starts and joins them does not."""
    (tmp_path / "m.c").write_text(PTHREADS % between)
    err = modelcheck("check", tmp_path / "m.c", "-j", "0", "--model", "sc", "--property", "assertion").err
    assert ("warning" in err) == told


MORE = """
#include <linux/kthread.h>
int x, y, *null;
union { long whole; int half[2]; } both;
void elsewhere(void);
static int sets_y(void *unused) { y = 1; return 0; }
void starts(void) { kthread_run(sets_y, 0, "k"); }
void one(void) { x = 1; }
void two(void) { x = 2; }
void three(void) { WRITE_ONCE(y, 2); }
void whole(void) { both.whole = 1; }
void half(void) { both.half[1] = 2; }
void fails_first(void) { *null = 1; x = 1; }
void ends_first(void) { elsewhere(); x = 1; }
void loops_first(void) { while (READ_ONCE(y) != 7) ; x = 1; }
"""


@pytest.mark.parametrize("engine", ["z3", "interleave"])
@pytest.mark.parametrize(
    ("threads", "said"),
    [
        # A thread that init starts has a number of its own.
        (["one", "two"], None),
        (["one", "whole"], ALL),
        (["three", "one"], "'one' never touches another thread"),
        (["whole", "half"], None),
        # What lies behind a failure, a refusal or a bound is not seen.
        (["fails_first", "two"], None),
        (["ends_first", "two"], None),
        (["loops_first", "two"], None),
    ],
)
def test_no_thread_is_told_to_be_alone_that_is_not(
    modelcheck: Command, tmp_path: Path, threads: list[str], said: str | None, engine: str
) -> None:
    (tmp_path / "a.c").write_text(MORE)
    lines = [
        'sources = ["a.c"]',
        'models = ["sc"]',
        "[scenarios.s]",
        'init = "starts"',
        f"threads = {json.dumps(threads)}",
    ]
    (tmp_path / "spec.toml").write_text("\n".join(lines) + "\n")
    err = modelcheck("check", tmp_path, "--engine", engine, "-j", "0").err
    assert "warning" not in err if said is None else f"warning: scenario 's': {said}" in err
