"""Retry loops of litmus tests, in every spelling: each is a wait that ends, so that the verdict is not Unknown."""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import observe


@pytest.mark.parametrize(
    "loop",
    [
        "while (r0 == 0) { r0 = smp_load_acquire(y); }",
        "while (!r0) r0 = smp_load_acquire(y);",
        "while (r0 != 1) { cpu_relax(); r0 = smp_load_acquire(y); }",
        "do { r0 = smp_load_acquire(y); } while (r0 == 0);",
        "while ((r0 = smp_load_acquire(y)) == 0) cpu_relax();",
        "for (;;) { r0 = smp_load_acquire(y); if (r0) break; }",
        "again: r0 = smp_load_acquire(y); if (!r0) goto again;",
        "while (smp_load_acquire(y) == 0) ; r0 = 1;",
        "while (!r0) { if (smp_load_acquire(y)) r0 = 1; }",
        "while (cmpxchg_acquire(y, 1, 2) != 1) ; r0 = 1;",
        "r0 = cmpxchg(y, 1, 2); while (r0 != 1) { r0 = cmpxchg(y, 1, 2); }",
        "while (!spin_trylock(l)) ; r0 = smp_load_acquire(y); spin_unlock(l);",
    ],
)
def test_a_retry_loop_ends_when_its_condition_holds(loop: str) -> None:
    """Message passing by release and acquire: kernel documentation says Never."""
    text = f"""C t
{{ }}
P0(int *x, int *y) {{ WRITE_ONCE(*x, 1); smp_store_release(y, 1); }}
P1(int *x, int *y, spinlock_t *l)
{{
	int r0;
	{loop}
	int r1 = READ_ONCE(*x);
}}
exists (1:r0=1 /\\ 1:r1=0)
"""
    found = observe(parse_litmus(text, "t.litmus"), load_model("lkmm"), count=False)
    assert (found.verdict, found.reason) == ("Never", "")
