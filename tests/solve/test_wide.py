"""Values that are too many to list: nondeterministic integers of any width, and what is computed from them."""

from __future__ import annotations

import pytest

from modelcheck.interleave.explore import explore
from tests.solve.checking import MODELS, answer, parse, verdict, verdicts

FIBONACCI = """
#include <pthread.h>
#include <assert.h>
int i = 1, j = 1;
void *one(void *a) { for (int k = 0; k < %(times)d; k++) i += j; return 0; }
void *two(void *a) { for (int k = 0; k < %(times)d; k++) j += i; return 0; }
int main(void)
{
	pthread_t x, y;
	pthread_create(&x, 0, one, 0);
	pthread_create(&y, 0, two, 0);
	pthread_join(x, 0);
	pthread_join(y, 0);
	assert(i <= %(most)d && j <= %(most)d);
	return 0;
}
"""
"""The most that either may come to is the Fibonacci number that strict alternation gives: F(2 n + 2)."""


@pytest.mark.parametrize(("times", "most"), [(2, 8), (3, 21)])
def test_racing_additions_come_to_a_fibonacci_number_and_no_further(times: int, most: int) -> None:
    assert verdict(FIBONACCI % {"times": times, "most": most}, "sc", ("assertion",)) == "PASS"
    assert verdict(FIBONACCI % {"times": times, "most": most - 1}, "sc", ("assertion",)) == "assertion"


CHOSEN = """
static int x;
void t0(void) { int n = (int)__mc_choose(4294967296UL); if (n > 3 && n < 1000000) WRITE_ONCE(x, n); }
void t1(void) { int n = READ_ONCE(x); BUG_ON(n != 0 && (n <= %d || n >= 1000000)); }
"""


def test_a_thread_may_choose_any_number_of_32_bits() -> None:
    assert verdicts(CHOSEN % 3) == ["PASS"] * len(MODELS)
    assert verdicts(CHOSEN % 4) == ["assertion"] * len(MODELS)


BEFORE = """
#include <mc/check.h>
static unsigned int x;
static unsigned long y;
static void *thread(void *unused) { __atomic_fetch_add(&x, 1, __ATOMIC_SEQ_CST); return 0; }
int main(void)
{
	pthread_t t;
	unsigned int n = MC_CHOOSE(4294967296UL);
	unsigned long m = MC_CHOOSE(18446744073709551615UL);
	MC_ASSUME(n < 4294967290u);
	y = m;
	x = n;
	pthread_create(&t, 0, thread, 0);
	pthread_join(t, 0);
	assert(x == n + 1);
	assert(x > n);
	assert(y %s m);
	assert(m != 18446744073709551615UL);
	return 0;
}
"""


def test_a_number_chosen_before_the_first_thread_starts_is_any_too() -> None:
    heads = "#include <pthread.h>\n#include <assert.h>\n"
    assert verdict(heads + BEFORE % "==", "sc") == "PASS"
    assert verdict(heads + BEFORE % "!=", "sc") == "assertion"


def test_what_the_explorer_cannot_go_through_is_no_pass() -> None:
    assert explore(parse(CHOSEN % 3), "sc").verdict == "UNKNOWN"


NONDETERMINISTIC = """
extern %(type)s __VERIFIER_nondet_%(name)s(void);
static long seen;
void t0(void) { WRITE_ONCE(seen, __VERIFIER_nondet_%(name)s()); }
void t1(void) { long n = READ_ONCE(seen); BUG_ON(n == %(value)s); }
"""


@pytest.mark.parametrize(
    ("type_", "name", "inside", "outside"),
    [
        ("int", "int", "-2147483647 - 1", "2147483648L"),
        ("unsigned int", "uint", "4294967295L", "-1"),
        ("char", "char", "-128", "128"),
        ("unsigned char", "uchar", "255", "-1"),
        ("short", "short", "-32768", "32768"),
        ("long", "long", "-9223372036854775807L - 1", None),
        ("_Bool", "bool", "1", "2"),
    ],
)
def test_the_nondeterministic_functions_return_every_value_of_their_type_and_no_other(
    type_: str, name: str, inside: str, outside: str | None
) -> None:
    text = {"type": type_, "name": name}
    assert verdict(NONDETERMINISTIC % {**text, "value": inside}, "sc") == "assertion"
    if outside is not None:
        assert verdict(NONDETERMINISTIC % {**text, "value": outside}, "sc") == "PASS"


def test_an_execution_tells_the_numbers_that_were_chosen() -> None:
    text = CHOSEN.replace("%d", "3") + "void final(void) { BUG_ON(x * 7 == 7 * 123456); }"
    execution = answer(text, "sc").execution
    assert execution is not None
    assert [value for _, value in execution.choices] == [123456]
