"""A property that is asked for alone does not pass where another failure stops a thread before it is reached."""

from __future__ import annotations

import pytest

from modelcheck.interleave.explore import explore
from modelcheck.solve.check import check
from tests.agreement.asking import EVERYTHING, said
from tests.solve.checking import model, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("void t0(void) { *(volatile int *)0 = 1; assert(0); }", "UNKNOWN"),
        ("void t0(void) { assert(1); *(volatile int *)0 = 1; }", "PASS"),
        ("void t0(void) { x = 1 / READ_ONCE(x); assert(0); }", "UNKNOWN"),
        ("void t0(void) { *READ_ONCE(p) = 1; x = 1; } void t1(void) { assert(READ_ONCE(x) == 0); }", "UNKNOWN"),
        ("void t0(void) { *READ_ONCE(p) = 1; } void t1(void) { assert(READ_ONCE(x) == 0); }", "PASS"),
        ("void t0(void) { kfree(kmalloc(4, GFP_KERNEL)); kfree(&x); } void final(void) { assert(x); }", "UNKNOWN"),
        ("void init(void) { *p = 1; } void t0(void) { assert(0); }", "UNKNOWN"),
        ("void t0(void) { *(volatile int *)0 = 1; } void t1(void) { assert(0); }", "assertion"),
    ],
)
def test_a_failure_that_is_not_asked_for_hides_what_lies_behind(text: str, expected: str) -> None:
    assert said("static int x, *p;" + text, frozenset({"assertion"})) == {expected}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("int n; if (n) x = 1; assert(x);", "assertion"),
        ("int n; if (n) x = 1; assert(x < 2);", "PASS"),
        ("int n; switch (n) { case 1: x = 1; break; case 2: x = 2; } assert(x != 2);", "assertion"),
        ("int n; switch (n) { case 1: x = 1; break; case 2: x = 2; } assert(x < 3);", "PASS"),
        ("int n; while (n) x = 1; assert(x);", "assertion"),
        ("int n; if (READ_ONCE(x)) n = 1; if (n) x = 1; assert(!x);", "assertion"),
        ("int n, v = READ_ONCE(y); if (v) n = 1; if (n) x = 1; if (v) assert(x);", "PASS"),
    ],
)
def test_a_branch_on_what_is_undefined_goes_either_way_where_that_is_not_asked_for(code: str, expected: str) -> None:
    program = parse(f"static int x, y; void t0(void) {{ {code} }} void t1(void) {{ WRITE_ONCE(y, 1); }}")
    for name in ("sc", "lkmm"):
        alone = check(program, model(name), frozenset({"assertion"}))
        assert (alone.property or alone.verdict) == expected
        assert check(program, model(name), EVERYTHING).property == "uninitialised"
    assert explore(program, "sc", frozenset({"assertion"})).verdict == "UNKNOWN"


def test_no_execution_with_a_failure_comes_to_rest() -> None:
    text = "static int x; void t0(void) { x = 1 / READ_ONCE(x); } void t1(void) { kmalloc(4, GFP_KERNEL); }"
    assert said(text, frozenset({"deadlock"})) == {"UNKNOWN"}
    assert said(text.replace("1 / ", ""), frozenset({"deadlock"})) == {"PASS"}


@pytest.mark.parametrize("name", ["lkmm", "rc11"])
def test_a_race_behind_another_failure_does_not_pass(name: str) -> None:
    text = """
    static int x;
    static void *f(void *a) { (*(int *)a)++; return 0; }
    int main(void) { pthread_t t; int n%s; pthread_create(&t, 0, f, &n); n++; pthread_join(t, 0); return 0; }
    """
    alone = check(parse(text % ""), model(name), frozenset({"race"}))
    assert alone.verdict == "UNKNOWN"
    assert "uninitialised, which is not asked for" in alone.reason
    assert check(parse(text % " = 0"), model(name), frozenset({"race"})).property == "race"
