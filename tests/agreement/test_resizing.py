# ruff: noqa: E501 (C programs)
"""What is resized or copied to a new object is that object, with both engines; what is too large gets none."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from modelcheck.program.expr import const
from modelcheck.program.sizes import begin, size_at, starts
from tests.agreement.engines import verdicts

USER = "#include <stdlib.h>\n#include <string.h>\n#include <assert.h>\n#include <pthread.h>\n"
KERNEL = "#include <linux/slab.h>\n#include <linux/string.h>\n#include <linux/bug.h>\n#define assert(x) BUG_ON(!(x))\n"
MAIN = "int main(void) { %s return 0; }"
RECORD = "struct s { int a; char *b; };"


@pytest.mark.parametrize("size", [0, 1, 63, 64, 1000, 1 << 24])
def test_an_address_tells_the_size(size: int) -> None:
    address = const(begin(0x10_0000_0040, "heap", size), 64)
    assert starts(address).data == 1
    assert size_at(address).data == size
    assert starts(const(begin(0x10_0000_0040, "local", size), 64)).data == 0


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # Contents are kept up to the smaller size; what is new holds nothing yet.
        (USER + MAIN % "int *p = malloc(8); p[0] = 1; p[1] = 2; p = realloc(p, 12); assert(p[0] == 1 && p[1] == 2); p[2] = 3; p = realloc(p, 4); assert(*p == 1); free(p);", "PASS"),
        (USER + RECORD + MAIN % 'struct s *p = malloc(sizeof(*p)); p->a = 5; p->b = "x"; p = reallocarray(p, 2, sizeof(*p)); assert(p->a == 5 && *p->b == 120); free(p);', "PASS"),
        (USER + MAIN % "int *p = malloc(4); *p = 1; p = realloc(p, 8); assert(p[1] || 1); int x = p[1]; if (x) x++; free(p);", "FAIL"),
        (USER + MAIN % "int *p = realloc(malloc(8), 4); p[1] = 1; free(p);", "FAIL"),
        (USER + MAIN % "int *p = malloc(4), *q = realloc(p, 8); *p = 1; free(q);", "FAIL"),
        (USER + MAIN % "int *p = malloc(4), *q = realloc(p, 8); free(p); free(q);", "FAIL"),
        (USER + MAIN % "int *p = realloc(malloc(4), 8); (void)p;", "FAIL"),
        # NULL allocates, size 0 frees.
        (USER + MAIN % "char *p = realloc(NULL, 6); strcpy(p, \"ab\"); assert(realloc(p, 0) == NULL);", "PASS"),
        # Only what was allocated can be resized.
        (USER + "int x[2];" + MAIN % "int *p = realloc(x, 16); free(p);", "FAIL"),
        (USER + MAIN % "int x, *p = realloc(&x, 16); free(p);", "FAIL"),
        (USER + MAIN % "int *p = malloc(16); p = realloc(p + 1, 8); free(p);", "FAIL"),
        # A failure leaves the old object as it is.
        ("#define MC_FAIL_MALLOC 1\n" + USER + MAIN % "int *p = malloc(4), *q; if (!p) return 0; *p = 1; q = realloc(p, 8); if (q) { assert(*q == 1); free(q); } else { assert(*p == 1); free(p); }", "PASS"),
        ("#define MC_FAIL_MALLOC 1\n" + USER + MAIN % "int *p = malloc(4); if (p) { p = realloc(p, 8); free(p); }", "FAIL"),
        # More than there is.
        (USER + MAIN % "assert(!calloc(~0UL / 2, 4) && !malloc(~0UL) && !calloc(4, ~0UL / 2)); int *p = malloc(4); assert(!reallocarray(p, ~0UL / 4 + 1, 4)); free(p);", "PASS"),
        (USER + MAIN % 'char *p = strdup("abc"), *q = strndup(p, 2); assert(!strcmp(q, "ab") && !strcmp(p, "abc")); free(p); free(q);', "PASS"),
        (USER + "static int *a; static int n; static pthread_mutex_t m; static void *t(void *p) { pthread_mutex_lock(&m); a = realloc(a, (n + 1) * sizeof(int)); a[n++] = 1; pthread_mutex_unlock(&m); return 0; }"
         + MAIN % "pthread_t x, y; pthread_create(&x, 0, t, 0); pthread_create(&y, 0, t, 0); pthread_join(x, 0); pthread_join(y, 0); assert(n == 2 && a[0] == 1 && a[1] == 1); free(a);", "PASS"),
        # Without the lock, an update is lost, or memory used after it was freed.
        (USER + "static int *a; static void *t(void *p) { a = realloc(a, 4); *a = 1; return 0; }"
         + MAIN % "pthread_t x, y; pthread_create(&x, 0, t, 0); pthread_create(&y, 0, t, 0); pthread_join(x, 0); pthread_join(y, 0); free(a);", "FAIL"),
        (KERNEL + MAIN % "int *p = kmalloc(8, GFP_KERNEL); p[0] = 1; p = krealloc(p, 16, GFP_KERNEL | __GFP_ZERO); assert(p[0] == 1); p = krealloc(p, 0, GFP_KERNEL); assert(p == ZERO_SIZE_PTR); kfree(p);", "PASS"),
        (KERNEL + MAIN % "int a[2] = { 1, 2 }, *p = kmemdup(a, sizeof(a), GFP_KERNEL); assert(p[1] == 2); p = krealloc_array(p, 3, sizeof(*p), GFP_KERNEL); assert(ksize(p) >= 12 && p[1] == 2); kfree(p);", "PASS"),
        (KERNEL + MAIN % 'char *p = kstrdup("abc", GFP_KERNEL), *q = kstrndup(p, 2, GFP_KERNEL), *r = kmemdup_nul(p, 1, GFP_KERNEL); assert(!strcmp(p, "abc") && !strcmp(q, "ab") && !strcmp(r, "a")); kfree(p); kfree(q); kfree(r); assert(!kstrdup(NULL, GFP_KERNEL));', "PASS"),
        (KERNEL + MAIN % "assert(!kmalloc_array(~0UL / 2, 4, GFP_KERNEL) && !kcalloc(4, ~0UL / 2, GFP_KERNEL) && !kmalloc((1UL << 22) + 1, GFP_KERNEL)); void *p = kmalloc(1UL << 22, GFP_KERNEL); assert(p); kfree(p); p = kvmalloc((1UL << 22) + 1, GFP_KERNEL); assert(p); kvfree(p);", "PASS"),
    ],
)  # fmt: skip
def test_verdicts_are_those_of_the_documents(code: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "program.c"
    path.write_text(code)
    explored, solved = verdicts(parse_program([path]), "sc")
    assert (explored, solved) == (expected, expected)


def test_objects_of_several_sizes_made_at_one_place_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "program.c"
    thread = "static void *t(void *p) { __atomic_fetch_add(&n, 1, 5); int *a = malloc(n * 4UL); free(a); return 0; }"
    both = "pthread_t x, y; pthread_create(&x, 0, t, 0); pthread_create(&y, 0, t, 0);"
    path.write_text(USER + "static int n;" + thread + MAIN % f"{both} pthread_join(x, 0); pthread_join(y, 0);")
    assert verdicts(parse_program([path]), "sc") == ("PASS", "PASS")
