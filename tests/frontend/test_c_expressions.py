# ruff: noqa: E501 (C programs and tables)
"""Expressions of C: every operator and conversion gives what the C standard says."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.program.machine import Initial
from tests.frontend.c_running import evaluate, finding, outcome, values

ARITHMETIC = {
    "7 / 2": 3,
    "-7 / 2": -3,
    "-7 % 3": -1,
    "7u % 4": 3,
    "1 << 31 >> 31": -1,  # of a negative int the shift keeps the sign
    "(1u << 31) >> 31": 1,
    "-1 >> 1": -1,
    "~0u": 4294967295,
    "~0": -1,
    "-5 & 0xff": 251,
    "6 ^ 3 | 8": 13,
    "2147483647 + one": -2147483648,  # the kernel is built with -fwrapv
    "4294967295u + 1": 0,
    "0 - 1u": 4294967295,
    "(unsigned char)300": 44,
    "(signed char)200": -56,
    "(unsigned short)-1": 65535,
    "(_Bool)256": 1,
    "(_Bool)0": 0,
    "(long)0x80000000": 2147483648,
    "(long)(int)0x80000000": -2147483648,
    "-1 < 0u": 0,  # -1 becomes the largest unsigned
    "-1L < 0u": 1,  # a long holds every unsigned int
    "(char)-1 == -1": 1,
    "(unsigned char)-1 == -1": 0,
    "'a' + 1": 98,
    "'\\n'": 10,
    "010 + 0x10": 24,
    "sizeof(int) - 5 > 0": 1,
    "!7": 0,
    "!0": 1,
    "!!7": 1,
    "5 ?: 6": 5,
    "0 ?: 6": 6,
    "1 ? 2 : 3": 2,
    "(1, 2, 3)": 3,
    "1 && 2": 1,
    "1 && 0": 0,
    "0 || 0": 0,
    "0 || 5": 1,
    "1 == 1 == 1": 1,
    "3 > 2 > 1": 0,
    "__builtin_expect(7, 0)": 7,
    "__builtin_constant_p(3 + 4)": 1,
    "__builtin_constant_p(one)": 0,
    "__builtin_types_compatible_p(int, signed int)": 1,
    "__builtin_types_compatible_p(int, long)": 0,
    "__builtin_types_compatible_p(typeof(one), int)": 1,
    "__builtin_choose_expr(sizeof(int) == 4, 11, 22)": 11,
    "__builtin_choose_expr(0, 11, 22)": 22,
    "_Generic(one, long: 1, int: 2L)": 2,
    "sizeof(long) * 10 + _Alignof(short)": 82,
    "__builtin_ffs(0) * 100 + __builtin_ffs(8)": 4,
    "__builtin_ctz(40)": 3,
    "__builtin_clz(1)": 31,
    "__builtin_clzl(1)": 63,
    "__builtin_popcount(0xff0f)": 12,
    "abs(-4)": 4,
    "__func__[0]": ord("m"),
    '"abc"[1]': ord("b"),
    'sizeof("abc")': 4,
    '*"\\x41\\101\\0z"': 65,
    '1["xy"]': ord("y"),
}


def test_operators_and_conversions_follow_the_standard(tmp_path: Path) -> None:
    found = evaluate(tmp_path, "int one = 1; int abs(int);", *ARITHMETIC)
    assert dict(zip(ARITHMETIC, found, strict=True)) == ARITHMETIC


CHANGES = {
    "n++": (5, 6),
    "++n": (6, 6),
    "n--": (5, 4),
    "--n": (4, 4),
    "n += 3": (8, 8),
    "n -= 7": (-2, -2),
    "n *= n": (25, 25),
    "n /= 2": (2, 2),
    "n %= 3": (2, 2),
    "n <<= 2": (20, 20),
    "n >>= 1": (2, 2),
    "n &= 4": (4, 4),
    "n |= 2": (7, 7),
    "n ^= 1": (4, 4),
    "n += 0x100000000L": (5, 5),  # computed as long, cut to int
    "n = 0x1ffffffffL": (-1, -1),
    "(n = 2) + 1": (3, 2),
    "n = n++ ? 7 : 8": (7, 7),
}


@pytest.mark.parametrize("storage", ["", "static ", "volatile "])
def test_assignments_change_the_variable_and_give_its_value(tmp_path: Path, storage: str) -> None:
    body = "".join(
        f"{{ {storage}int n; n = 5; out[{2 * i}] = ({change}); out[{2 * i + 1}] = n; }}\n"
        for i, change in enumerate(CHANGES)
    )
    found = values(tmp_path, f"long out[{2 * len(CHANGES)}];\nint main(void) {{ {body} return 0; }}")
    pairs = zip(found[::2], found[1::2], strict=True)
    assert dict(zip(CHANGES, pairs, strict=True)) == CHANGES


def test_narrow_variables_wrap_at_their_own_width(tmp_path: Path) -> None:
    before = (
        "unsigned char c = 250; c += 10; signed char s = 127; s++; short h = -32768; h--; _Bool b = 0; b--; b += 5;"
    )
    assert evaluate(tmp_path, "", "c", "s", "h", "b", before=before) == [4, -128, 32767, 1]


def test_the_right_side_of_and_and_or_runs_only_when_needed(tmp_path: Path) -> None:
    declarations = "int calls; int call(int v) { calls++; return v; }"
    before = "int a = call(0) && call(1); int b = call(1) || call(1); int c = call(1) && call(0); int d = call(0) || call(9);"
    assert evaluate(tmp_path, declarations, "a", "b", "c", "d", "calls", before=before) == [0, 1, 0, 1, 6]


def test_only_one_arm_of_a_conditional_runs(tmp_path: Path) -> None:
    declarations = "int calls; int call(int v) { calls += v; return v; }"
    before = "int a = calls ? call(1) : call(2); int b = call(0) ?: call(7);"
    assert evaluate(tmp_path, declarations, "a", "b", "calls", before=before) == [2, 7, 9]


def test_arguments_are_evaluated_from_left_to_right(tmp_path: Path) -> None:
    declarations = "int n; int next(void) { return ++n; } int pair(int a, int b) { return a * 10 + b; }"
    assert evaluate(tmp_path, declarations, "pair(next(), next())") == [12]


def test_statement_expressions_give_their_last_value(tmp_path: Path) -> None:
    before = "int x = ({ int t = 4; if (t > 3) t *= 2; t + 1; });"
    assert evaluate(
        tmp_path,
        "#define max(a, b) ({ typeof(a) _a = (a), _b = (b); _a > _b ? _a : _b; })",
        "x",
        "max(3, max(9, 4))",
        before=before,
    ) == [9, 9]


def test_pointers_move_by_their_element_and_differ_in_elements(tmp_path: Path) -> None:
    declarations = "struct s { char c; long l; } a[4]; short h[5] = { 1, 2, 3, 4, 5 };"
    before = "struct s *p = &a[1], *q = p + 2; short *r = h; r += 3; short v = *r--; v = v * 10 + *r; void *w = h;"
    found = evaluate(
        tmp_path,
        declarations,
        "q - p",
        "(char *)q - (char *)p",
        "p - q",
        "v",
        "r - h",
        "*(h + 4)",
        "(long)(w + 2) - (long)w",
        "q > p",
        "&h[5] - h",
        "2[h]",
        before=before,
    )
    assert found == [2, 32, -2, 43, 2, 5, 2, 1, 5, 3]


def test_addresses_are_numbers_that_carry_tags(tmp_path: Path) -> None:
    before = "unsigned long m = (unsigned long)&x | 1; int *p = (int *)(m & ~3UL); *p = 8;"
    assert evaluate(tmp_path, "int x;", "m & 3", "x", "(unsigned long)(void *)-5L > -4096UL", before=before) == [
        1,
        8,
        1,
    ]


def test_container_of_leads_from_a_member_to_its_struct(tmp_path: Path) -> None:
    declarations = """
    #define offsetof(T, m) __builtin_offsetof(T, m)
    #define container_of(ptr, type, member) ({ \\
        const typeof(((type *)0)->member) *__mptr = (ptr); (type *)((char *)__mptr - offsetof(type, member)); })
    struct list { struct list *next; };
    struct item { int a; struct { int pad; struct list link; } in; } item = { .a = 6 };
    struct list *where = &item.in.link;
    """
    expressions = ["container_of(where, struct item, in.link)->a", "offsetof(struct item, in.link)"]
    assert evaluate(tmp_path, declarations, *expressions) == [6, 16]


def test_dereferencing_an_address_is_the_variable_itself(tmp_path: Path) -> None:
    assert evaluate(tmp_path, "", "*&x", "(*(&x))++", "x", before="int x = 3;") == [3, 3, 4]


def test_division_by_zero_is_a_finding(tmp_path: Path) -> None:
    found = finding(tmp_path, "int zero;\nint main(void)\n{\n\treturn 3 % zero;\n}\n")
    assert (found.property, found.source.line) == ("undefined", 4)


def test_a_shift_by_the_width_is_a_finding(tmp_path: Path) -> None:
    found = finding(tmp_path, "int n = 32;\nint main(void)\n{\n\treturn 1 << n;\n}\n")
    assert (found.property, found.source.line) == ("undefined", 4)
    fine = "int n = 33;\nint main(void) { return 1 << (n & 31); }"
    assert isinstance(outcome(tmp_path, fine), Initial)


def test_an_index_beyond_a_member_array_is_a_finding_though_the_struct_goes_on(tmp_path: Path) -> None:
    code = "struct { int a[2]; int after; } s; int n = 2;\nint main(void) { return s.a[n]; }"
    assert finding(tmp_path, code).property == "out-of-bounds"
    just_past = (
        "struct { int a[2]; int after; } s; int n = 2;\nint main(void) { int *end = &s.a[n]; return end != s.a + 2; }"
    )
    assert isinstance(outcome(tmp_path, just_past), Initial)


def test_a_trailing_array_of_one_element_is_a_flexible_one(tmp_path: Path) -> None:
    code = "struct s { int n; int a[1]; }; char room[64]; int n = 3;\nint main(void) { ((struct s *)room)->a[n] = 1; return 0; }"
    assert isinstance(outcome(tmp_path, code), Initial)


GENERIC = """
typedef unsigned int u32; typedef struct s { unsigned q; } S; struct r { S s; };
static struct s g; static int x; static const S *cs; static unsigned n; static const int cn = 1; static long long ll;
static unsigned gs(const struct s *p) { return 1; } static unsigned gr(const struct r *p) { return 2; }
#define get(p) _Generic(*(p), struct s: gs((void *)(p)), struct r: gr((void *)(p)))
"""


def test_a_generic_selects_by_type_where_its_choices_are_of_one_type(tmp_path: Path) -> None:
    expected = {
        "get(&g)": 1, "get((struct r *)0)": 2, "_Generic(x, int: 6, u32: 7, default: 3)": 6, "_Generic(n, int: 6, u32: 7, default: 3)": 7,
        "_Generic(cs, const struct s *: 1, S *: 2)": 1, "_Generic(&g, S const *: 1, struct s *: 2)": 2, '_Generic("x", char *: 5, int *: 6)': 5,
        "_Generic((char)x, signed char: 1, char: 2, unsigned long *: 4, default: 5)": 2, "_Generic(cn, unsigned: 2, int: 1)": 1,
        "_Generic(ll, long: 1, long long int: 2, default: 4)": 2, "_Generic(x, char: 1, short: 2, default: _Generic(n, int: 3, unsigned int: 4))": 4,
    }  # fmt: skip
    assert dict(zip(expected, evaluate(tmp_path, GENERIC, *expected), strict=True)) == expected
