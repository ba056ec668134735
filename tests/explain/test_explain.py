"""Why it is safe: what is named is needed, by the engine's own verdict once it is gone; what is not is not named.

What orders is known beforehand for each of these shapes (they are the textbooks').
"""

from __future__ import annotations

import pytest

from modelcheck.explain import Element, Explanation, explain
from tests.solve import checking

MESSAGE = """
static int x, y, w;
void t0(void) {
	WRITE_ONCE(w, 1);
	smp_mb();
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
}
void t1(void) {
	if (READ_ONCE(y)) {
		smp_rmb();
		assert(READ_ONCE(x));
	}
}
"""

BUFFERING = """
static int x, y, r0, r1;
void t0(void) {
	WRITE_ONCE(x, 1);
	smp_mb();
	r0 = READ_ONCE(y);
}
void t1(void) {
	WRITE_ONCE(y, 1);
	smp_mb();
	r1 = READ_ONCE(x);
}
void final(void) { assert(r0 || r1); }
"""

RELEASE = """
static int x, y;
void t0(void) {
	WRITE_ONCE(x, 1);
	smp_store_release(&y, 1);
}
void t1(void) {
	if (smp_load_acquire(&y)) {
		assert(READ_ONCE(x));
	}
}
"""

LOCKED = """
static DEFINE_SPINLOCK(l); static int x;
void t0(void) {
	spin_lock(&l);
	x++;
	spin_unlock(&l);
}
void t1(void) {
	spin_lock(&l);
	x++;
	spin_unlock(&l);
}
void final(void) { assert(x == 2); }
"""

DEPENDENCY = """
static int x = 0, z = 1; static int *p = &z;
void t0(void) {
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(p, &x);
}
void t1(void) {
	int *q = READ_ONCE(p);
	assert(READ_ONCE(*q));
}
"""

ATOMIC = """
static atomic_t n;
void t0(void) { atomic_inc(&n); }
void t1(void) { atomic_inc(&n); }
void final(void) { assert(atomic_read(&n) == 2); }
"""

READ_SIDE = """
static int x, y;
void t0(void) {
	rcu_read_lock();
	int a = READ_ONCE(x);
	int b = READ_ONCE(y);
	rcu_read_unlock();
	assert(!(a && !b));
}
void t1(void) {
	WRITE_ONCE(y, 1);
	synchronize_rcu();
	WRITE_ONCE(x, 1);
}
"""


def explained(text: str, model: str) -> tuple[Explanation, ...]:
    assert checking.verdict(text, model, {"assertion"}) == "PASS"
    return explain(checking.parse(text), checking.model(model), frozenset({"assertion"}), 3, 4)


def elements(text: str, model: str) -> set[Element]:
    return {e for one in explained(text, model) for group in one.groups for e in group.rests_on}


def lines(text: str, found: set[Element]) -> set[str]:
    """The source lines that elements are at."""
    whole = (checking.HEADERS + text).splitlines()
    return {whole[int(place.rpartition(":")[2]) - 1].strip() for element in found for place in element.places}


@pytest.mark.parametrize(
    ("text", "kinds", "at"),
    [
        (MESSAGE, {"barrier"}, {"smp_wmb();", "smp_rmb();"}),
        (BUFFERING, {"barrier"}, {"smp_mb();"}),
        (RELEASE, {"annotation"}, {"smp_store_release(&y, 1);", "if (smp_load_acquire(&y)) {"}),
        (LOCKED, {"lock"}, {"spin_lock(&l);", "spin_unlock(&l);"}),
        (DEPENDENCY, {"barrier", "dependency"}, {"smp_wmb();", "int *q = READ_ONCE(p);", "assert(READ_ONCE(*q));"}),
        (READ_SIDE, {"section"}, {"rcu_read_lock();", "rcu_read_unlock();", "synchronize_rcu();"}),
    ],
    ids=["message", "buffering", "release", "lock", "dependency", "rcu"],
)
def test_what_orders_under_lkmm_is_named_with_its_lines(text: str, kinds: set[str], at: set[str]) -> None:
    found = elements(text, "lkmm")
    assert {element.kind for element in found} == kinds
    assert lines(text, found) <= at
    assert lines(text, found) & at


@pytest.mark.parametrize("text", [MESSAGE, BUFFERING, DEPENDENCY], ids=["message", "buffering", "dependency"])
def test_each_barrier_that_is_named_is_needed_and_the_others_are_not(text: str) -> None:
    named = {
        int(place.rpartition(":")[2]) - len(checking.HEADERS.splitlines()) - 1
        for element in elements(text, "lkmm")
        if element.kind == "barrier"
        for place in element.places
    }
    source = text.splitlines()
    barriers = {
        number for number, line in enumerate(source) if line.strip() in ("smp_mb();", "smp_wmb();", "smp_rmb();")
    }
    assert named <= barriers
    for number in sorted(barriers):
        without = "\n".join([*source[:number], "\t;", *source[number + 1 :]])
        assert (checking.verdict(without, "lkmm", {"assertion"}) == "assertion") == (number in named)


