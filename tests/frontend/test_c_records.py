# ruff: noqa: E501 (C programs)
"""Layouts of records, and parameters that are written as arrays or functions; expected values are those of the ABI."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import attrs
import pytest

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.offsets import difference
from modelcheck.frontend.c.translation import TranslationUnit
from modelcheck.frontend.c.types import Types
from modelcheck.program.machine import Initial, initialise
from tests.frontend.c_running import evaluate, finding, program, stuck

NESTED = """
struct deep {
    long flags;
    union { struct { union { long a; long b; }; long m; }; long z; };
    struct { int q; union { struct { int w; union { char c; int d : 5; }; }; long l; }; };
    struct { struct { struct { struct { char e; short f; }; }; }; };
} deep, *there = &deep;
#define at(member) ((char *)&there->member - (char *)there)
"""
OFFSETS = {"flags": 0, "a": 8, "b": 8, "m": 16, "z": 8, "q": 24, "w": 32, "c": 36, "l": 32, "e": 40, "f": 42}


def test_members_of_anonymous_members_lie_where_they_do_however_deep(tmp_path: Path) -> None:
    asked = [f"{form}({name})" for name in OFFSETS for form in ("at", "direct")]
    direct = "#define direct(member) ((char *)&deep.member - (char *)&deep)\n"
    expected = [offset for offset in OFFSETS.values() for _ in ("at", "direct")]
    assert evaluate(tmp_path, NESTED + direct, *asked) == expected
    before = "deep.a = 7; there->f = 3; struct deep l = { .m = 4, .f = 5, .d = -3 };"
    assert evaluate(tmp_path, NESTED, "there->z", "deep.f", "l.m", "l.f", "l.d", "l.a", before=before) == [
        7,
        3,
        4,
        5,
        -3,
        0,
    ]


def test_a_layout_that_is_not_clangs_is_told() -> None:
    text = (
        b"struct { char a; union { struct { short b; int c : 3; }; long d; }; int e; } x; union { char f; long g; } y;"
    )
    unit = TranslationUnit("x.c", ["-x", "c"], {"x.c": text})
    types = Types()
    variables = [
        types.get(cl.lib.clang_getCursorType(child)) for child in cl.children(unit.cursor) if child.kind == cl.VAR_DECL
    ]
    for type_ in variables:
        record = types.record(type_)
        assert (difference(types, type_, record), record.problem) == ("", "")
        for name, member in record.named.items():
            moved = attrs.evolve(member, offset=member.offset + 1)
            assert name in difference(types, type_, attrs.evolve(record, named={**record.named, name: moved}))
        for number, member in enumerate(record.fields):
            fields = list(record.fields)
            fields[number] = attrs.evolve(member, offset=type_.size)
            assert "end" in difference(types, type_, attrs.evolve(record, fields=tuple(fields)))
        over = [pair for pair in pairwise(record.fields) if not record.union]
        for one, two in over:
            assert "over" in difference(
                types, type_, attrs.evolve(record, fields=(one, attrs.evolve(two, offset=one.offset)))
            )


PACKED = "struct __attribute__((packed)) in { int a; short b; }; struct __attribute__((packed)) { char c; struct in i; } o; struct in row[3], *p = row; long x;"


def test_a_packed_record_is_one_step_where_it_is_aligned_and_its_bytes_where_not(tmp_path: Path) -> None:
    before = "row[0].a = 5; p[2].a = 6; row[1].b = 8; row[1].a = 0x01020304; o.i.a = row[1].a; row[0] = row[1]; p++;"
    asked = ("row[0].a", "row[2].a", "row[1].b", "o.i.a", "p->a", "sizeof(o)")
    found = evaluate(tmp_path, PACKED, *asked, before=before)
    assert found == [0x01020304, 6, 8, 0x01020304, 0x01020304, 7]
    for statement, sizes in (("row[0].a = 1;", {4: 1}), ("row[1].a = 1;", {1: 4}), ("o.c = 1;", {1: 1})):
        (end,) = initialise(program(tmp_path, f"{PACKED} int main(void) {{ {statement} return 0; }}"))
        assert isinstance(end, Initial)
        assert Counter(size for size, _ in end.memory.values()) == sizes


def test_the_address_of_a_packed_member_is_no_aligned_pointer(tmp_path: Path) -> None:
    assert "misaligned" in stuck(tmp_path, f"{PACKED} int main(void) {{ int *q = &o.i.a; *q = 1; return 0; }}").reason
    found = evaluate(tmp_path, PACKED, "x", before="int v = 7; __builtin_memcpy(&o.i.a, &v, 4); x = o.i.a;")
    assert found == [7]


PARAMETERS = """
typedef int change(int);
int matrix[3][4], row[5] = { 1, 2, 3, 4, 5 };
static int next(int k) { return k + 1; }
static int applied(change f, int x) { change *h = f; return f(x) + (*f)(x) + h(x) + (f ? f : next)(1); }
static int total(int p[], int n) { int s = 0; for (int i = 0; i < n; i++) s += *p++; return s; }
static int mixed(int p[2]) { __typeof__(p) r = p + 1; int *s = ({ p; }); return p[0] + *(p + 1) + 1[p] + *r + (int)sizeof(p) + s[2] + (p ? p : row)[3]; }
static int set(int m[][4], int i) { m[i][2] = 7; return m[1][2] + (*m)[2] + (int)sizeof(*m); }
static int seen(int m[3][4]) { int (*n)[4] = m; n++; return n[0][2] + *(*(m + 1) + 2); }
static int text(const int p[static 3], char *words[]) { return p[2] + words[0][0]; }
static int kept(volatile int v[]) { v[0] = 9; return v[0]; }
static int moved(int p[]) { int **at = &p; (*at)++; return p[0]; }
"""


def test_parameters_written_as_arrays_or_functions_are_pointers(tmp_path: Path) -> None:
    calls = (
        "applied(next, 4)",
        "total(row, 5)",
        "mixed(row)",
        "set(matrix, 1)",
        "seen(matrix)",
        "text(row, words)",
        "kept(row)",
        "moved(row)",
    )
    expected = [17, 15, 22, 23, 14, 68, 9, 2]  # A is 65; 16 bytes in a row, 8 in a pointer
    assert evaluate(tmp_path, PARAMETERS, *calls, before='char *words[] = { "A" };') == expected


@pytest.mark.parametrize(
    ("type_", "least"), [("int", "-2147483647 - 1"), ("long", "-9223372036854775807L - 1"), ("signed char", "-128")]
)
@pytest.mark.parametrize("operation", ["m / n", "m % n", "m /= n", "m %= n"])
def test_the_least_number_divided_by_minus_one_is_undefined(
    type_: str, least: str, operation: str, tmp_path: Path
) -> None:
    code = "{0} m = {1}, n = {2}; long out[1]; int main(void) {{ out[0] = ({3}); return 0; }}"
    if type_ != "signed char":  # those are promoted, and 128 is an int
        assert finding(tmp_path, code.format(type_, least, -1, operation)).property == "undefined"
    for other in (-2, 1):
        assert evaluate(tmp_path, f"{type_} m = {least} + 1, n = {other};", f"({operation}, 1)") == [1]
    assert evaluate(tmp_path, f"{type_} m = 6, n = -1;", f"(int)({operation})") == [-6 if "/" in operation else 0]
