"""What is defined const is initialised, and changed no more: C11 6.7.3 p6 leaves a change through a cast undefined.

An object that is not const may be changed through a pointer to const that is cast.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check

ASKED = frozenset(PROPERTIES) - {"race"}
START = """
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
struct s { int a, b; }; struct n { struct s in; int more[2]; };
struct m { int a; const int b; int c[2]; }; struct deep { int a; struct m m[2]; const struct s s; const int k[2]; };
struct also { int a; union { const int seen; int hidden; }; const unsigned bit : 3; unsigned other : 3; };
struct anonymous { int a; struct { const int b; int c; }; };
static struct m there = { 1, 2, { 3, 4 } }; static struct m many[3]; static _Thread_local struct m mine;
static struct m made(void) { struct m it = { 1, 2, { 3, 4 } }; return it; }
static int given(struct m it) { return it.b; }
static const int at_start = 1; static const struct s record = { 1, 2 };
static int three(void) { return 3; }
static int seen(const int *p) { return *p; }
static void set(const int *p) { *(int *)p = 9; }
static struct s both(int a, int b) { struct s it = { a, b }; return it; }
"""
RIGHT = {
    "a number": "const int x = three(); assert(seen(&x) == 3);",
    "nothing": "const int x = 0; const int *p = &x; assert(*p == 0);",
    "an array": "const int x[3] = { 1, [2] = 3 }; assert(seen(x) == 1 && seen(x + 1) == 0 && seen(x + 2) == 3);",
    "characters": "const char x[] = \"ab\"; const char *p = x; assert(p[1] == 'b');",
    "a structure": "const struct s x = { .b = 2 }; assert(seen(&x.a) == 0 && seen(&x.b) == 2);",
    "one that a function gives": "const struct s x = both(4, 5); assert(seen(&x.b) == 5);",
    "a copy": "struct s y = { 1, 2 }; const struct s x = y; assert(seen(&x.b) == 2);",
    "one inside another": "const struct n x = { { 1 }, { 2 } }; assert(seen(&x.more[0]) == 2 && !seen(&x.in.b));",
    "a literal": "const struct s *p = &(const struct s){ 7, 8 }; assert(seen(&p->b) == 8);",
    "once a round": "for (int i = 0; i < 3; i++) { const int x = i; assert(seen(&x) == i); }",
    "a parameter": "assert(parameter(5) == 5);",
    "a pointer that is const": "int y = 1; int *const p = &y; int *const *q = &p; **q = 2; assert(y == 2);",
    "what is not const": "int y = 1; set(&y); assert(y == 9);",
    "part of what is not": "struct s y = { 1, 2 }; const struct s *p = &y; set(&p->b); assert(y.b == 9);",
    "a copy that is not": "const struct s x = { 1, 2 }; struct s y = x; set(&y.a); assert(y.a == 9 && x.a == 1);",
    "one with a member that is": "struct m x = { 1, 2, { 3 } }; x.c[1] = 6; assert(seen(&x.b) == 2 && x.c[1] == 6);",
    "one that a function gives with such a member": "struct m x = made(); x.a = 9; assert(seen(&x.b) == 2);",
    "one that a function gets with such a member": "assert(given((struct m){ 1, 2 }) == 2); assert(given(there) == 2);",
    "beside such a member": "set(&there.a); set(&many[1].c[1]); set(&mine.a); assert(many[1].c[1] == 9);",
    "another name of it": "struct also x = { 1 }; x.hidden = 5; assert(seen(&x.seen) == 5);",
    "beside bits": "struct also x = { .bit = 5 }; x.other = 3; assert(x.bit == 5 && x.other == 3);",
    "memory that is of no type": "struct m *p = malloc(sizeof(*p)); memcpy(p, &there, sizeof(*p)); set(&p->b);"
    " assert(p->b == 9); free(p);",
    "jumped over": "int n = 0; again:; const int x = n; assert(seen(&x) == n); if (n++ < 2) goto again;",
}
WRONG = {
    "a number": "const int x = 1; set(&x);",
    "here": "const int x = 1; *(int *)&x = 2;",
    "an array": "const int x[2] = { 1, 2 }; set(&x[1]);",
    "characters": 'const char x[] = "ab"; *(char *)x = 0;',
    "a structure": "const struct s x = { 1, 2 }; set(&x.b);",
    "as a whole": "const struct s x = { 1, 2 }; *(struct s *)&x = (struct s){ 3, 4 };",
    "one inside another": "const struct n x = { { 1 }, { 2, 3 } }; set(&x.more[1]);",
    "at once": "const struct n x = { { 1 }, { 2, 3 } }; memset((void *)&x, 0, sizeof(x));",
    "copied to": "const struct s x = { 1, 2 }; struct s y = { 3, 4 }; memcpy((void *)&x, &y, sizeof(x));",
    "added to": "const int x = 1; __atomic_fetch_add((int *)&x, 1, __ATOMIC_RELAXED);",
    "a literal": "set(&(const int){ 7 });",
    "part of a literal": "set(&((const struct s){ 7, 8 }).b);",
    "a pointer": "int y = 1; int *const p = &y; *(int **)&p = 0;",
    "a parameter": "changed(5);",
    "in the second round": "for (int i = 0; i < 2; i++) { const int x = i; if (i) set(&x); }",
    "static": "set(&at_start);",
    "static, in a structure": "set(&record.b);",
    "static, in a function": "static const int x = 1; set(&x);",
    "a member": "struct m x = { 1, 2 }; set(&x.b);",
    "a member of what was not initialised": "struct m x; set(&x.b);",
    "a member, with all around it": "struct m x = { 1, 2 }; memset(&x, 0, sizeof(x));",
    "a member, copied to": "struct m x = { 1, 2 }; memcpy(&x, &there, sizeof(x));",
    "a member of a member": "struct deep x = { 1 }; set(&x.m[1].b);",
    "a member that is const as a whole": "struct deep x = { 1 }; set(&x.s.b);",
    "an array that is a member": "struct deep x = { 1 }; set(&x.k[1]);",
    "a member of a part without a name": "struct anonymous x = { 1 }; set(&x.b);",
    "a member of a literal": "set(&((struct m){ 1, 2 }).b);",
    "a static one's": "set(&there.b);",
    "a static one's in an array": "set(&many[2].b);",
    "a thread's own": "set(&mine.b);",
    "a string": 'char *p = "ab"; p[0] = 1;',
}
FUNCTIONS = "static int parameter(const int x) { return seen(&x); } static void changed(const int x) { set(&x); }\n"


def program(path: Path, body: str, where: str) -> Path:
    thread, main = (body, "") if where == "a thread" else ("", body)
    path.write_text(
        f"{START}{FUNCTIONS}static void *f(void *a) {{ {thread} return a; }}\n"
        f"int main(void) {{ pthread_t t; {main} pthread_create(&t, 0, f, 0); pthread_join(t, 0); return 0; }}\n"
    )
    return path


@pytest.mark.parametrize("where", ["main", "a thread"])
@pytest.mark.parametrize("name", RIGHT)
def test_what_is_const_is_initialised(tmp_path: Path, name: str, where: str) -> None:
    parsed = parse_program([program(tmp_path / "p.c", RIGHT[name], where)])
    assert explore(parsed, "sc", ASKED).verdict == "PASS"
    found = check(parsed, load_model("lkmm"), ASKED)
    assert (found.verdict, found.property, found.message) == ("PASS", None, "")


@pytest.mark.parametrize("where", ["main", "a thread"])
@pytest.mark.parametrize("name", WRONG)
def test_and_changed_no_more(tmp_path: Path, name: str, where: str) -> None:
    parsed = parse_program([program(tmp_path / "p.c", WRONG[name], where)])
    first, second = explore(parsed, "sc", ASKED), check(parsed, load_model("lkmm"), ASKED)
    assert first.finding is not None
    assert first.finding.property == second.property == "wild-pointer"
    assert "read-only" in first.finding.message
    assert "read-only" in second.message


def test_nor_by_another_thread(tmp_path: Path) -> None:
    (tmp_path / "p.c").write_text(
        START + "static void *f(void *a) { set(a); return a; }\n"
        "int main(void) { pthread_t t; const int x = 1; pthread_create(&t, 0, f, (void *)&x); pthread_join(t, 0); }\n"
    )
    parsed = parse_program([tmp_path / "p.c"])
    first, second = explore(parsed, "sc", ASKED), check(parsed, load_model("lkmm"), ASKED)
    assert first.finding is not None
    assert first.finding.property == second.property == "wild-pointer"