def test_under_sc_program_order_is_what_orders() -> None:
    assert {element.kind for element in elements(MESSAGE, "sc")} == {"program order"}
    assert {element.kind for element in elements(RELEASE, "sc")} == {"program order"}
    assert {element.kind for element in elements(RELEASE, "tso")} == {"program order"}


def test_under_tso_the_full_barriers_are_what_orders_buffered_stores() -> None:
    assert {(element.kind, element.name) for element in elements(BUFFERING, "tso")} == {("barrier", "smp_mb()")}


def test_atomic_operations_are_named_and_what_two_threads_do_needs_no_more() -> None:
    for name in checking.MODELS:
        assert "atomic" in {element.kind for element in elements(ATOMIC, name)}
        assert {element.kind for element in elements(ATOMIC, name)} <= {"atomic", "coherence"}


def test_what_values_alone_exclude_needs_no_memory_ordering() -> None:
    text = """
    static int x;
    void t0(void) { WRITE_ONCE(x, 1); }
    void t1(void) { WRITE_ONCE(x, 2); }
    void t2(void) { int r = READ_ONCE(x); int s = r ^ 3; assert(r + s == 3); }
    """
    (one,) = explained(text, "lkmm")
    assert one.groups == ()
    assert [outcome.property for outcome in one.outcomes] == ["assertion"]


def test_the_smallest_set_comes_first() -> None:
    more = "void t2(void) { int r = READ_ONCE(x); int s = r ^ 3; assert(r + s == 3); }"
    found = explained(MESSAGE + more, "lkmm")
    assert [len(one.groups) for one in found] == [0, 1]
    assert sum(len(group.facts) for one in found for group in one.groups) == 1


def test_the_same_every_time() -> None:
    assert explained(LOCKED, "lkmm") == explained(LOCKED, "lkmm")


def test_a_program_without_anything_to_go_wrong() -> None:
    assert explained("static int x; void t0(void) { WRITE_ONCE(x, 1); } void t1(void) { READ_ONCE(x); }", "sc") == ()


RACING = {
    "lock": LOCKED,
    "release": """
static int x, y;
void t0(void) {
	x = 1;
	smp_store_release(&y, 1);
}
void t1(void) {
	if (smp_load_acquire(&y))
		x = 2;
}
""",
    "barrier": """
static int x, y;
void t0(void) {
	x = 1;
	smp_wmb();
	WRITE_ONCE(y, 1);
}
void t1(void) {
	if (READ_ONCE(y)) {
		smp_rmb();
		int r = x;
	}
}
""",
}


def raceless(text: str) -> tuple[Explanation, ...]:
    assert checking.verdict(text, "lkmm", {"race"}) == "PASS"
    return explain(checking.parse(text), checking.model("lkmm"), frozenset({"race"}), 3, 4)


@pytest.mark.parametrize(
    ("shape", "at", "without"),
    [
        (
            "lock",
            {"spin_lock(&l);", "spin_unlock(&l);"},
            [("\tspin_lock(&l);\n\tx++;\n\tspin_unlock(&l);\n", "\tx++;\n")],
        ),
        (
            "release",
            {"smp_store_release(&y, 1);", "if (smp_load_acquire(&y))"},
            [("smp_store_release(&y, 1)", "WRITE_ONCE(y, 1)"), ("smp_load_acquire(&y)", "READ_ONCE(y)")],
        ),
        ("barrier", {"smp_wmb();", "smp_rmb();"}, [("smp_wmb();", ";"), ("smp_rmb();", ";")]),
    ],
    ids=["lock", "release", "barrier"],
)
def test_what_keeps_plain_accesses_from_racing_is_named_and_needed(
    shape: str, at: set[str], without: list[tuple[str, str]]
) -> None:
    text = RACING[shape]
    (one,) = raceless(text)
    assert [outcome.property for outcome in one.outcomes] == ["race"]
    assert "on x" in one.outcomes[0].messages[0]
    assert lines(text, {e for group in one.groups for e in group.rests_on}) == at
    for weaker in without:
        assert checking.verdict(text.replace(*weaker, 1), "lkmm", {"race"}) == "race"


def test_threads_that_share_no_plain_access_cannot_race() -> None:
    text = "static int x; void t0(void) { WRITE_ONCE(x, 1); } void t1(void) { READ_ONCE(x); }"
    assert raceless(text) == ()
