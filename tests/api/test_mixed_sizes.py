"""Memory that is accessed whole and in parts, under the models of machines: verdicts, and traces that replay."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelcheck

HEAD = """
#include <pthread.h>
#include <assert.h>
#include <stdint.h>
static union { uint32_t w; uint8_t b[4]; struct { uint16_t lo, hi; } h; } u;
static uint32_t x, y, seen, other;
#define LOAD(p) __atomic_load_n(&(p), __ATOMIC_RELAXED)
#define STORE(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELAXED)
"""
MAIN = """
static void *one(void *a) { %s return 0; }
static void *two(void *a) { %s return 0; }
int main(void)
{
	pthread_t p, q;
	pthread_create(&p, 0, one, 0);
	pthread_create(&q, 0, two, 0);
	pthread_join(p, 0);
	pthread_join(q, 0);
	assert(%s);
	return 0;
}
"""


def verdicts(one: str, two: str, holds: str, folder: Path) -> list[str]:
    """Under SC and TSO; every failure leaves a trace that replays."""
    file = folder / "program.c"
    file.write_text(HEAD + MAIN % (one, two, holds))
    checked = modelcheck.check(file, models=["sc", "tso"], traces=folder / "traces")
    for trace in sorted((folder / "traces").rglob("*.json")):
        assert modelcheck.replay(trace).outcome == "reproduces"
    return [row.verdict for row in checked.rows]


@pytest.mark.parametrize(
    ("one", "two", "holds", "expected"),
    [
        ("u.h.lo = 0x1234;", "u.h.hi = 0xabcd;", "u.w == 0xabcd1234 && u.b[0] == 0x34 && u.b[3] == 0xab", "PASS"),
        ("u.h.lo = 0x1234;", "u.h.hi = 0xabcd;", "u.w != 0xabcd1234", "FAIL"),
        ("STORE(u.w, 0xffffffff);", "seen = LOAD(u.w);", "seen == 0 || seen == 0xffffffff", "PASS"),
        ("STORE(u.w, ~0u);", "seen = LOAD(u.h.lo); other = LOAD(u.h.hi);", "!(seen && !other)", "PASS"),
        ("STORE(u.w, ~0u);", "seen = LOAD(u.h.lo); other = LOAD(u.h.hi);", "!(!seen && other)", "FAIL"),
        ("__atomic_fetch_or(&u.w, 256, __ATOMIC_ACQUIRE);", "STORE(u.b[0], 1);", "u.w == 257", "PASS"),
        ("u.w |= 256;", "STORE(u.b[0], 1);", "u.w == 257", "FAIL"),
        ("union { long all; char b[8]; } l; l.all = x; l.b[5]++; seen = l.all >> 40;", "x = 1;", "seen == 1", "PASS"),
    ],
)  # fmt: skip
def test_a_whole_and_its_parts_are_the_same_bytes(
    one: str, two: str, holds: str, expected: str, tmp_path: Path
) -> None:
    assert verdicts(one, two, holds, tmp_path) == [expected, expected]


def test_a_store_to_a_part_waits_in_the_buffer_as_any_other(tmp_path: Path) -> None:
    one, two = "STORE(u.h.lo, 1); seen = LOAD(y);", "STORE(y, 1); other = LOAD(u.w);"
    assert verdicts(one, two, "seen || other", tmp_path) == ["PASS", "FAIL"]


WEAKER = ["pso", "lkmm", "rc11"]


@pytest.mark.parametrize(
    ("one", "two", "holds", "expected"),
    [
        ("u.h.lo = 0x1234;", "u.h.hi = 0xabcd;", "u.w == 0xabcd1234 && u.b[0] == 0x34 && u.b[3] == 0xab", "PASS"),
        ("u.h.lo = 0x1234;", "u.h.hi = 0xabcd;", "u.w != 0xabcd1234", "FAIL"),
        ("STORE(u.w, ~0u);", "seen = LOAD(u.h.lo); other = LOAD(u.h.hi);", "!(!seen && other)", "FAIL"),
        ("union { long all; char b[8]; } l; l.all = x; l.b[5]++; seen = l.all >> 40;", "x = 1;", "seen == 1", "PASS"),
    ],
)  # fmt: skip
def test_weaker_models_know_what_one_thread_has_alone_and_what_an_interleaving_does(
    one: str, two: str, holds: str, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "program.c"
    file.write_text(HEAD + MAIN % (one, two, holds))
    for model in WEAKER:
        (row,) = modelcheck.check(file, models=[model], traces=tmp_path / model).rows
        assert row.verdict == expected
        for trace in sorted((tmp_path / model).rglob("*.json")):
            assert modelcheck.replay(trace).outcome == "reproduces"


def test_weaker_models_see_the_parts_of_a_store_as_one_but_loads_in_any_order(tmp_path: Path) -> None:
    file = tmp_path / "program.c"
    two = "seen = LOAD(u.h.lo); other = LOAD(u.h.hi);"
    file.write_text(HEAD + MAIN % ("STORE(u.w, ~0u);", two, "!(seen && !other)"))
    rows = modelcheck.check(file, models=["pso", "lkmm", "rc11"], traces=tmp_path / "traces").rows
    assert [row.verdict for row in rows] == ["PASS", "FAIL", "UNKNOWN"]
    assert "in parts" in rows[2].reason
    for trace in sorted((tmp_path / "traces").rglob("*.json")):
        assert modelcheck.replay(trace).outcome == "reproduces"


def test_what_passes_with_the_parts_passes_with_the_whole(tmp_path: Path) -> None:
    file = tmp_path / "program.c"
    file.write_text(HEAD + MAIN % ("STORE(u.w, ~0u);", "STORE(u.b[0], 1); seen = u.b[0];", "seen == 1 || seen == 255"))
    assert [row.verdict for row in modelcheck.check(file, models=["pso", "lkmm"]).rows] == ["PASS", "PASS"]


def test_loops_end_where_the_bytes_of_what_one_thread_has_alone_say(tmp_path: Path) -> None:
    one = """
	static const uint32_t table = 0x00070005;
	union { uint64_t all; uint32_t part[2]; uint8_t b[8]; } v;
	uint16_t half[2];
	unsigned rounds = 0;
	v.part[0] = 0x105; v.part[1] = 0; v.b[1] = 0;
	for (unsigned i = 0; i < v.all; i++) rounds++;
	memcpy(half, &table, sizeof(table));
	for (unsigned i = 0; i < half[1]; i++) rounds++;
	seen = rounds;
    """
    file = tmp_path / "program.c"
    file.write_text("#include <string.h>\n" + HEAD + MAIN % (one, "x = 1;", "seen == 12"))
    assert [row.verdict for row in modelcheck.check(file, models=["sc", "lkmm"]).rows] == ["PASS", "PASS"]


def test_a_structure_is_copied_in_part(tmp_path: Path) -> None:
    one = """
	struct { uint16_t a, b; uint32_t c; } from = { 1, 2, 0x30004 }, to = { 9, 9, 0x90009 };
	memcpy(&to, &from, 6);
	seen = to.a == 1 && to.b == 2 && to.c == 0x90004;
    """
    file = tmp_path / "program.c"
    file.write_text("#include <string.h>\n" + HEAD + MAIN % (one, "x = 1;", "seen"))
    assert [row.verdict for row in modelcheck.check(file, models=["sc", "lkmm"]).rows] == ["PASS", "PASS"]
