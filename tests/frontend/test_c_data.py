# ruff: noqa: E501 (C programs and tables)
"""Objects of C: structs, unions, bitfields, arrays, and every way to initialise them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from modelcheck.program.ir import Alloc, Function, Load, Local, MemoryObject, Program, Store
from modelcheck.program.machine import Initial, Stuck
from tests.frontend.c_running import evaluate, finding, instructions, outcome, program, values


def thing(made: Program, name: str) -> MemoryObject:
    """The static object of that name."""
    return next(found for found in made.objects if found.name == name)


def main(made: Program) -> Function:
    """The code of main."""
    return made.functions["main"]


def test_structs_are_assigned_passed_and_returned_by_value(tmp_path: Path) -> None:
    declarations = """
    struct in { short a[2]; char c; };
    struct s { int x; struct in in; long l; } g = { 1, { { 2, 3 }, 4 }, 5 };
    struct small { int x; short y; };
    struct s change(struct s v, int by) { v.x += by; v.in.a[1] += by; return v; }
    struct small two(int x) { struct small r = { x, x + 1 }; return r; }
    long sum(struct s v) { return v.x + 10 * v.in.a[0] + 100 * v.in.a[1] + 1000 * v.in.c + 10000 * v.l; }
    int digits(struct small a, struct small b) { return a.x * 1000 + a.y * 100 + b.x * 10 + b.y; }
    """
    before = "struct s a = g, b; b = change(a, 2); a = b; a.l = 9; struct s *p = &g; *p = a; struct small m = two(3); m.x = 8;"
    found = evaluate(tmp_path, declarations, "sum(b)", "sum(a)", "sum(g)", "change(g, 1).in.a[1]",
                     "digits(two(1), m)", "two(6).y", before=before)  # fmt: skip
    assert found == [54523, 94523, 94523, 6, 1284, 7]


def test_a_struct_is_computed_whole_before_it_is_assigned(tmp_path: Path) -> None:
    before = "struct p { int x, y, z; } a = { 1, 2, 3 }, b = { 4, 5, 6 }, t; a = (struct p){ a.y, a.z, a.x }; t = a; a = b; b = t;"
    assert evaluate(tmp_path, "", "a.x * 100 + a.y * 10 + a.z", "b.x * 100 + b.y * 10 + b.z", before=before) == [
        456,
        231,
    ]


def test_offsets_of_members_behind_an_index_that_only_running_tells(tmp_path: Path) -> None:
    declarations = """
    #define offsetof(type, member) __builtin_offsetof(type, member)
    struct in { short a, b[3]; };
    struct s { char c; union { long x; struct { int p; struct in q[4]; }; }; struct in tail[]; } one;
    int i = 1, k = 2;
    """
    before = "struct s *none = 0; struct in *q = &one.q[i]; struct s *back = (struct s *)((char *)q - offsetof(struct s, q[i]));"
    # struct in has 8 bytes; q begins at 12, tail at 48.
    uses = ["offsetof(struct s, q[i].b[k])", "offsetof(__typeof__(*none), tail[i + 1].b[k])", "offsetof(struct s, tail[-i])",
            "back == &one"]  # fmt: skip
    assert evaluate(tmp_path, declarations, *uses, before=before) == [12 + 8 + 2 + 4, 48 + 16 + 2 + 4, 48 - 8, 1]


def test_an_enumeration_may_be_declared_before_it_is_defined_or_never_be(tmp_path: Path) -> None:
    declarations = """
    enum later; enum never; enum third;
    struct holder { enum never *none; enum later *at; };
    int there(enum third *t) { return t != 0; }
    enum later { A = -1, B = 1 };
    enum third { C = 1, D = 2 };
    """
    before = "enum later x = A; enum third y = D; struct holder h = { 0, &x };"
    # The type of one with a negative constant is int, else unsigned int.
    found = evaluate(tmp_path, declarations, "*h.at < 0", "h.none == 0", "y - 3 > 5", "there(&y)", before=before)
    assert found == [1, 1, 1, 1]


def test_struct_results_of_every_size_come_back_whole(tmp_path: Path) -> None:
    kinds = [
        "char a;",
        "short a;",
        "char a, b, c;",
        "int a;",
        "int a; char b;",
        "long a;",
        "long a, b;",
        "char a[9];",
        "int a[6];",
    ]
    declarations = "".join(
        f"struct s{n} {{ {kind} }}; struct s{n} same{n}(struct s{n} v) {{ return v; }} "
        f"int ok{n}(void) {{ struct s{n} v, w; "
        f"v = (struct s{n}){{ {', '.join(str(i + 1) for i in range(kind.count(',') + 1))} }}; w = same{n}(v); "
        f"return __builtin_memcmp(&v, &w, sizeof(v)) == 0; }}\n".replace(
            "unsigned char *p = (void *)&v, *q = (void *)&w; ", ""
        )
        for n, kind in enumerate(kinds)
    )
    assert evaluate(tmp_path, declarations, *(f"ok{n}()" for n in range(len(kinds)) if n != 4)) == [1] * (
        len(kinds) - 1
    )


def test_arrays_of_arrays_and_of_structs(tmp_path: Path) -> None:
    declarations = "int m[2][3] = { { 1, 2 }, { 4, 5, 6 } }; struct s { int a; struct { int b[2]; } in[2]; } t[2] = { [1].in[1].b[0] = 7 };"
    before = "int i = 1, j = 2; m[i][j - 2] += 10; t[0] = t[i]; int (*row)[3] = &m[1]; (*row)[1] = 9; int local[2][2] = { { 1 }, { 2, 3 } };"
    found = evaluate(tmp_path, declarations, "m[0][2]", "m[1][0]", "m[1][1]", "*(m[1] + 2)", "t[0].in[i].b[0]", "sizeof m[0]",
                     "local[0][1] * 100 + local[i][0] * 10 + local[1][1]", before=before)  # fmt: skip
    assert found == [0, 14, 9, 6, 7, 12, 23]


def test_unions_share_their_bytes(tmp_path: Path) -> None:
    declarations = (
        "union u { unsigned w; unsigned x; int s; } g = { .s = -1 }; struct h { int k; union { long l; void *p; }; } h;"
    )
    before = "g.x = 0xfffffff6; h.p = (void *)12; union u c = g; c.s++;"
    assert evaluate(tmp_path, declarations, "g.w", "g.s", "h.l", "c.w", before=before) == [
        0xFFFFFFF6,
        -10,
        12,
        0xFFFFFFF7,
    ]


def test_bitfields_keep_their_neighbours_and_wrap_at_their_width(tmp_path: Path) -> None:
    declarations = """
    struct b { unsigned a : 3, b : 5; int s : 4; unsigned : 4; unsigned long long w : 40; _Bool f : 1; char after; } g = { 1, 2, -3, 1ULL << 39, 1, 'x' };
    enum e { P, Q, R }; struct c { enum e e : 2; unsigned char low : 1; } c;
    """
    before = "g.a = 9; g.b += 31; g.s = 9; g.w++; int v = g.a++; int w = --g.a; c.e = R; c.low = 3; struct b copy = g; copy.f = 0;"
    found = evaluate(tmp_path, declarations, "g.a", "g.b", "g.s", "g.w == (1ULL << 39) + 1", "g.f", "g.after", "v * 10 + w", "c.e",
                     "c.low", "copy.b", "copy.f", "(g.a = 12)", before=before)  # fmt: skip
    assert found == [1, 1, -7, 1, 1, ord("x"), 11, 2, 1, 1, 0, 4]


def test_bitfields_in_unions_and_beside_bytes(tmp_path: Path) -> None:
    declarations = """
    union u { unsigned w; unsigned low : 4; } u = { 0xabcd }; struct p { unsigned a : 4, b : 4; char c; } __attribute__((packed)) p = { 1, 2, 3 };
    struct packed { char a; unsigned b : 30; char c; } __attribute__((packed)) packed;
    """
    found = evaluate(
        tmp_path,
        declarations,
        "u.low",
        "(u.low = 1, u.w)",
        "p.b",
        "(p.a = 7, p.c)",
        "sizeof p",
        "(packed.c = 5, packed.c)",
    )
    assert found == [0xD, 0xABC1, 2, 3, 2, 5]


def test_a_bitfield_is_written_by_reading_and_writing_its_storage_unit(tmp_path: Path) -> None:
    made = program(tmp_path, "struct { unsigned a : 3, b : 5; } g; int main(void) { g.b = 1; return 0; }")
    steps = [step for step in instructions(main(made)) if isinstance(step, Load | Store)]
    assert [type(step) for step in steps] == [Load, Store]
    assert {step.size for step in steps} == {4}


INITIALISERS = {
    "struct { int a, b, c; } v = { 1, .c = 3 };": ("v.a * 100 + v.b * 10 + v.c", 103),
    "struct { int a, b, c; } v = { .c = 3, .a = 1, 2 };": ("v.a * 100 + v.b * 10 + v.c", 123),
    "struct { int a; struct { int b, c; } in; int d; } v = { 1, 2, 3, 4 };": ("v.a * 1000 + v.in.b * 100 + v.in.c * 10 + v.d", 1234),
    "struct { int a; struct { int b, c; } in; int d; } v = { 1, .in.c = 3, 4 };": ("v.in.b * 100 + v.in.c * 10 + v.d", 34),
    "struct { int a; struct { int b, c; } in; int d; } v = { .in = { 5 }, 6 };": ("v.in.b * 100 + v.in.c * 10 + v.d", 506),
    "struct { struct { int a, b; } x, y; } v = { { 1 }, .y = { 2, 3 }, .x.b = 4 };": ("v.x.a * 1000 + v.x.b * 100 + v.y.a * 10 + v.y.b", 1423),
    "struct { int k; union { int l; long m; }; struct { int n; }; } v = { 1, .m = 2, .n = 3 };": ("v.k * 100 + v.m * 10 + v.n", 123),
    "int v[5] = { 1, [3] = 4, 5 };": ("v[0] * 10000 + v[1] * 1000 + v[3] * 10 + v[4]", 10045),
    "int v[] = { [2] = 3, [0] = 1 };": ("v[0] * 1000 + v[1] * 100 + v[2] * 10 + sizeof v / sizeof *v", 1033),
    "int v[6] = { [0 ... 2] = 7, [1] = 2, [4 ... 5] = 1 };": ("v[0] * 100000 + v[1] * 10000 + v[2] * 1000 + v[3] * 100 + v[4] * 10 + v[5]", 727011),
    "struct { int a[4], b; } v = { .a[1 ... 2] = 5, 6, 7 };": ("v.a[1] * 1000 + v.a[2] * 100 + v.a[3] * 10 + v.b", 5567),
    "int v[2][3] = { [0 ... 1][1 ... 2] = 4 };": ("v[0][0] + v[0][1] * 1000 + v[1][1] * 100 + v[1][2] * 10 + v[1][0]", 4440),
    "struct { struct { int a, b; } in; int c; } v = { 1, 2, .in = { 3 }, 4 };": ("v.in.a * 100 + v.in.b * 10 + v.c", 304),
    "union { int a; int b; } v = { .a = 1, .b = 2 };": ("v.a", 2),
    "struct { union { int a; long b; }; int c; } v[2] = { { { 1 }, 2 }, { .b = 3, .c = 4 } };": ("v[0].a * 1000 + v[0].c * 100 + v[1].b * 10 + v[1].c", 1234),
    "struct { struct { } none; int a; } v = { { }, 4 };": ("v.a", 4),
    "int v[2][2] = { 1, 2, 3, 4 };": ("v[0][0] * 1000 + v[0][1] * 100 + v[1][0] * 10 + v[1][1]", 1234),
    "int v[2][2] = { [1] = { 8 }, [0][1] = 9 };": ("v[0][0] * 1000 + v[0][1] * 100 + v[1][0] * 10 + v[1][1]", 980),
    "int v[3][2] = { [0 ... 1] = { 1, 2 } };": ("v[0][1] * 100 + v[1][0] * 10 + v[2][0]", 210),
    "struct { int a[2], b; } v[2] = { 1, 2, 3, { { 4 } } };": ("v[0].a[1] * 1000 + v[0].b * 100 + v[1].a[0] * 10 + v[1].b", 2340),
    "struct { int a[2], b; } v[2] = { [1].a[1] = 5, 6 };": ("v[1].a[0] * 100 + v[1].a[1] * 10 + v[1].b", 56),
    'char v[] = "ab\\0c";': ("v[0] + 1000 * v[3] + 1000000 * sizeof v", 5099097),
    'char v[4] = { "xy" };': ("v[0] * 10 + v[1] + v[2] + v[3]", 1321),
    'struct { char name[4]; int n; } v[2] = { { "ab", 1 }, { .n = 2 } };': ("v[0].name[1] * 100 + v[0].n * 10 + v[1].n", 9812),
    'const char *v[] = { "no", [2] = "yes" };': ("v[2][0] * 10 + (v[1] == 0)", 1211),
    "union { int i; long l; } v = { .l = 1L << 40 };": ("v.l >> 38", 4),
    "struct { unsigned a : 2, b : 6; } v = { 1, .b = 33 };": ("v.a * 100 + v.b", 133),
    "int v = { 6 };": ("v", 6),
    "struct p { int x, y; } v = (struct p){ .y = 2 };": ("v.x * 10 + v.y", 2),
    "int *v = (int[]){ 3, 4 };": ("v[0] * 10 + v[1]", 34),
    "struct l { struct l *next; int n; } v = { &v, 4 };": ("v.next->next->n", 4),
    "struct { int n; char flags[3]; } v = { };": ("v.n + v.flags[2]", 0),
}  # fmt: skip


@pytest.mark.parametrize("storage", ["static ", ""], ids=["static", "local"])
def test_initialisers_fill_objects_by_the_rules_of_designators_and_braces(tmp_path: Path, storage: str) -> None:
    body = "".join(
        f"{{ {storage}{text} out[{n}] = {use}; }}\n" for n, (text, (use, _)) in enumerate(INITIALISERS.items())
    )
    if storage:  # at block scope a compound literal is no constant
        body = body.replace("static struct p { int x, y; } v = (struct p)", "struct p { int x, y; } v = (struct p)")
        body = body.replace("static int *v = (int[])", "int *v = (int[])")
    found = values(tmp_path, f"long out[{len(INITIALISERS)}];\nint main(void) {{ {body} return 0; }}")
    expected = {text: value for text, (_, value) in INITIALISERS.items()}
    assert dict(zip(INITIALISERS, found, strict=True)) == expected


def test_static_initialisers_may_hold_addresses(tmp_path: Path) -> None:
    declarations = """
    struct list { struct list *next, *prev; };
    struct node { int key; struct list link; } nodes[3];
    struct list head = { &nodes[1].link, &head };
    int f(int x) { return x + 1; } int g(int x) { return x * 2; }
    static int (*const table[])(int) = { f, &g };
    struct ops { int (*call)(int); const char *name; } const ops = { .name = "ops" + 1, .call = g };
    int *inside = (int *)((char *)&nodes[2].link - __builtin_offsetof(struct node, link));
    unsigned long tagged = (unsigned long)&nodes + 1;
    int count = sizeof(nodes) / sizeof(nodes[0]);
    struct ops *anonymous = &(struct ops){ .call = f };
    """
    found = evaluate(tmp_path, declarations, "head.next == &nodes[1].link", "head.prev == &head", "table[0](3) * 10 + table[1](4)",
                     "ops.name[0]", "ops.call(9)", "inside == &nodes[2].key", "tagged - 1 == (unsigned long)nodes", "count",
                     "anonymous->call(1)")  # fmt: skip
    assert found == [1, 1, 48, ord("p"), 18, 1, 1, 3, 2]


def test_a_flexible_array_has_room_for_what_initialises_it(tmp_path: Path) -> None:
    declarations = "struct f { int n; short a[]; } f = { 3, { 7, 8, 9 } };"
    assert evaluate(tmp_path, declarations, "f.a[0]", "f.a[2]", "sizeof f") == [7, 9, 4]


def test_an_initialiser_that_is_evaluated_twice_is_not(tmp_path: Path) -> None:
    declarations = "int calls; int next(void) { return ++calls; }"
    assert evaluate(tmp_path, declarations, "a[0] * 10 + a[1]", "calls", before="int a[2] = { next(), next() };") == [
        12,
        2,
    ]


def test_memory_functions_work_scalar_by_scalar(tmp_path: Path) -> None:
    declarations = """
    typedef unsigned long size_t;
    void *memset(void *, int, size_t); void *memcpy(void *, const void *, size_t); int memcmp(const void *, const void *, size_t);
    void *memmove(void *, const void *, size_t);
    struct s { int a; char b; long c[2]; } x = { 1, 2, { 3, 4 } }, y, z[2] = { { 9 }, { 9 } };
    """
    before = """
    memcpy(&y, &x, sizeof(x)); int same = memcmp(&x, &y, sizeof(x)); y.c[1] = 300; int less = memcmp(&x, &y, sizeof(x)) < 0;
    memset(&x, 0, sizeof(x)); memset(z, 0xff, sizeof(z)); memset(&y.c[0], 1, sizeof(y.c[0]));
    int a[4] = { 1, 2, 3, 4 }; memmove(a + 1, a, 3 * sizeof(int));
    """
    found = evaluate(tmp_path, declarations, "y.a", "y.b", "same", "less", "x.a + x.b + x.c[1]", "z[1].a", "z[1].c[1]", "y.c[0]",
                     "a[1] * 100 + a[2] * 10 + a[3]", before=before)  # fmt: skip
    assert found == [1, 2, 0, 1, 0, -1, -1, 0x0101010101010101, 123]


def test_string_functions_need_only_be_declared(tmp_path: Path) -> None:
    declarations = """
    typedef unsigned long size_t;
    int strcmp(const char *, const char *); size_t strlen(const char *); char *strcpy(char *, const char *);
    int strncmp(const char *, const char *, size_t); char *strchr(const char *, int);
    char buffer[8];
    """
    found = evaluate(tmp_path, declarations, 'strcmp("abc", "abd") < 0', 'strcmp("a", "a")', 'strlen("hello")',
                     'strlen(strcpy(buffer, "four"))', "buffer[3]", 'strncmp("abx", "aby", 2)', '*strchr("kernel", 110)')  # fmt: skip
    assert found == [1, 0, 5, 4, ord("r"), 0, ord("n")]


def test_static_objects_lie_apart_and_have_names_for_their_parts(tmp_path: Path) -> None:
    code = """
    struct list { struct list *next; };
    struct page { unsigned long flags; struct list lru; union { int count; unsigned left; }; unsigned a : 2, b : 3; };
    MC_UNITS struct page map[2]; const int table[2] = { 0, 5 }; char *text = "hi";
    int main(void) { map[1].count = table[1]; return text[0]; }
    """
    made = program(tmp_path, code)
    map_, table = thing(made, "map"), thing(made, "table")
    assert (map_.size, map_.units, map_.kind, map_.readonly, map_.zeroed) == (48, 24, "global", (), True)
    assert map_.layout is not None
    assert [(leaf.path, leaf.offset, leaf.size) for leaf in map_.layout.leaves[:4]] == [
        ("[0].flags", 0, 8), ("[0].lru.next", 8, 8), ("[0].count", 16, 4), ("[0].a|b", 20, 4),
    ]  # fmt: skip
    assert (table.readonly, table.cells) == (((0, 8),), ((4, 4, 5),))
    string = thing(made, '"hi"')
    assert (string.readonly, string.size, string.cells) == (((0, 3),), 3, ((0, 1, ord("h")), (1, 1, ord("i"))))
    ordered = sorted(made.objects, key=lambda found: found.base)
    assert ordered[0].base >= 0x1000
    assert all(found.base % 64 == 0 for found in ordered)
    assert all(after.base - (found.base + found.size) >= 64 for found, after in pairwise(ordered))


def test_static_objects_are_aligned_as_they_ask(tmp_path: Path) -> None:
    declarations = """
    int a; char page[4096] __attribute__((aligned(4096))); int b __attribute__((aligned(1 << 8)));
    struct line { int x; } __attribute__((aligned(512))) c;
    """
    expressions = ["&a != 0", "(unsigned long)page % 4096", "(unsigned long)&b % 256", "(unsigned long)&c % 512"]
    assert evaluate(tmp_path, declarations, *expressions) == [1, 0, 0, 0]


def test_writing_a_const_object_is_a_finding(tmp_path: Path) -> None:
    code = 'char *text = "hi"; int main(void) { text[0] = 1; return 0; }'
    assert finding(tmp_path, code).property == "wild-pointer"


def test_locals_are_registers_unless_something_points_to_them(tmp_path: Path) -> None:
    code = """
    struct s { int a; struct { int b[2]; } in; };
    int f(struct s v) { struct s w = v; w.in.b[1] += w.a; int n = w.in.b[1]; n++; return n; }
    int main(void) { struct s v = { 1, { { 2, 3 } } }; return f(v); }
    """
    made = program(tmp_path, code)
    for function in made.functions.values():
        assert not [step for step in instructions(function) if isinstance(step, Load | Store | Local)]
    pointed = "int f(int *p) { return *p; } int main(void) { int a = 1, b = 2, c[2] = { 3 }; b = f(&a) + c[b - 1]; return b; }"
    names = [step.name for step in instructions(main(program(tmp_path, pointed))) if isinstance(step, Local)]
    assert names == ["a", "c"]


def test_a_local_without_a_value_is_undefined_again_in_every_round(tmp_path: Path) -> None:
    code = "long out[2]; int main(void) { for (int i = 0; i < 2; i++) { int v; if (i == 0) v = 7; out[i] = v; } return 0; }"
    assert values(tmp_path, code) == [7, None]


def test_an_allocation_gets_the_layout_of_the_type_it_becomes(tmp_path: Path) -> None:
    code = """
    struct dev { int id; void *priv; };
    static inline void *kmalloc(unsigned long size) { return __mc_alloc(size, 0, 0); }
    static inline void *kzalloc(unsigned long size) { void *p = kmalloc(size); return p; }
    struct dev *a, *b; void *c;
    int main(void) { a = kmalloc(sizeof(*a)); b = (struct dev *)__mc_alloc(16, 1, 0); c = kmalloc(3); struct dev *d = kzalloc(16); return d == a; }
    """
    made = program(tmp_path, code)
    layouts = {
        name: [step.layout and step.layout.type for step in instructions(function) if isinstance(step, Alloc)]
        for name, function in made.functions.items()
    }
    assert layouts["kmalloc<struct dev>"] == ["struct dev"]
    assert layouts["kmalloc"] == [None]  # what becomes c
    assert layouts["main"] == ["struct dev"]
    assert isinstance(outcome(tmp_path, code), Initial)


def test_an_allocation_in_a_statement_expression_gets_the_type_that_its_value_becomes(tmp_path: Path) -> None:
    code = """
    struct dev { int id; void *priv; };
    struct part { long x; };
    static inline void *raw(unsigned long size) { return __mc_alloc(size, 0, 0); }
    #define tagged(call) ({ int tag = 0; __typeof__(call) _res = call; (void)tag; _res; })
    #define hooked(call) ({ int count = 0; (void)count; tagged(call); })
    struct dev *a, *b; void *c; struct part *d;
    int main(void) {
        a = hooked(raw(sizeof(*a)));
        c = hooked(__mc_alloc(5, 0, 0));
        b = ({ d = hooked(__mc_alloc(8, 0, 0)); hooked(__mc_alloc(16, 0, 0)); });
        return 0;
    }
    """
    made = program(tmp_path, code)
    layouts = {
        name: [step.layout and step.layout.type for step in instructions(function) if isinstance(step, Alloc)]
        for name, function in made.functions.items()
    }
    assert layouts["raw<struct dev>"] == ["struct dev"]
    assert layouts["main"] == [None, "struct part", "struct dev"]


def test_an_initialiser_that_is_no_number_is_refused_at_its_place(tmp_path: Path) -> None:
    found = outcome(tmp_path, "int x;\ndouble d = 1.5;\nint main(void) { return *(long *)&d > 1; }")
    assert isinstance(found, Stuck)
    assert found.reason.endswith("prog.c:2:12: floating point is not supported")
