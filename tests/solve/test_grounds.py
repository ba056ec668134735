"""Values that nothing but themselves justifies are not looked at; what another branch could write as well is."""

from __future__ import annotations

import pytest

from tests.solve.checking import verdict

COPIES = """
static int x, y, done;
void t0(void) { int r = x; y = r; }
void t1(void) { int r = y; x = r; }
void t2(void) { if (__mc_choose(2)) x = 1; else done = 1; }
void final(void) { assert(!(done && y)); }
"""
"""Either t2 writes 1, or nobody does."""

SUMS = """
static int x, y, done;
void t0(void) { int r = x; y = r + 1; }
void t1(void) { int r = y; x = r - 1; }
void t2(void) { if (__mc_choose(2)) x = 1; else done = 1; }
void final(void) { assert(!(done && y == 2)); }
"""

POINTERS = """
static int x, y;
static int *p = &x, *q = &x, done;
void t0(void) { int *r = p; *r = 1; q = r; }
void t1(void) { int *r = q; p = r; }
void t2(void) { if (__mc_choose(2)) p = &y; else done = 1; }
void final(void) { assert(!(done && y)); }
"""

TARGETS = """
static int *p, *q, a, b, done;
static int **cell = &p;
void init(void) { p = &a; q = &a; }
void t0(void) { int **r = cell; *r = &b; }
void t1(void) { int *r = q; if (r == &b) cell = &q; }
void t2(void) { if (__mc_choose(2)) cell = &q; else done = 1; }
void final(void) { assert(!(done && q == &b)); }
"""
"""Where t0 writes decides whether t1 reads it, but only a branch says where: it may be seen."""

BRANCH = """
static int x, y, got;
void t0(void) { int r = x; if (r) y = 1; else y = 1; got = r; }
void t1(void) { int r = y; x = r; }
void final(void) { assert(!got); }
"""
"""A compiler may write 1 to y before it reads x."""

BUFFERED = """
static int x, y, got;
void t0(void) { int r = READ_ONCE(x); WRITE_ONCE(y, 1); got = r; }
void t1(void) { int r = READ_ONCE(y); WRITE_ONCE(x, r); }
void final(void) { assert(!got); }
"""
"""Load buffering with one dependency: LKMM allows it."""


@pytest.mark.parametrize("text", [COPIES, SUMS, POINTERS])
@pytest.mark.parametrize("name", ["sc", "lkmm"])
def test_values_out_of_thin_air_are_not_looked_at(text: str, name: str) -> None:
    assert verdict(text, name) == "PASS"


@pytest.mark.parametrize("text", [BRANCH, BUFFERED, TARGETS])
def test_what_does_not_hand_a_value_on_is_no_ground(text: str) -> None:
    assert verdict(text, "sc") == "PASS"
    assert verdict(text, "lkmm") == "assertion"
