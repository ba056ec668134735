"""Copies of what is written in part are no use of the rest, which is as unwritten in the copy (C11 6.2.6.1p6)."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelcheck
from tests.agreement.asking import said

PROGRAM = """
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
struct s {{ char c; long v; int w; }};
union u {{ char c; int i; long l; short a[4]; }};
struct both {{ union u u; int k; }};
static struct s shared; static union u common; static struct both pair; static union u *heap;
static union u same(union u a) {{ return a; }}
static void *f(void *argument) {{ {body}; return 0; }}
int main(void) {{ pthread_t t; {before}; pthread_create(&t, 0, f, 0); pthread_join(t, 0); free(heap); return 0; }}
"""

NO_USE = {
    "a struct to a local": "struct s a; a.c = 1; struct s b = a; assert(b.c == 1)",
    "a struct to a global": "struct s a; a.w = 1; shared = a; assert(shared.w == 1)",
    "a union to a local": "union u a; a.c = 1; union u b = a; assert(b.c == 1)",
    "a union by way of a global": "union u a; a.i = 1; common = a; union u b = common; assert(b.c == 1)",
    "two members of a union": "union u a; a.a[1] = 1; a.c = 2; common = a; union u b = common;"
    " assert(b.a[1] == 1 && b.c == 2)",
    "a member is written to the copy": "union u a; a.c = 3; common = a; common.a[1] = 1; union u b = common;"
    " assert(b.c == 3 && b.a[1] == 1)",
    "a union in a struct": "struct both a; a.u.c = 4; pair = a; union u b = pair.u; assert(b.c == 4)",
    "a union as argument and result": "union u a; a.i = 7; union u b = same(a); assert(b.i == 7)",
    "a member of what a function gives": "union u a; a.i = 7; assert(same(a).i == 7)",
    "memcpy()": "union u a, b; a.i = 9; memcpy(&b, &a, sizeof b); assert(b.i == 9)",
    "by way of memory that was allocated": "union u *p = malloc(sizeof *p), *q = malloc(sizeof *q); p->c = 3; *q = *p;"
    " common = *q; assert(common.c == 3); free(p); free(q)",
    "what was there before the thread started": "union u b = *heap; common = b; assert(common.i == 5)",
}

A_USE = {
    "of the copy's rest": "union u a; a.c = 1; union u b = a; assert(b.i == 1)",
    "of the rest behind two copies": "union u a; a.i = 1; common = a; union u b = common; assert(b.a[2] == 0)",
    "of an unset member": "struct s a; a.c = 1; shared = a; assert(shared.w == 0)",
    "of the rest of a part that was written": "union u a; a.c = 3; common = a; common.a[1] = 1; assert(common.i)",
    "of the rest of what was there before": "union u b = *heap; common = b; assert(common.l == 5)",
}

BEFORE = "heap = malloc(sizeof *heap); union u start; start.i = 5; *heap = start"


@pytest.mark.parametrize("name", NO_USE)
def test_a_copy_of_what_is_written_in_part_is_no_use_of_the_rest(name: str) -> None:
    assert said(PROGRAM.format(body=NO_USE[name], before=BEFORE)) == {"PASS"}


@pytest.mark.parametrize("name", A_USE)
def test_the_rest_is_as_unwritten_in_the_copy(name: str) -> None:
    assert said(PROGRAM.format(body=A_USE[name], before=BEFORE)) == {"uninitialised"}


@pytest.mark.parametrize("engine", ["z3", "interleave"])
def test_a_trace_keeps_which_bytes_are_written(engine: str, tmp_path: Path) -> None:
    body = "union u a; a.c = 3; common = a; union u b = common; assert(b.c == 4)"
    (tmp_path / "p.c").write_text(PROGRAM.format(body=body, before=""))
    (row,) = modelcheck.check(tmp_path / "p.c", models=["sc"], engine=engine, traces=tmp_path).rows
    assert row.trace is not None
    assert '"0x??????????????03"' in Path(row.trace).read_text()
    assert modelcheck.replay(row.trace).outcome == "reproduces"
