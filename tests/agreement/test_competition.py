# ruff: noqa: E501 (C programs)
"""Programs by SV-COMP's rules: sections, assumptions and errors are what those say, with both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from tests.agreement.engines import verdicts

BEFORE = """
#include <pthread.h>
#include <assert.h>
extern void abort(void);
int x, y;
"""
MAIN = """
int main(void) { pthread_t a, b; pthread_create(&a, 0, %s, 0); pthread_create(&b, 0, %s, 0); pthread_join(a, 0); pthread_join(b, 0); %s return 0; }
"""
ADD = "void *f(void *p) { %s int v = x; x = v + 1; %s return 0; }"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (ADD % ("", "") + MAIN % ("f", "f", "assert(x == 2);"), "FAIL"),
        (ADD % ("__VERIFIER_atomic_begin();", "__VERIFIER_atomic_end();") + MAIN % ("f", "f", "assert(x == 2);"), "PASS"),
        ("void __VERIFIER_atomic_add(void) { if (x) { x = x + 1; return; } x++; } void *f(void *p) { __VERIFIER_atomic_add(); return 0; }" + MAIN % ("f", "f", "assert(x == 2);"), "PASS"),
        # One that fails an assumption in a section has not begun it: nobody sees what it did there.
        ("void *f(void *p) { __VERIFIER_atomic_begin(); x = 1; __VERIFIER_assume(y); x = 0; __VERIFIER_atomic_end(); return 0; } void *g(void *p) { assert(x == 0); return 0; }" + MAIN % ("f", "g", ""), "PASS"),
        ("void *f(void *p) { __VERIFIER_atomic_begin(); x = 1; __VERIFIER_assume(!y); __VERIFIER_atomic_end(); return 0; } void *g(void *p) { assert(x == 0); return 0; }" + MAIN % ("f", "g", ""), "FAIL"),
        # What another thread did before it stays, also where no way fulfils the assumption.
        ("void *f(void *p) { __VERIFIER_atomic_begin(); __VERIFIER_assume(y); __VERIFIER_atomic_end(); return 0; } void *g(void *p) { assert(0); return 0; }" + MAIN % ("f", "g", ""), "FAIL"),
        ("void *f(void *p) { x = 1; __VERIFIER_assume(0); return 0; } void *g(void *p) { assert(x == 0); return 0; }" + MAIN % ("f", "g", ""), "FAIL"),
        ("void lock(void) { __VERIFIER_atomic_begin(); __VERIFIER_assume(y == 0); y = 1; __VERIFIER_atomic_end(); } void *f(void *p) { lock(); int v = x; x = v + 1; __VERIFIER_atomic_begin(); y = 0; __VERIFIER_atomic_end(); return 0; }" + MAIN % ("f", "f", "assert(x == 2);"), "PASS"),
        ("void reach_error(void) { } void *f(void *p) { x = 1; return 0; } void *g(void *p) { if (x) reach_error(); return 0; }" + MAIN % ("f", "g", ""), "FAIL"),
        ("void *f(void *p) { x = 1; return 0; } void *g(void *p) { if (x) __VERIFIER_error(); return 0; }" + MAIN % ("f", "g", ""), "FAIL"),
        # abort() only ends the process there; elsewhere it is a failure.
        ("void reach_error(void); void must(int c) { if (!c) abort(); } void *f(void *p) { must(x); reach_error(); return 0; }" + MAIN % ("f", "f", ""), "PASS"),
        ("void must(int c) { if (!c) abort(); } void *f(void *p) { must(x); return 0; }" + MAIN % ("f", "f", ""), "FAIL"),
    ],
)  # fmt: skip
def test_verdicts_are_those_of_the_rules(code: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "program.c"
    path.write_text(BEFORE + code)
    explored, solved = verdicts(parse_program([path]), "sc")
    assert solved == expected
    # The explorer does not look past a failure beside a section that an assumption may take back.
    assert explored in (expected, "UNKNOWN" if "__VERIFIER_assume" in code else expected)


@pytest.mark.parametrize(
    ("section", "beside", "expected"),
    [
        # What a section does and undoes, nobody sees; what it finds stays so to its end.
        ("x = 1; x = 0;", "assert(x == 0);", "UNKNOWN"),
        ("x = 1; assert(x == 1);", "x = 5;", "UNKNOWN"),
        ("x = 1; y = x;", "x = 5; x = 1;", "PASS"),
        ("x = 0; y = 0;", "assert(x == y);", "PASS"),
        # What it leaves is seen.
        ("x = 1;", "assert(x == 0);", "FAIL"),
        ("y = x;", "x = 5; assert(y == 0);", "FAIL"),
        ("x = 1; y = 1;", "if (y) assert(x == 0);", "FAIL"),
    ],
)
def test_no_failure_rests_on_what_comes_in_between_a_section(
    section: str, beside: str, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "program.c"
    inner = f"__VERIFIER_atomic_begin(); {section} __VERIFIER_atomic_end();"
    threads = f"void *f(void *p) {{ {inner} return 0; }} void *g(void *p) {{ {beside} return 0; }}"
    path.write_text(BEFORE + threads + MAIN % ("f", "g", ""))
    assert verdicts(parse_program([path]), "sc") == (expected, expected)
