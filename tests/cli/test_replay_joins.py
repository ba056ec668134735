"""``modelcheck replay`` of what goes wrong where threads are joined or have ended, on the code that it is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command

HEADER = """
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_key_t key;
static pthread_t one, other, both[2];
static int turn;
static _Thread_local int own;
static int *_Atomic told;

static void *three(void *argument) { return (void *)3; }
static void *joins(void *argument) { pthread_join(one, 0); return 0; }
static void checks(void) { assert(turn == 0); }
static void *keeps(void *argument) { pthread_setspecific(key, malloc(4)); turn = 1; return 0; }
static void *tells(void *argument) { told = &own; return 0; }

int main(void)
{
	void *result;
"""

FAILING = {
    "a thread that two join": (
        "undefined",
        "pthread_create(&one, 0, three, 0); pthread_create(&other, 0, joins, 0);"
        "pthread_join(one, 0); pthread_join(other, 0);",
    ),
    "a thread that is joined and detached": (
        "undefined",
        "pthread_create(&one, 0, three, 0); pthread_join(one, 0); pthread_detach(one);",
    ),
    "threads joined by numbers out of memory": (
        "assertion",
        "for (int i = 0; i < 2; i++) pthread_create(&both[i], 0, three, 0);"
        "pthread_join(both[turn & 1], &result); turn++; pthread_join(both[turn & 1], &result); assert(!result);",
    ),
    "what runs when the process ends with its last thread": (
        "assertion",
        "pthread_key_create(&key, free); atexit(checks); pthread_create(&one, 0, keeps, 0); pthread_exit(0);",
    ),
    "a thread-local variable of a thread that has ended": (
        "use-after-scope",
        "pthread_create(&one, 0, tells, 0); while (!told) ; *told = 1; pthread_join(one, 0);",
    ),
}


@pytest.mark.parametrize("engine", ["z3", "interleave"])
@pytest.mark.parametrize("name", FAILING)
def test_it_reproduces(modelcheck: Command, tmp_path: Path, name: str, engine: str) -> None:
    which, body = FAILING[name]
    (tmp_path / "p.c").write_text(f"{HEADER}\t{body}\n\treturn 0;\n}}\n")
    models = ("sc", "tso", "lkmm") if engine == "z3" else ("sc", "tso")
    given = [word for model in models for word in ("--model", model)]
    checked = modelcheck("check", "p.c", *given, "--engine", engine, "-j", "0")
    assert checked.out.count(f"FAIL:{which}") == len(models)
    for model in models:
        assert modelcheck("replay", f"traces/p/main--base--{model}.json").code == 0
