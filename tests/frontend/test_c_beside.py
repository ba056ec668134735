# ruff: noqa: E501 (C programs)
"""What compilers and linkers act on without a statement of the program: it is done, or the program is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.beside import beside
from modelcheck.frontend.c.translation import TranslationUnit
from modelcheck.program.machine import initialise
from tests.agreement.engines import verdicts
from tests.frontend.c_running import finding, program, stuck, values

ORDER = """
#include <stdlib.h>
long out[16];
static int n;
static void note(int what) { out[n++] = what; }
int second(void);
"""
FIRST = """
__attribute__((constructor)) static void a(void) { note(3); }
__attribute__((constructor(200))) static void b(void) { note(2); }
static void c(void) __attribute__((__constructor__));
static void c(void) { note(4); }
#define EARLY(n) __attribute__((constructor(n)))
EARLY(100 + 50) void d(int argc, char **argv) { note(1); }
"""
ENDS = """
__attribute__((destructor)) static void e(void) { note(12); }
__attribute__((destructor(200))) static void f(void) { note(13); }
__attribute__((destructor)) static void g(void) { note(11); }
__attribute__((destructor(150), unused)) static void h(void) { note(14); }
"""


def noted(folder: Path, code: str, **others: str) -> list[int]:
    return [value or 0 for value in values(folder, code, **others) if value]


def test_constructors_run_before_main_by_priority_and_place(tmp_path: Path) -> None:
    literal = FIRST.replace("100 + 50", "150")
    assert noted(tmp_path, f"{ORDER}{literal}int main(void) {{ note(5); return 0; }}") == [1, 2, 3, 4, 5]


def test_destructors_run_after_main_the_other_way_round(tmp_path: Path) -> None:
    for leave in ("return 0;", "", "exit(0);", "if (n) exit(1); note(99); return 0;"):
        code = f"{ORDER}{ENDS}int main(void) {{ note(5); {leave} }}"
        checked = (
            code + '__attribute__((destructor(101))) static void last(void) { __mc_assert(0, "assertion", "end"); }'
        )
        assert finding(tmp_path, checked).message == "end"
        if "exit" not in leave:
            assert noted(tmp_path, code) == [5, 11, 12, 13, 14]
    for leave in ("_Exit(0);", "quick_exit(0);", "abort();"):
        code = f"{ORDER}int main(void) {{ {leave} }} __attribute__((destructor)) static void last(void) {{ __builtin_trap(); }}"
        found = initialise(program(tmp_path, code))
        assert [getattr(ending, "message", "") for ending in found] == (["abort()"] if "abort" in leave else [])


def test_those_of_several_files_run_in_the_order_of_the_files(tmp_path: Path) -> None:
    # As gcc and its linker have it for `gcc prog.c other.c`.
    marked = "extern long out[]; extern int n; static void note(int what) { out[n++] = what; }"
    first = "long out[16]; int n; static void note(int what) { out[n++] = what; } int main(void) { note(5); return 0; }"
    both = "__attribute__((constructor)) static void a(void) { note(%d); } __attribute__((constructor(200))) static void b(void)"
    both += " { note(%d); } __attribute__((destructor)) static void e(void) { note(%d); }"
    both += "__attribute__((destructor(150))) static void f(void) { note(%d); }"
    found = noted(tmp_path, first + both % (3, 1, 7, 9), other=marked + both % (4, 2, 6, 8))
    assert found == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_they_run_around_a_scenario_and_around_threads(tmp_path: Path) -> None:
    code = """
    static int x; __attribute__((constructor)) static void first(void) { x = 1; }
    void thread(void) { __mc_assert(x == 1, "assertion", "set"); x = 2; }
    __attribute__((destructor)) static void last(void) { __mc_assert(x == %d, "assertion", "end"); }
    """
    for expected, verdict in ((2, "PASS"), (1, "FAIL")):
        made = program(tmp_path, code % expected, ScenarioEntry(None, (("thread", "thread"),), None))
        assert verdicts(made, "sc") == (verdict, verdict)


def test_an_alias_is_another_name_of_the_same_thing(tmp_path: Path) -> None:
    code = """
    long out[4]; int real = 3; extern int other __attribute__((alias("real")));
    static int f(int x) { return x + 1; } int g(int x) __attribute__((alias("f"))); int h(int x) __attribute__((alias("g")));
    int nowhere(void) __attribute__((weak)); extern int nothing __attribute__((weak));
    int main(void) { other++; out[0] = real; out[1] = h(4); out[2] = &other == &real; out[3] = !nowhere + 2 * !&nothing; return 0; }
    """
    assert values(tmp_path, code) == [4, 5, 1, 3]
    extern = (
        "extern int there; int far(int); long out[2]; int main(void) { out[0] = there; out[1] = far(1); return 0; }"
    )
    other = 'int here = 6; extern int there __attribute__((alias("here"))); int near(int x) { return x + 7; }'
    assert values(tmp_path, extern, other=other + 'int far(int) __attribute__((alias("near")));') == [6, 8]


@pytest.mark.parametrize(
    "code",
    [
        "#pragma omp parallel\n",
        "#pragma acc kernels\n",
        "#pragma GCC scalar_storage_order big-endian\n",
        "#pragma weak there\n",
        "#pragma redefine_extname there here\n",
        '_Pragma("weak there")',
        "#pragma something of its own\n",
        'asm(".set there, here");',
        'asm("start: call main");',
        'asm(".data; .long 1; .section .init_array; .quad main");',
        'asm(".pushsection \\".text\\"\\n\\tnop\\n.popsection");',
        'static void (*const start)(void) __attribute__((used, section(".init_array"))) = 0;',
        "static void f(void) {} __attribute__((section(\".initcall6.init\"), used)) static void (*g)(void) = f;",
        'struct s { int x; } __attribute__((scalar_storage_order("big-endian")));',
        "void f(void) __attribute__((never_heard_of));",
        "[[vendor::never_heard_of]] void f(void);",
        "__attribute__((constructor(100 + 50))) static void f(void) { }",
        "int f(int) __attribute__((symver(\"f@V1\")));",
    ],
)  # fmt: skip
def test_what_changes_the_program_and_is_not_modelled_is_unknown(code: str, tmp_path: Path) -> None:
    found = stuck(tmp_path, f'{code}\nint main(void) {{ __mc_assert(0, "assertion", "reached"); return 0; }}')
    assert (found.source.file, found.source.line) == ("prog.c", 1)


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("static int __attribute__((overloadable)) f(int x) { return x; }", "f(1)"),
        ("static int f(void *const p __attribute__((pass_object_size(0)))) { return 1; }", "f((void *)0)"),
        ('int real asm("another");', "real"),
        ("static int g __attribute__((loader_uninitialized));", "g"),
        ("struct s { int a; __attribute__((vector_size(16))) int v; } s;", "s.v[0]"),
        ("static int __attribute__((address_space(256))) *p;", "*p"),
        ("", '({ register int x asm("eax") = 1; x; })'),
        ("", "({ __attribute__((loader_uninitialized)) static int x; x; })"),
    ],
)  # fmt: skip
def test_what_changes_a_thing_is_unknown_where_that_is_used(declared: str, used: str, tmp_path: Path) -> None:
    code = f'{declared}\nint main(void) {{ if (%d) ({used}); __mc_assert(0, "assertion", "reached"); return 0; }}'
    stuck(tmp_path, code % 1)
    assert finding(tmp_path, code % 0).message == "reached"


HINTS = """
#pragma once
#pragma GCC optimize("O2")
#pragma STDC FENV_ACCESS ON
#pragma GCC visibility push(default)
#pragma region here
asm("");
asm(".pushsection \\".rodata\\", \\"a\\"\\n.balign 4\\nthere: .long 3; .size there, 4\\n\\t.popsection # data that no C looks at");
#define __init __attribute__((__section__(".init.text"), __cold__, no_instrument_function))
static int __init __attribute__((noinline, noclone, optimize("O0"), nonnull, warn_unused_result)) f(int *p) { return *p; }
struct s { int a __attribute__((deprecated)); } __attribute__((designated_init, may_alias));
[[gnu::hot]] static int g(int x [[maybe_unused]]) { switch (x) { case 1: __attribute__((fallthrough)); default: return 3; } }
long out[2]; int used __attribute__((used, visibility("hidden"), section(".data.here"))) = 2;
int main(void) { struct s s = { 4 }; here: __attribute__((unused)); out[0] = f(&used) + s.a; out[1] = g(1); return 0; }
"""


IN_A_TREE = """
typedef int (*call)(void);
static int boot(void) { return 1; }
static call __initcall_boot6 __attribute__((used, section(".initcall6.init"))) = boot;
asm(".section \\".initcall6.init\\", \\"a\\"\\n__boot: .long boot - .\\n.previous\\n");
"""


def test_nothing_of_a_kernel_tree_runs_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "boot.c"
    path.write_text(IN_A_TREE)
    unit = TranslationUnit(str(path), ("-x", "c"))
    told = (cl.children(unit.cursor), unit.diagnostics(), unit.files(), lambda name: False)
    assert [problem.line for problem in beside(*told).problems] == [5, 4]
    assert beside(*told, kernel=True).problems == ()
    path.write_text('asm(".section .initcall6.init\\n\\tcall boot");')
    unit = TranslationUnit(str(path), ("-x", "c"))
    told = (cl.children(unit.cursor), unit.diagnostics(), unit.files(), lambda name: False)
    assert len(beside(*told, kernel=True).problems) == 1


def test_what_is_but_a_hint_changes_nothing(tmp_path: Path) -> None:
    assert values(tmp_path, HINTS) == [6, 3]


@pytest.mark.parametrize(
    ("declared", "size", "aligned"),
    [
        ("#pragma pack(2)\nstruct s { char c; int i; } x;", 6, 2),
        (
            "#pragma pack(push, 1)\nstruct s { char c; int i; } x;\n#pragma pack(pop)\nstruct { char c; int i; } y;",
            5,
            1,
        ),
        ("struct s { char c; int i; } __attribute__((aligned(32))) x;", 32, 32),
        ("struct s { char c __attribute__((aligned(8))); int i; } x;", 8, 8),
        ("typedef int half __attribute__((mode(HI))); struct s { half c, i; } x;", 4, 2),
    ],
)
def test_what_changes_layouts_is_followed(declared: str, size: int, aligned: int, tmp_path: Path) -> None:
    code = f"{declared}\nlong out[2]; int main(void) {{ out[0] = sizeof(x); out[1] = _Alignof(struct s); return 0; }}"
    assert values(tmp_path, code) == [size, aligned]
    used = f"{declared}\nlong out[1]; int main(void) {{ x.i = 5; out[0] = x.i; return 0; }}"
    assert values(tmp_path, used) == [5]
