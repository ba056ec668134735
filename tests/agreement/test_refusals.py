# ruff: noqa: E501 (C programs)
"""What cannot be modelled is UNKNOWN wherever an expression can stand and is reached, and does not matter elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry, parse_program
from tests.agreement.engines import EVERYTHING, verdicts

BEFORE = """
#define assert(c) __mc_assert(!!(c), "assertion", "reached")
struct pair { int a, b; };
union either { int a; long b; };
struct bits { unsigned low : 3, high : 5; };
int elsewhere(void);
void nowhere(void);
struct pair pair_elsewhere(void);
double real(void);
long unknown_size(void);
int g = 1, h, z, row[4];
struct pair whole;
struct bits bits;
static int same(int x) { return x; }
static int sum(int x, int y) { return x + y; }
static int any(int n, ...) { return n; }
static struct pair made(int a) { struct pair p = { a, a }; return p; }
static int (*pointed)(int) = same;
static void clean(int *p) { z = *p; }
static void run(void *p) { z = (int)(long)p; }
"""

KINDS = {
    "a function without a body": "elsewhere()",
    "a struct from a function without a body": "pair_elsewhere().a",
    "a floating point number": "(g * 1.5 > 1)",
    "a function that gives one": "(int)real()",
    "a complex number": "(int)__real__(1.0i * g)",
    "an argument of a variable list": "({ __builtin_va_list ap; __builtin_va_arg(ap, int); })",
    "assembly with operands": '({ int q; __asm__("get %0" : "=r"(q)); q; })',
    "a vector": "({ int __attribute__((vector_size(16))) v = { 1 }; v[g]; })",
    "an element of a wide string": '(int)L"ab"[g]',
    "a jump to a computed label": "({ void *to = &&here; goto *to; 1; })",
    "a statement of it": "({ nowhere(); 1; })",
}

PLACES = (
    "E;", "(void)E;", "int x = E;", "int x; x = E;", "z = E;", "row[E & 3] = 1;", "row[0] = row[E & 3];",
    "z += E;", "z <<= E & 3;", "row[E & 3]++;", "--row[E & 3];", "bits.high = E;", "bits.low += E;", "whole.b = E;",
    "(&whole)->a = E;", "*(row + (E & 1)) = 2;", "z = *(&row[E & 1]);", "z = -E;", "z = !E;", "z = ~E;", "z = (char)E;",
    "z = 1 + E;", "z = E * 2;", "z = E << 1;", "z = 8 / (E | 1);", "z = E == g;", "z = (E, 1);", "z = (1, E);",
    "z = g && E;", "z = h || E;", "z = E && g;", "z = E || g;", "z = g && h || E;", "z = g && (h || E);", "z = !(g && E);",
    "z = (g && E) + (h || E);", "z = g ? E : 2;", "z = h ? 2 : E;", "z = E ? 1 : 2;", "z = g ? h ? 1 : E : 3;",
    "z = E ?: 5;", "z = h ?: E;", "z = same(g ? E : 1);", "z = (g && E) ? 1 : 2;", "whole = g ? made(E) : whole;",
    "assert(g && E);", "assert(E);", "if (E) z = 1;", "if (g && E) z = 1;", "if (h || E) z = 1; else z = 2;", "if (!(g && E)) z = 1;",
    "if (g) z = E;", "if (h) z = 1; else z = E;", "if (h) ; else if (E) z = 2;", "while (E) break;", "while (g && E) break;",
    "while (g) { z = E; break; }", "do z = E; while (0);", "do z = 1; while (h && E || E);", "do { continue; } while (E);",
    "for (int i = E; i < 1; i++) ;", "for (int i = 0; i < E; i++) break;", "for (int i = 0; i < 1; i += E) ;",
    "for (int i = 0; i < 1; i += g && E) ;", "for (;;) { z = E; break; }", "switch (E) { case 0: z = 1; }", "switch (g && E) { default: ; }",
    "switch (g) { case 0: z = 1; break; default: z = E; }", "switch (g) { case 1: z = E; }", "switch (g) case 1: E;",
    "goto in; in: z = E;", "in: z = E; if (h) goto in;", "z = ({ int k = E; k; });", "z = ({ g && E; });", "z = ({ E; 3; });",
    "z = same(E);", "z = sum(1, E);", "z = sum(g && E, 2);", "z = any(1, E);", "z = pointed(E);", "z = (E ? same : pointed)(1);", "z = made(E).b;",
    "int v[2] = { 1, E };", "int v[2] = { [1] = E }; int *p = v; z = *p;", "struct pair p = { .b = E };", "struct pair p = { g && E, 1 };",
    "whole = (struct pair){ 1, E };", "z = ((struct pair){ E, 2 }).a;", "struct pair *p = &(struct pair){ E, 2 }; z = p->a;",
    "int *p = &(int){ E };", "union either u = { .a = E };", "struct { struct pair in[2]; } d = { .in[1].b = E };",
    "struct { int v[3]; } d = { { [0 ... 1] = E } };", "int x __attribute__((cleanup(clean))) = E;", "int a = E, b = 2; z = b;", "int n = g && E, m = 2; z = m;",
    "__mc_assert(E, \"assertion\", \"there\");", "__mc_assume(E);", "__mc_store(&z, 4, E, \"ONCE\");", "z = __mc_load(&row[E & 1], 4, \"ONCE\");",
    "z = __mc_rmw(&z, 4, \"add\", E, \"ONCE\", \"ONCE\");", "z = __mc_rmw_if(&z, 4, \"xchg\", 1, \"eq\", E, \"ONCE\", \"ONCE\", \"ONCE\");",
    "__mc_await(&g, 4, \"ne\", E ? 0 : 0, \"ONCE\");", "__mc_spawn(run, (void *)(long)E);", "__mc_join(E);", "void *p = __mc_alloc(E ? 4 : 4, 1, 0);",
    "__mc_free((void *)(long)(E & 0));", "__builtin_memset(row, E, 8);", "__builtin_memcpy(&row[E & 1], &row[2], 4);", "z = __builtin_expect(E, 1);",
    "if (__builtin_expect(g && E, 1)) z = 1;", "z = __builtin_choose_expr(1, E, 2);", "z = _Generic(g, int: E);", "z = __builtin_abs(E);", "z = __builtin_ffs(E);",
    "z = (__typeof__(E))E;", "struct pair q[2] = { { 1, 2 }, { 3, E } };", "const int k = E; static int s; s = k;", "__atomic_store_n(&z, E, 5);", "z = __atomic_fetch_add(&z, E, 5);",
    "typedef int many[E]; z = 2;", "int (*p)[E] = 0;", "int v[E]; z = 2;", "int v[E][2]; z = 2;", "z = sizeof(int[E]);", "z = (int (*)[E])row != 0;", "({ if (E) z = 1; });", "for (struct pair p = { 0, E }; p.a < 1; p.a++) ;", "z = g ? ({ int k = E; k; }) : 1;", "z = sum(same(E), same(1));",
)  # fmt: skip

ASIDE = (
    "z = h && E;", "z = g || E;", "z = g ? 2 : E;", "z = h ? E : 2;", "z = g ?: E;", "if (h) E;", "if (h && E) z = 1;", "while (h) E;",
    "for (; h; E) ;", "switch (g) { case 0: E; }", "goto out; z = E; out: ;", "z = ({ if (h) E; 2; });", "if (h) { int k = E; (void)k; }",
    "z = g && (h && E);", "z = sizeof(E);", "z = __builtin_choose_expr(0, E, 2);", "z = same(h && E);", "int v[2] = { h && E, 2 };", "z = g ? 2 : ({ E; });",
    "do { if (g) break; E; } while (1);", "struct pair p = g ? whole : made(E);", "z = h ? 1 : h ? E : 3;", "for (int i = 0; i < 1; i++) if (h) E;", "while (0 && E) ;", "1 || E;",
)  # fmt: skip


OPERAND = re.compile(r"\bE\b")


def _verdicts(folder: Path, kind: str, places: tuple[str, ...]) -> dict[str, set[str]]:
    """What the two engines say of each place with an assertion that fails behind it."""
    bodies = "".join(
        f"void place{number}(void) {{ {OPERAND.sub(lambda _: KINDS[kind], place)} assert(0); here: ; }}\n"
        for number, place in enumerate(places)
    )
    path = folder / "refused.c"
    path.write_text(BEFORE + bodies)
    found = {}
    for number, place in enumerate(places):
        scenario = ScenarioEntry(None, (("thread", f"place{number}"),), None)
        program = parse_program([path], scenario=scenario)
        found[place] = set(verdicts(program, "sc", EVERYTHING - {"uninitialised", "undefined"}))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_that_is_reached_is_unknown_in_every_place(kind: str, tmp_path: Path) -> None:
    found = _verdicts(tmp_path, kind, PLACES)
    assert {place: said for place, said in found.items() if said != {"UNKNOWN"}} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_that_is_not_reached_does_not_matter(kind: str, tmp_path: Path) -> None:
    found = _verdicts(tmp_path, kind, ASIDE)
    assert {place: said for place, said in found.items() if said != {"FAIL"}} == {}
