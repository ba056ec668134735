# ruff: noqa: E501 (C programs)
"""Lengths that only running tells, recursion that a constant bounds, and assembly that is known, with both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry, parse_program
from tests.agreement.engines import verdicts

BEFORE = """
#include <linux/slab.h>
#include <string.h>
#include <pthread.h>
static char text[8] = "abcdefg", to[8]; static int numbers[4] = { 1, 2, 3, 4 }, x; static int len = 2;
static struct pair { int a; char b; } pairs[3] = { { 1, 2 }, { 3, 4 } };
static int sum(int n) { return n ? n + sum(n - 1) : 0; }
#define must(holds) __mc_assert((holds), "assertion", "as it is")
static int down(int n) { return n > 0 ? down(n - 1) : 0; }
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("int n = 3; memcpy(to + 1, text, n); %s(!to[0] && to[1] == 'a' && to[3] == 'c' && !to[4]);", "PASS"),
        ("int n = 3; memset(to + 1, 'z', n); %s(!to[0] && to[1] == 'z' && to[3] == 'z' && !to[4]);", "PASS"),
        ("int n = 4; memmove(text + 2, text, n); %s(text[1] == 'b' && text[2] == 'a' && text[5] == 'd' && text[6] == 'g');", "PASS"),
        ("int n = 4; memmove(text, text + 2, n); %s(text[0] == 'c' && text[3] == 'f' && text[4] == 'e');", "PASS"),
        ("int n = 2; memcpy(&numbers[2], numbers, n * sizeof(int)); %s(numbers[2] == 1 && numbers[3] == 2);", "PASS"),
        ("int n = 2; memcpy(&pairs[1], pairs, n * sizeof(*pairs)); %s(pairs[1].a == 1 && pairs[1].b == 2);", "PASS"),
        ("int n = 0; memcpy(to, text, n); %s(!to[0]);", "PASS"),
        ("int n = 9; memset(to, 1, n); %s(1);", "FAIL"),
        ("int n = 3; memset(numbers, 1, n); %s(numbers[0] == 0x010101 && numbers[1] == 2);", "PASS"),
        ("memcpy(to, text, READ_ONCE(len)); %s(to[1] == 'b' && !to[2]);", "PASS"),
        ('strcpy(to, "seven77"); %s(to[6] == \'7\' && !to[7] && to[0] == *"s");', "PASS"),
        ('strcpy(to, "too long"); %s(1);', "FAIL"),
        ('%s(strlen("a string of many characters") == 27 && !strcmp("equal words", "equal words"));', "PASS"),
        ("char *p = kmalloc(READ_ONCE(len), GFP_KERNEL); p[1] = 1; %s(p[1] == 1); kfree(p);", "PASS"),
        ("char *p = kmalloc(READ_ONCE(len), GFP_KERNEL); p[2] = 1; %s(1); kfree(p);", "FAIL"),
        ("int *p = kmalloc(READ_ONCE(len) * sizeof(int), GFP_KERNEL); p[1] = 1; %s(1); kfree(p);", "PASS"),
        ("int *p = kmalloc(READ_ONCE(len) * sizeof(int), GFP_KERNEL); p[2] = 1; %s(1); kfree(p);", "FAIL"),
        ("char *p = kmalloc(READ_ONCE(len) + 1000, GFP_KERNEL); %s(1); kfree(p);", "UNKNOWN"),
        ("char *p = kmalloc(0, GFP_KERNEL); %s(p); kfree(p);", "PASS"),
        ("char *p = kmalloc(0, GFP_KERNEL); p[0] = 1; %s(1); kfree(p);", "FAIL"),
        ("char *p = kmalloc(READ_ONCE(len) - 2, GFP_KERNEL); p[0] = 1; %s(1); kfree(p);", "FAIL"),
        ("char *p = kmalloc(0, GFP_KERNEL); kfree(p); %s(1); kfree(p);", "FAIL"),
        ("struct {} none; char *p = (char *)&none; %s(p); p[0] = 1;", "FAIL"),
        ("%s(sum(30) == 465);", "PASS"),
        ("%s(sum(30) == 466);", "FAIL"),
        ("%s(down(READ_ONCE(len)) == 0);", "PASS"),
    ],
)  # fmt: skip
def test_lengths_are_followed(body: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "program.c"
    body = body.replace("%s(", "must(")
    path.write_text(f"{BEFORE} void thread(void) {{ {body} }}")
    explored, solved = verdicts(parse_program([path], scenario=ScenarioEntry(None, (("t", "thread"),), None)), "sc")
    assert solved == expected
    assert explored == ("PASS" if "1000" in body else expected)  # it knows each size when it gets there


STORES = """
#include <pthread.h>
static volatile int x, y; static int r, s;
static void *one(void *p) { x = 1; __asm__ __volatile__("%s" ::: "memory"); r = y; return 0; }
static void *two(void *p) { y = 1; __asm__ __volatile__("%s" ::: "memory"); s = x; return 0; }
int main(void) { pthread_t a, b; pthread_create(&a, 0, one, 0); pthread_create(&b, 0, two, 0); pthread_join(a, 0); pthread_join(b, 0); __mc_assert(r || s, "assertion", "one is seen"); return 0; }
"""


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [("mfence", "PASS"), ("lock; addl $0,-4(%%rsp)", "PASS"), ("pause", "FAIL"), ("rep; nop", "FAIL"), ("sfence", "FAIL"), ("cli", "UNKNOWN")],
)  # fmt: skip
def test_assembly_that_is_known_is_the_barrier_that_it_is(instruction: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "program.c"
    path.write_text(STORES.replace("%s", instruction))
    assert verdicts(parse_program([path]), "tso") == (expected, expected)
