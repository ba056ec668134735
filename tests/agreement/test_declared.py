# ruff: noqa: E501 (C programs)
"""Programs that declare C's and POSIX's functions by hand, as preprocessed files do, mean what the headers mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from modelcheck.frontend.spec import spec_of
from tests.agreement.engines import verdicts

DECLARED = """
typedef unsigned long size_t;
typedef unsigned long pthread_t;
typedef union { char __size[56]; long __align; } pthread_attr_t;
typedef union { struct { int __lock; unsigned __count; int __owner; unsigned __nusers; int __kind; } __data; char __size[40]; long __align; } pthread_mutex_t;
typedef union { char __size[4]; int __align; } pthread_mutexattr_t;
typedef union { struct { unsigned long long __wseq; } __data; char __size[48]; long long __align; } pthread_cond_t;
extern int pthread_create(pthread_t *__restrict, const pthread_attr_t *__restrict, void *(*)(void *), void *__restrict) __attribute__((__nothrow__));
extern int pthread_join(pthread_t, void **);
extern int pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *);
extern int pthread_mutex_lock(pthread_mutex_t *);
extern int pthread_mutex_unlock(pthread_mutex_t *);
extern int pthread_cond_wait(pthread_cond_t *__restrict, pthread_mutex_t *__restrict);
extern int pthread_cond_signal(pthread_cond_t *);
extern void pthread_exit(void *) __attribute__((__noreturn__));
extern void *malloc(size_t) __attribute__((__malloc__));
extern void *calloc(size_t, size_t);
extern void *realloc(void *, size_t);
extern void free(void *);
extern void __assert_fail(const char *, const char *, unsigned int, const char *) __attribute__((__noreturn__));
extern int memcmp(const void *, const void *, size_t);
#define assert(x) ((x) ? (void)0 : __assert_fail(#x, "", 1, ""))
pthread_mutex_t m = { { 0, 0, 0, 0, 0 } };
pthread_cond_t c;
struct n { int v; } *p;
int ready;
"""
THREADS = """
void *f(void *a) { %s p->v++; ready++; pthread_cond_signal(&c); %s pthread_exit(a); }
int main(void)
{
	pthread_t a, b; void *r;
	p = calloc(1, sizeof(struct n));
	pthread_create(&a, 0, f, &m); pthread_create(&b, 0, f, 0);
	pthread_join(a, &r); pthread_join(b, 0);
	assert(p->v == 2); assert(r == &m);
	%s
	return 0;
}
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (THREADS % ("pthread_mutex_lock(&m);", "pthread_mutex_unlock(&m);", "free(p);"), "PASS"),
        (THREADS % ("", "", "free(p);"), "FAIL"),
        (THREADS % ("pthread_mutex_lock(&m);", "pthread_mutex_unlock(&m);", "p = 0;"), "FAIL"),
        ("void *f(void *a) { pthread_mutex_lock(&m); ready = 1; pthread_cond_signal(&c); pthread_mutex_unlock(&m); return 0; } int main(void) { pthread_t a; pthread_mutex_init(&m, 0); pthread_create(&a, 0, f, 0); pthread_mutex_lock(&m); while (!ready) pthread_cond_wait(&c, &m); pthread_mutex_unlock(&m); pthread_join(a, 0); return 0; }", "PASS"),
        ("void *f(void *a) { pthread_mutex_lock(&m); ready = 1; pthread_mutex_unlock(&m); return 0; } int main(void) { pthread_t a; pthread_create(&a, 0, f, 0); pthread_mutex_lock(&m); while (!ready) pthread_cond_wait(&c, &m); pthread_mutex_unlock(&m); pthread_join(a, 0); return 0; }", "FAIL"),
        ("int main(void) { int *q = malloc(4); *q = 3; q = realloc(q, 4); free(q); free(q); return 0; }", "FAIL"),
        # A program's own function of such a name is that.
        ("int pthread_mutex_lock(pthread_mutex_t *x) { return 7; } int main(void) { assert(pthread_mutex_lock(&m) == 7 && pthread_mutex_lock(&m) == 7); return 0; }", "PASS"),
        # As many bytes as a variable says are compared, by the first that differs.
        ("int n; int main(void) { char a[3] = \"abd\", b[3] = \"abc\"; n = 2; int two = memcmp(a, b, n); n = 3; assert(!two && memcmp(a, b, n) > 0 && memcmp(b, a, n) < 0); n = 0; assert(memcmp(a, b, n) == 0); return 0; }", "PASS"),
        ("void *f(void *a) { ready = 1; return 0; } int main(void) { pthread_t t; char a[2] = { 1, 0xff }, b[2] = { 1, 1 }; pthread_create(&t, 0, f, 0); int r = memcmp(a, b, 1 + ready); pthread_join(t, 0); assert(r == 0 || r > 0); return 0; }", "PASS"),
        ("void *f(void *a) { ready = 1; return 0; } int main(void) { pthread_t t; char a[2] = { 1, 0xff }, b[2] = { 1, 1 }; pthread_create(&t, 0, f, 0); int r = memcmp(a, b, 1 + ready); pthread_join(t, 0); assert(r == 0); return 0; }", "FAIL"),
    ],
)  # fmt: skip
def test_verdicts_are_those_of_the_headers(code: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "program.i"
    path.write_text(DECLARED + code)
    assert verdicts(parse_program([path]), "sc") == (expected, expected)


def test_a_preprocessed_file_is_checked_as_a_program(tmp_path: Path) -> None:
    path = tmp_path / "program.i"
    path.write_text(DECLARED + "int main(void) { return 0; }")
    assert spec_of(path).sources == ("program.i",)


AGAIN = "{ pthread_mutex_lock(&%s); pthread_mutex_lock(&%s); pthread_mutex_unlock(&%s); pthread_mutex_unlock(&%s); return 0; }"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("pthread_mutex_t r = { { 0, 0, 0, 0, 1 } }; int main(void)", "r"),
        ("typedef pthread_mutex_t own; own r = { .__data.__kind = 1 }; int main(void)", "r"),
        ("struct q { int a; pthread_mutex_t r; } s = { 1, { { 0, 0, 0, 0, 1 } } }; int main(void)", "s.r"),
        ("struct q { int a; pthread_mutex_t r[2]; } s[2] = { [1] = { .r[1] = { { 0, 0, 0, 0, 1 } } } }; int main(void)", "s[1].r[1]"),
    ],
)  # fmt: skip
def test_a_mutex_of_another_kind_in_another_layout_is_refused(code: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "program.i"
    path.write_text(DECLARED + code + AGAIN.replace("%s", name))
    assert verdicts(parse_program([path]), "sc") == ("UNKNOWN", "UNKNOWN")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pthread_mutex_t r = { { 0, 0, 0, 0, 1 } };", "UNKNOWN"),
        ("static pthread_mutex_t r; r = (pthread_mutex_t){ { 0, 0, 0, 0, 1 } };", "UNKNOWN"),
        ("struct { int a; pthread_mutex_t r; } s = { 1, { { 0, 0, 0, 0, 1 } } };\n#define r s.r\n", "UNKNOWN"),
        ("pthread_mutex_t r = { { 0, 0, 0, 0, 0 } };", "FAIL"),
    ],
)
def test_a_mutex_of_another_kind_that_is_made_on_the_way_is_not_taken_for_a_plain_one(
    body: str, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "program.i"
    path.write_text(DECLARED + "int main(void) {" + body + AGAIN.replace("%s", "r")[1:])
    assert verdicts(parse_program([path]), "sc") == (expected, expected)
