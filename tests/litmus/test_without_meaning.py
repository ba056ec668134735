"""What has no meaning (an access at address 0, a division by 0) makes a test Unknown where an execution comes to it."""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import observe

TEXT = """C published
{{ int *p = {start}; int x = 1; int z = 0; }}
P0(int **p, int *z) {{ int r0; int *r1; r1 = READ_ONCE(*p); {body} }}
P1(int **p, int *x) {{ {release}(p, x); }}
exists (0:r0=1)
"""

READ = "r0 = READ_ONCE(*r1);"


@pytest.mark.parametrize("count", [True, False])
@pytest.mark.parametrize(
    ("start", "body", "verdict", "reason"),
    [
        ("0", READ, "Unknown", "address 0x0"),
        ("0", f"if (r1) {{ {READ} }}", "Sometimes", ""),
        ("&x", READ, "Always", ""),
        ("0", "WRITE_ONCE(*r1, 2);", "Unknown", "address 0x0"),
        ("&x", "r0 = 4 / READ_ONCE(*z);", "Unknown", "division by zero"),
        ("0", "r0 = READ_ONCE(*z); if (r0) { r0 = READ_ONCE(*r1); }", "Never", ""),
    ],
)
def test_an_execution_that_comes_to_it_leaves_the_test_open(
    count: bool, start: str, body: str, verdict: str, reason: str
) -> None:
    text = TEXT.format(start=start, body=body, release="smp_store_release")
    found = observe(parse_litmus(text, "published.litmus"), load_model("lkmm"), count=count)
    assert found.verdict == verdict
    assert reason in found.reason
    assert bool(found.reason) == bool(reason)


def test_what_the_model_forbids_does_not_count() -> None:
    text = """C ordered
{ int *p = 0; int x = 1; int y = 0; }
P0(int **p, int *x, int *y) { WRITE_ONCE(*p, x); smp_store_release(y, 1); }
P1(int **p, int *y) {
	int r0;
	int *r1;
	if (smp_load_acquire(y)) {
		r1 = READ_ONCE(*p);
		r0 = READ_ONCE(*r1);
	}
}
exists (1:r0=1)
"""
    assert observe(parse_litmus(text, "ordered.litmus"), load_model("lkmm")).verdict == "Sometimes"
    weak = text.replace("smp_load_acquire(y)", "READ_ONCE(*y)")
    assert observe(parse_litmus(weak, "ordered.litmus"), load_model("lkmm")).verdict == "Unknown"
