"""The digest of a program's behaviour: blind to layout, open-eyed to everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.spec import load_program, program_spec
from modelcheck.program.digest import digest
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll

SOURCE = """
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
atomic_int x; int *p;
static void *one(void *a) { atomic_store_explicit(&x, 1, memory_order_release); p = malloc(4); return a; }
static void *two(void *a) { if (atomic_load_explicit(&x, memory_order_acquire)) assert(p != 0); return a; }
int main(void)
{
    pthread_t t, u;
    pthread_create(&t, 0, one, 0); pthread_create(&u, 0, two, 0);
    pthread_join(t, 0); pthread_join(u, 0);
}
"""


def digested(folder: Path, source: str, bounds: Bounds | None = None) -> str:
    file = folder / "a.c"
    file.write_text(source)
    spec = program_spec(file)
    program = load_program(spec, spec.scenarios["main"], spec.variants["base"])
    return digest(
        (end.choices, unroll(program, end, bounds or Bounds())) if isinstance(end, Initial) else end
        for end in initialise(program)
    )


@pytest.mark.parametrize(
    "same",
    [
        SOURCE.replace("int main", "\n\n/* moved */\nint main"),
        SOURCE.replace("atomic_int x; int *p;", "// x\n\natomic_int x;\nint *p;"),
        SOURCE.replace("{ atomic_store", "{\n   int unused = 3; (void)unused;\n atomic_store"),
        SOURCE.replace("*one(", "*first(").replace(", one,", ", first,").replace("if (", "if (0 != "),
    ],
)
def test_texts_that_do_the_same_have_one_digest(tmp_path: Path, same: str) -> None:
    # The last renames a thread's function; its thread goes by that name, so that it must differ.
    expected = "first" not in same
    assert (digested(tmp_path, same) == digested(tmp_path, SOURCE)) is expected


@pytest.mark.parametrize(
    "other",
    [
        SOURCE.replace("memory_order_release", "memory_order_relaxed"),
        SOURCE.replace("&x, 1", "&x, 2"),
        SOURCE.replace("assert(p != 0)", "assert(p == 0)"),
        SOURCE.replace("p = malloc(4); return a;", "return a;"),
        SOURCE.replace("malloc(4)", "malloc(8)"),
        SOURCE.replace("atomic_store_explicit(&x, 1, memory_order_release); p = malloc(4);", "p = malloc(4); x = 1;"),
        SOURCE.replace("pthread_join(u, 0);", ""),
        SOURCE.replace("atomic_int x;", "atomic_int x = 1;"),
    ],
)
def test_texts_that_do_something_else_have_another(tmp_path: Path, other: str) -> None:
    assert digested(tmp_path, other) != digested(tmp_path, SOURCE)


def test_bounds_that_cut_something_off_count(tmp_path: Path) -> None:
    looping = SOURCE.replace("p = malloc(4);", "for (int i = 0; i < x; i++) x++;")
    assert digested(tmp_path, looping, Bounds(1)) != digested(tmp_path, looping, Bounds(2))
