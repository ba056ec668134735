# ruff: noqa: E501 (C programs)
"""Storage that each thread or each round has of its own: thread-local variables, and arrays of variable length."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from tests.agreement.engines import verdicts

MAIN = "int main(void) { pthread_t a, b; v = 5; pthread_create(&a, 0, t, 0); pthread_create(&b, 0, t, 0); pthread_join(a, 0); pthread_join(b, 0); %s return 0; }"
LOCAL = "#include <pthread.h>\n#include <assert.h>\n_Thread_local int v; static __thread struct { int a, b[2]; } w = { 7, { 1, 2 } }; static int *shared; static int n;\n"


@pytest.mark.parametrize(
    ("thread", "last", "expected"),
    [
        ("assert(v == 0 && w.a == 7 && w.b[1] == 2); v = 1; w.a = 8; w.b[1]++; assert(v == 1 && w.b[1] == 3);", "assert(v == 5 && w.a == 7);", "PASS"),
        ("v++;", "assert(v == 7);", "FAIL"),
        ("static __thread int k = 3; k++; n += k;", "assert(n == 4 || n == 8);", "PASS"),
        ("if (p) return p; __atomic_store_n(&shared, &v, 5);", "assert(shared != &v);", "PASS"),
    ],
)  # fmt: skip
def test_each_thread_has_thread_local_variables_of_its_own(
    thread: str, last: str, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "program.c"
    path.write_text(f"{LOCAL}static void *t(void *p) {{ {thread} return 0; }} {MAIN % last}")
    assert verdicts(parse_program([path]), "sc") == (expected, expected)


ROUNDS = """
static int f(int n) {
    int s = 0;
    for (int i = 1; i <= n; i++) {
        int a[i + 1]; a[i] = i; a[0] = 1; s += a[i] + sizeof(a) / sizeof(a[0]);
        if (i == 3) continue;
        if (i == 4) return s;
    }
    return s;
}
static int calls;
static int one_more(void) { return ++calls + 1; }
static int *kept(int n) { int a[n]; int *p = a; a[0] = 1; return p; }
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("__mc_assert(f(2) == 8 && f(9) == 24, \"assertion\", \"sums\");", "PASS"),
        ("int n = 3; struct { int a, b; } p[n]; p[2].b = 4; int *q = (int *)p; __mc_assert(q[5] == 4 && sizeof(p) == 24, \"assertion\", \"value\");", "PASS"),
        ("int n = 3; char t[n]; t[n] = 1;", "FAIL"),
        ("int n = 0; char t[n]; (void)t;", "FAIL"),
        ("*kept(2) = 3;", "FAIL"),
        ("int v[one_more()][3]; v[1][2] = 7; int *p = (int *)v; __mc_assert(p[5] == 7 && sizeof(v) == 24 && calls == 1, \"assertion\", \"value\");", "PASS"),
        ("int v[one_more()][3]; v[2][0] = 7;", "FAIL"),
        ("int (*v[one_more()])[5]; __mc_assert(sizeof(v) == 16 && calls == 1, \"assertion\", \"value\");", "PASS"),
        ("int (*v[one_more()])[one_more()]; (void)v;", "UNKNOWN"),
        ("int v[one_more()] = {}; __mc_assert(!v[1], \"assertion\", \"value\");", "PASS"),
        ("int v[one_more()] = {}; __mc_assert(v[1], \"assertion\", \"value\");", "FAIL"),
        ("int n = 2; char t[n]; if (t[1]) return;", "FAIL"),
    ],
)  # fmt: skip
def test_an_array_of_variable_length_lives_as_long_as_its_scope(body: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "program.c"
    path.write_text(
        f"#include <pthread.h>\n{ROUNDS} static void g(void) {{ {body} }} static void *t(void *p) {{ g(); return 0; }} int main(void) {{ pthread_t a; pthread_create(&a, 0, t, 0); pthread_join(a, 0); return 0; }}"
    )
    assert verdicts(parse_program([path]), "sc") == (expected, expected)
