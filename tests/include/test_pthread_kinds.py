"""Kinds of mutexes, and threads' own values: as POSIX has them, each use beside one that goes wrong."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

MUTEX = """
static pthread_mutex_t m; static int g;
static void *t(void *a) { %s return 0; }
int main(void)
{
    pthread_mutexattr_t kind; pthread_t x, y;
    pthread_mutexattr_init(&kind); pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_%s); pthread_mutex_init(&m, &kind);
    pthread_create(&x, 0, t, 0); pthread_create(&y, 0, t, 0); pthread_join(x, 0); pthread_join(y, 0);
    assert(g == %s); return 0;
}
"""
LOCK, UNLOCK = "pthread_mutex_lock(&m);", "pthread_mutex_unlock(&m);"


@pytest.mark.parametrize(
    ("kind", "body", "count", "expected"),
    [
        ("RECURSIVE", f"{LOCK} {LOCK} g++; {UNLOCK} g++; {UNLOCK}", 4, "PASS"),
        ("RECURSIVE", f"{LOCK} {LOCK} g++; {UNLOCK} {UNLOCK} g++;", 4, "assertion"),
        ("RECURSIVE", f"{LOCK} assert(!pthread_mutex_trylock(&m)); g++; {UNLOCK} {UNLOCK}", 2, "PASS"),
        ("RECURSIVE", f"{LOCK} {LOCK} g++; {UNLOCK}", 2, "deadlock or lock-misuse"),
        ("RECURSIVE", "assert(pthread_mutex_unlock(&m) == EPERM);", 0, "PASS"),
        ("NORMAL", f"{LOCK} {LOCK} g++; {UNLOCK} {UNLOCK}", 2, "deadlock"),
        ("NORMAL", f"{LOCK} g++; {UNLOCK}", 2, "PASS"),
        ("ERRORCHECK", f"{LOCK} assert({LOCK[:-1]} == EDEADLK); g++; {UNLOCK}", 2, "PASS"),
        ("ERRORCHECK", f"{LOCK} g++; {UNLOCK} assert({UNLOCK[:-1]} == EPERM);", 2, "PASS"),
        ("ERRORCHECK", f"{LOCK} assert(pthread_mutex_trylock(&m) == EBUSY); g++; {UNLOCK}", 2, "PASS"),
        ("ERRORCHECK", f"{LOCK} {LOCK} g++; {UNLOCK} g++; {UNLOCK}", 4, "assertion"),
    ],
)
def test_a_mutex_is_of_its_kind(kind: str, body: str, count: int, expected: str) -> None:
    found = said("#include <linux/errno.h>\n" + MUTEX % (body, kind, count))
    assert found <= set(expected.split(" or "))


KEYS = """
static pthread_key_t k;
static void drop(void *value) { free(value); }
static void *t(void *a)
{
    assert(!pthread_getspecific(k)); pthread_setspecific(k, a); assert(pthread_getspecific(k) == a);
    return 0;
}
int main(void)
{
    pthread_t x, y; int a;
    pthread_key_create(&k, %s); pthread_create(&x, 0, t, &a); pthread_create(&y, 0, t, &k);
    pthread_join(x, 0); pthread_join(y, 0); assert(%spthread_getspecific(k)); return 0;
}
"""


def test_each_thread_has_a_value_of_its_own_for_a_key() -> None:
    assert said(KEYS % ("0", "!")) == {"PASS"}
    assert said(KEYS % ("0", "")) == {"assertion"}
    assert said(KEYS % ("drop", "!")) == {"bad-free"}  # what they are given was never allocated
