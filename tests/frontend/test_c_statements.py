# ruff: noqa: E501 (C programs and tables)
"""Statements of C: loops, switch, jumps, scopes."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c.builder import Builder
from modelcheck.program.ir import Branch, Return, Source
from tests.frontend.c_running import evaluate, stuck, values

LOOPS = {
    "for (i = 0; i < 5; i++) s += i;": 10,
    "for (i = 5; i--; ) s += i;": 10,
    "for (; i < 4; i++) s += 2;": 8,
    "for (; i < 4; ) { i++; s++; }": 4,
    "for (i = 2; ; i++) { if (i == 6) break; s += i; }": 14,
    "for (; ; i++) if (i == 3) break; else s++;": 3,
    "for (;;) if (++s == 9) break;": 9,
    "for (i = 7; ;) { s = i; break; }": 7,
    "for (int k = 1; k < 100; k *= 3) s += k;": 121,
    "for (int k = 0, m = 10; k < m; k++, m--) s++;": 5,
    "while (i < 3) { i++; if (i == 2) continue; s += i; }": 4,
    "do s++; while (s < 5);": 5,
    "do { i++; if (i == 2) continue; s += i; } while (i < 3);": 4,
    "do { s = 3; break; } while (1);": 3,
    "for (i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { if (j == 2) break; if (i == 1) continue; s += 10 * i + j; }": 42,
    "for (i = 0; i < 9; i += 2) { if (i == 4) continue; s += i; }": 16,
    "again: if (++s < 6) goto again;": 6,
    "goto in; while (i < 3) { s += 100; in: i++; s++; }": 203,
    "forever(s++; if (s == 4) break;)": 4,
}


def test_loops_run_as_often_as_they_should(tmp_path: Path) -> None:
    body = "".join(f"{{ long s = 0; int i = 0; {loop} out[{n}] = s; }}\n" for n, loop in enumerate(LOOPS))
    code = f"#define forever(body) for (;;) {{ body }}\nlong out[{len(LOOPS)}];\nint main(void) {{ {body} return 0; }}"
    assert dict(zip(LOOPS, values(tmp_path, code), strict=True)) == LOOPS


SWITCH = """
int f(int x)
{
    int r = 0;
    switch (x) {
        r = 1000;
    case 0:
        r += 1;
        /* fall through */
    case 1:
        r += 10;
        break;
    case 5 ... 7:
        r = 5;
        break;
    case -1:
        return -7;
    default:
        r = 99;
        __attribute__((fallthrough));
    case 9: {
        int k = 3;
    case 10:
        k = 4;
        r += k;
    }
    }
    return r;
}
int g(long x) { switch (x) { case 0x100000000: return 1; case 100 ... 100000: return 2; } return 0; }
int h(unsigned char c) { switch (c) { case 255: return 1; default: return 2; } }
int duff(int n) { int s = 0; switch (n & 1) { case 0: do { s += 10; case 1: s++; } while (--n > 0); } return s; }
"""


def test_switch_falls_through_and_finds_its_case(tmp_path: Path) -> None:
    expected = {
        "f(0)": 11, "f(1)": 10, "f(5)": 5, "f(6)": 5, "f(7)": 5, "f(-1)": -7, "f(9)": 4, "f(10)": 4, "f(8)": 103,
        "g(0x100000000)": 1, "g(0)": 0, "g(100)": 2, "g(99999)": 2, "g(100001)": 0, "h(255)": 1, "h(-2)": 2,
        "duff(2)": 22, "duff(3)": 23,
    }  # fmt: skip
    assert dict(zip(expected, evaluate(tmp_path, SWITCH, *expected), strict=True)) == expected


def test_goto_leads_out_of_and_into_blocks(tmp_path: Path) -> None:
    declarations = """
    int f(int n)
    {
        int err = -12, *held = 0, object = 4;
        if (n == 1) goto out;
        held = &object;
        for (;;) { for (;;) { if (n == 2) goto release; goto done; } }
    done:
        err = 0;
        goto out;
    release:
        err = -5 - *held;
    out:
        return err;
    }
    int g(int n) { int s = 0; goto middle; { int t; t = 9; s += t; middle: t = 2; s += t; } return s + n; }
    """
    assert evaluate(tmp_path, declarations, "f(1)", "f(2)", "f(3)", "g(1)") == [-12, -9, 0, 3]


def test_inner_variables_hide_outer_ones(tmp_path: Path) -> None:
    before = "int x = 1; { int x = 2; x++; { int x = 7; x++; } y = x; }"
    assert evaluate(tmp_path, "int y;", "x", "y", before=before) == [1, 3]


def test_static_locals_live_on(tmp_path: Path) -> None:
    declarations = "int f(void) { static int n = 10; return n++; } int g(void) { static int n; return ++n; }"
    assert evaluate(tmp_path, declarations, "f()", "f()", "g()", "f()", "g()") == [10, 11, 1, 12, 2]


def test_functions_recurse(tmp_path: Path) -> None:
    declarations = (
        "int even(int n); int odd(int n) { return n ? even(n - 1) : 0; } int even(int n) { return n ? odd(n - 1) : 1; }"
    )
    fact = "long fact(int n) { return n < 2 ? 1 : n * fact(n - 1); }"
    assert evaluate(tmp_path, declarations + fact, "even(6)", "odd(6)", "fact(10)") == [1, 0, 3628800]


def test_a_local_whose_address_is_taken_is_fresh_in_every_call(tmp_path: Path) -> None:
    declarations = """
    int sum(int n) { int own = n; int *p = &own; int rest = n ? sum(n - 1) : 0; return *p + rest; }
    void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; }
    """
    before = "int a = 1, b = 2; swap(&a, &b);"
    assert evaluate(tmp_path, declarations, "sum(4)", "a", "b", before=before) == [10, 2, 1]


def test_variables_with_a_cleanup_function_are_cleaned_up_where_their_scope_is_left(tmp_path: Path) -> None:
    declarations = """
    int log;
    void note(int *v) { log = log * 10 + *v; }
    #define guarded __attribute__((cleanup(note)))
    int f(int n)
    {
        int a guarded = 1;
        for (int i = 0; i < 2; i++) { int b guarded = 2; if (n == 1) break; if (n == 2) return a + b; }
        { int c guarded = 3; }
        return a;
    }
    int g(int n)
    {
        again:;
        int a guarded = 1;
        { int b guarded = 2; if (n == 1) goto out; if (n == 2) { n = 1; goto again; } }
        { int c guarded = 3; }
    out:
        return a;
    }
    int jumped(int n) { log = 0; g(n); return log; }
    int logged(int n) { log = 0; f(n); return log; }
    """
    assert evaluate(tmp_path, declarations, "logged(0)", "logged(1)", "logged(2)", "f(2)") == [2231, 231, 21, 3]
    assert evaluate(tmp_path, declarations, "jumped(0)", "jumped(1)", "jumped(2)") == [231, 21, 2121]


UNUSUAL = """
double half(double d) { return d / 2; } double third(double);
int first(int n, ...) { __builtin_va_list l; __builtin_va_start(l, n); return __builtin_va_arg(l, int); }
""".replace("\n", " ")

REFUSED = {
    "double d = 1.5;": "floating point",
    "half(1);": "floating point",
    "third(1);": "no body for third()",
    "first(1, 2);": "this expression is not supported",
    "int n = 3; int a[n][n]; a[0][0] = 1;": "int[n]",
    'asm volatile("hlt" ::: "memory");': "hlt",
    'int n; asm("mov %1, %0" : "=r"(n) : "r"(1));': "mov %1, %0",
    'int n; asm("" : "=r"(n));': 'gives "=r"',
    'long n; char c = 1; asm("" : "=r"(n) : "0"(c));': "wider than the input",
    'asm goto("" : : : : l); l: ;': "assembly that jumps",
    "void *p = &&l; goto *p; l: ;": "a computed goto",
    "nobody(3);": "no body for nobody()",
    "void (*f)(int) = nobody; f(1);": "no body for nobody()",
    "elsewhere = 1;": "no definition of elsewhere",
}


@pytest.mark.parametrize("statement", REFUSED)
def test_what_cannot_be_modelled_is_unknown_where_it_is_reached(tmp_path: Path, statement: str) -> None:
    declarations = "void nobody(int); _Thread_local int tls; extern int elsewhere;" + UNUSUAL
    code = f"{declarations}\nlong out[1];\nint main(void)\n{{\n\tif (SKIP)\n\t\treturn 0;\n\t{statement}\n\treturn 0;\n}}\n"
    found = stuck(tmp_path, "#define SKIP 0\n" + code)
    assert REFUSED[statement] in found.reason
    assert found.source.line in (2, 8)
    assert values(tmp_path, "#define SKIP out[0] == 0\n" + code) == [0]


def test_compiler_barriers_are_fences(tmp_path: Path) -> None:
    assert evaluate(tmp_path, "", "x", before='int x = 1; asm volatile("" ::: "memory"); asm("");') == [1]


def test_a_block_without_an_end_is_an_internal_error() -> None:
    builder = Builder()
    then, otherwise = builder.block(), builder.block()
    builder.end(Branch(builder.value(builder.register(1)), then, otherwise, Source("f.c", 1, 1, 1, 2)))
    builder.current = then
    builder.end(Return(None))
    with pytest.raises(AssertionError, match="has no end"):
        builder.finish("f", (), 0, Source("f.c", 1, 1, 1, 2), {})
    builder.current = otherwise
    builder.end(Return(None))
    assert len(builder.finish("f", (), 0, Source("f.c", 1, 1, 1, 2), {}).blocks) == 3
